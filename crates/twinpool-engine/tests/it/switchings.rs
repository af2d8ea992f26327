//! One operator at a time, and a rollback at any time.

use std::sync::atomic::{AtomicU32, Ordering};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{
    Busy, Change, Cohorts, Phase, PhaseReader, PhaseStore, Refused, Share, Standing, Step, YoungerHistory,
};
use twinpool_core::port::{Answer, Clock};
use twinpool_engine::{BUSY_LASTS, Note, RollBackError, SwitchError, Switching, at_work, roll_back};
use twinpool_testkit::MemoryLinks;
use twinpool_testkit::world::StoppedClock;

use crate::support::run;

const NOW: StoppedClock = StoppedClock(Timestamp(1_795_219_200_000));

fn later(after: std::time::Duration) -> StoppedClock {
    let after = u64::try_from(after.as_millis()).expect("a short while");
    StoppedClock(Timestamp(NOW.0.0 + after))
}

fn switch(hundredths: u16) -> Step {
    let share = Share::from_hundredths(hundredths).expect("a share");
    Step::Switch { share, cohorts: Cohorts::default() }
}

fn note(why: &str) -> Note {
    Note { who: "role/Admin of 123".to_owned(), why: why.to_owned(), forced: vec!["alarms".to_owned()] }
}

fn standing(links: &MemoryLinks) -> Standing {
    run(links.standing()).expect("the phase")
}

#[test]
fn a_switch_writes_its_line_and_lets_the_phase_go() {
    let links = MemoryLinks::default();
    let mut switching = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
    run(switching.step(&switch(500), Some("table-1"), &note("five"))).expect("switched");
    run(switching.proven(&note("proven"))).expect("written");
    let told = run(switching.end()).expect("let go");
    let now = standing(&links);
    assert_eq!(told, now);
    assert_eq!(
        (now.phase, now.share.hundredths(), now.table.as_deref()),
        (Phase::Canary, 500, Some("table-1"))
    );
    assert_eq!((now.busy, now.proven), (None, Some(NOW.0)));
    let lines = run(links.changes()).expect("the history");
    let told: Vec<_> = lines.iter().map(|line| (line.why.as_str(), line.forced.len(), line.to.0)).collect();
    assert_eq!(told, [("five", 1, Phase::Canary), ("proven", 1, Phase::Canary)]);
}

#[test]
fn of_two_operators_the_second_changes_nothing_until_the_first_is_taken_for_dead() {
    let links = MemoryLinks::default();
    let first = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
    let refused = run(Switching::begin(&links, &NOW, "complete", "joe")).expect_err("busy");
    assert!(matches!(&refused, SwitchError::Busy(busy) if busy.who == "jane"), "{refused}");
    assert!(refused.to_string().contains("nothing was changed"), "{refused}");
    let dead = later(BUSY_LASTS);
    assert_eq!(at_work(&standing(&links), dead.0), None);
    let mut second = run(Switching::begin(&links, &dead, "a switch", "joe")).expect("claimed");
    run(second.step(&switch(500), None, &note("five"))).expect("switched");
    let mut first = first;
    let late = run(first.step(&switch(2_500), None, &note("twenty-five")));
    assert_eq!(late, Err(SwitchError::Stale));
    assert_eq!(run(first.end()), Err(SwitchError::Stale), "what is not ours is not let go");
    assert_eq!(standing(&links).share.hundredths(), 500);
}

#[test]
fn a_rollback_during_a_switch_wins_and_the_switch_says_so() {
    let links = MemoryLinks::default();
    let mut switching = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
    run(switching.step(&switch(500), None, &note("five"))).expect("switched");
    let done = run(roll_back(&links, &NOW, "joe", "sign-ins fail")).expect("rolled back");
    assert_eq!(done.standing.phase, Phase::RolledBack);
    let late = run(switching.step(&switch(2_500), None, &note("twenty-five"))).expect_err("too late");
    assert_eq!(late, SwitchError::Stale);
    assert!(late.to_string().contains("twinpool phase"), "{late}");
    let now = standing(&links);
    assert_eq!((now.phase, now.share, now.busy), (Phase::RolledBack, Share::NONE, None));
}

#[test]
fn a_smaller_share_is_refused_and_nothing_is_written() {
    let links = MemoryLinks::default();
    let mut switching = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
    run(switching.step(&switch(2_500), None, &note("twenty-five"))).expect("switched");
    let refused = run(switching.step(&switch(500), None, &note("five")));
    assert_eq!(refused, Err(SwitchError::Refused(Refused::Fewer)));
    assert_eq!(run(links.changes()).expect("the history").len(), 1);
}

