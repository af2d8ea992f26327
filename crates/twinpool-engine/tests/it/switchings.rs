//! One operator at a time, and a rollback at any time.

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{
    Cohorts, Phase, PhaseReader as _, PhaseStore as _, Refused, Share, Standing, Step,
};
use twinpool_engine::{BUSY_LASTS, Note, SwitchError, Switching, at_work, roll_back};
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
}
