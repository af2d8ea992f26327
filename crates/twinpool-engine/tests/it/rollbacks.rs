//! Everybody is sent back, whatever else is going on.

use std::sync::{Arc, Mutex};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{
    Busy, Change, Cohorts, Phase, PhaseReader, PhaseStore, Refused, Share, Standing, Step, YoungerHistory,
};
use twinpool_core::port::{Answer, Class};
use twinpool_engine::{RollBackError, roll_back};
use twinpool_testkit::world::StoppedClock;
use twinpool_testkit::{MemoryLinks, Process};

const NOW: StoppedClock = StoppedClock(Timestamp(1_795_219_200_000));

/// What somebody else does between our read and our write.
#[derive(Clone, Copy)]
enum Other {
    /// Says that a switch lives.
    Lives,
    /// Sends everybody to the new pool.
    Switches,
    /// Sends everybody back.
    RollsBack,
}

/// A table in which others are at work.
struct Busied {
    links: MemoryLinks,
    others: Mutex<Vec<Other>>,
}

impl Busied {
    async fn at(share: u16, others: &[Other]) -> Self {
        let links = MemoryLinks::default();
        step(&links, &switch(share)).await;
        Self { links, others: Mutex::new(others.to_vec()) }
    }
}

fn switch(hundredths: u16) -> Step {
    let share = Share::from_hundredths(hundredths).expect("a share");
    Step::Switch { share, cohorts: Cohorts::default() }
}

async fn step(links: &MemoryLinks, step: &Step) {
    let read = links.standing().await.expect("the phase");
    let next = read.after(step, NOW.0).expect("a step");
    let line = Change {
        version: next.version,
        from: (read.phase, read.share),
        to: (next.phase, next.share),
        at: NOW.0,
        who: "another".to_owned(),
        why: "a test".to_owned(),
        forced: Vec::new(),
    };
    links.change(&next, &line).await.expect("written");
}

impl PhaseReader for Busied {
    async fn standing(&self) -> Answer<Standing> {
        self.links.standing().await
    }
}

impl PhaseStore for Busied {
    async fn change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        let other = self.others.lock().expect("others").pop();
        match other {
            Some(Other::Lives) => {
                let busy = Busy { what: "switch".to_owned(), who: "another".to_owned(), at: Timestamp(1) };
                let read = self.links.standing().await?;
                self.links.claim(&read, Some(&busy)).await?;
            }
            Some(Other::Switches) => step(&self.links, &switch(10_000)).await,
            Some(Other::RollsBack) => step(&self.links, &Step::Rollback).await,
            None => {}
        }
        self.links.change(next, line).await
    }

    async fn claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        self.links.claim(read, busy).await
    }

    async fn changes(&self) -> Answer<Vec<Change>> {
        self.links.changes().await
    }

    async fn younger(&self) -> Answer<Option<YoungerHistory>> {
        self.links.younger().await
    }
}

#[tokio::test]
async fn everybody_is_sent_back_and_the_history_says_who_and_why() {
    let links = MemoryLinks::default();
    step(&links, &switch(500)).await;
    let done = roll_back(&links, &NOW, "anna", "sign-ins fail").await.expect("rolled back");
    assert_eq!((done.before.phase, done.before.share.hundredths()), (Phase::Canary, 500));
    assert_eq!((done.standing.phase, done.standing.round.0), (Phase::RolledBack, 1));
    assert_eq!(links.standing().await, Ok(done.standing));
    let changes = links.changes().await.expect("the history");
    let last = changes.last().expect("a line");
    assert_eq!((last.who.as_str(), last.why.as_str(), last.version), ("anna", "sign-ins fail", 2));
}

#[tokio::test]
async fn a_rollback_wins_over_a_switch_that_is_at_work() {
    let table = Busied::at(500, &[Other::Switches, Other::Lives, Other::Lives]).await;
    let read = table.standing().await.expect("the phase");
    let switching = read.after(&switch(5_000), NOW.0).expect("a step");
    let done = roll_back(&table, &NOW, "anna", "sign-ins fail").await.expect("rolled back");
    assert_eq!((done.before.phase, done.by_another), (Phase::Cutover, false));
    assert_eq!(table.standing().await.expect("the phase").busy, None);
    let line = table.changes().await.expect("the history").pop().expect("a line");
    let lost = table.change(&switching, &line).await.expect_err("the switch has lost");
    assert_eq!(lost.class, Class::Stale);
}

#[tokio::test]
async fn two_who_roll_back_at_once_make_one_round() {
    let table = Busied::at(500, &[Other::RollsBack]).await;
    let done = roll_back(&table, &NOW, "anna", "sign-ins fail").await.expect("rolled back");
    assert!(done.by_another);
    assert_eq!((done.standing.round.0, table.changes().await.expect("the history").len()), (1, 2));
}

#[tokio::test]
async fn where_nobody_was_sent_nothing_is_rolled_back() {
    let links = MemoryLinks::default();
    let refused = roll_back(&links, &NOW, "anna", "a drill").await.expect_err("refused");
    assert_eq!(refused, RollBackError::Refused(Refused::NothingToRollBack));
    assert_eq!(links.standing().await.expect("the phase").version, 0);
}

#[tokio::test]
async fn a_table_that_is_out_of_reach_is_said_with_what_to_do() {
    let process = Arc::new(Process::healthy());
    process.fail_all("TransactWriteItems", Class::Unavailable);
    let links = MemoryLinks::default();
    step(&links, &switch(500)).await;
    let error = roll_back(&links.seen_by(&process), &NOW, "anna", "a drill").await.expect_err("no answer");
    assert!(error.to_string().contains("look with `twinpool phase`"), "{error}");
}