#[test]
fn a_restored_table_counts_once_somebody_has_taken_it() {
    let links = MemoryLinks::default();
    let mut switching = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
    run(switching.step(&switch(500), Some("table-1"), &note("five"))).expect("switched");
    run(switching.take_table("table-2", &note("looked at it"))).expect("taken");
    run(switching.end()).expect("let go");
    let now = standing(&links);
    assert_eq!((now.table.as_deref(), now.share.hundredths()), (Some("table-2"), 500));
    assert_eq!(now.taken, Some(NOW.0), "a verify of before says nothing of it");
}

#[test]
fn a_rollback_stops_a_switch_that_has_sent_nobody_yet() {
    let links = MemoryLinks::default();
    let stopped = |round: u32| {
        let mut switching = run(Switching::begin(&links, &NOW, "a switch", "jane")).expect("claimed");
        let before = standing(&links);
        let told = run(roll_back(&links, &NOW, "joe", "sign-ins fail")).expect_err("nobody to send back");
        assert!(told.to_string().contains("a switch by jane was at work"), "{told}");
        assert_eq!(run(switching.step(&switch(500), None, &note("five"))), Err(SwitchError::Stale));
        let now = standing(&links);
        assert_eq!((now.phase, now.round.0, now.busy), (before.phase, round, None));
    };
    stopped(0);
    run(links.step(&switch(500), NOW.0));
    run(links.step(&Step::Rollback, NOW.0));
    stopped(1);
    let nobody = run(roll_back(&links, &NOW, "joe", "sign-ins fail")).expect_err("nobody to send back");
    assert_eq!(nobody, RollBackError::Refused(Refused::NothingToRollBack));
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_does_not_stand_in_its_own_way() {
    let links = Losing { links: MemoryLinks::default(), lost: AtomicU32::new(1) };
    let mut switching = Switching::begin(&links, &NOW, "a switch", "jane").await.expect("claimed");
    links.lost.store(1, Ordering::Relaxed);
    switching.alive().await.expect("still ours");
    switching.step(&switch(500), None, &note("five")).await.expect("switched");
    // A claim of somebody else is not taken for ours.
    links.links.claim(switching.standing(), None).await.expect("let go");
    let mut other = Switching::begin(&links, &NOW, "a switch", "joe").await.expect("claimed");
    assert_eq!(switching.alive().await, Err(SwitchError::Stale));
    other.alive().await.expect("theirs");
}

/// A table that does as it was told, and whose answers to claims are lost: whoever asks again is refused by the first.
struct Losing {
    links: MemoryLinks,
    lost: AtomicU32,
}

impl PhaseReader for Losing {
    async fn standing(&self) -> Answer<Standing> {
        self.links.standing().await
    }
}

impl PhaseStore for Losing {
    async fn change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        self.links.change(next, line).await
    }

    async fn claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        if self.lost.swap(0, Ordering::Relaxed) > 0 {
            self.links.claim(read, busy).await?;
        }
        self.links.claim(read, busy).await
    }

    async fn changes(&self) -> Answer<Vec<Change>> {
        self.links.changes().await
    }

    async fn younger(&self) -> Answer<Option<YoungerHistory>> {
        self.links.younger().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_work_takes_long_is_not_taken_for_dead() {
    let links = MemoryLinks::default();
    let clock = Moving(tokio::time::Instant::now());
    let mut switching = Switching::begin(&links, &clock, "a switch", "jane").await.expect("claimed");
    switching.meanwhile(tokio::time::sleep(2 * BUSY_LASTS)).await;
    let other = Switching::begin(&links, &clock, "a switch", "joe").await.map(drop);
    assert!(matches!(other, Err(SwitchError::Busy(_))), "{other:?}");
    // Whoever lost the phase meanwhile does what is begun, and writes nothing.
    links.claim(&links.standing().await.expect("the phase"), None).await.expect("taken over");
    assert_eq!(
        switching
            .meanwhile(async {
                tokio::time::sleep(BUSY_LASTS).await;
                7
            })
            .await,
        7
    );
    assert_eq!(switching.step(&switch(500), None, &note("five")).await, Err(SwitchError::Stale));
}

/// Goes on with the runtime's clock.
struct Moving(tokio::time::Instant);

impl Clock for Moving {
    fn now(&self) -> Timestamp {
        later(self.0.elapsed()).0
    }
}
