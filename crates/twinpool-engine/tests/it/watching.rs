//! What the watch does with what was measured.

use std::sync::Mutex;

use twinpool_core::criteria::{Criteria, Criterion};
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Cohorts, Phase, PhaseReader, PhaseStore, Share, Standing, Step};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::verdict::{Fact, Measure, Verdict};
use twinpool_core::watch::{Announcer, Memory, Notice};
use twinpool_engine::{Looked, Watch};
use twinpool_testkit::MemoryLinks;
use twinpool_testkit::world::StoppedClock;

const NOON: u64 = 1_795_219_200_000;

/// Keeps what it is told.
#[derive(Default)]
struct Mailbox {
    subjects: Mutex<Vec<String>>,
    /// So many messages are refused.
    refuses: Mutex<usize>,
    is_missing: bool,
}

impl Mailbox {
    fn refuse(&self, messages: usize) {
        *self.refuses.lock().expect("a number") = messages;
    }
}

impl Announcer for Mailbox {
    async fn announce(&self, subject: &str, _text: &str) -> Answer<Notice> {
        if self.is_missing {
            return Ok(Notice::NoTopic);
        }
        let mut refuses = self.refuses.lock().expect("a number");
        if *refuses > 0 {
            *refuses -= 1;
            return Err(PortError::new(Class::Unavailable, "Publish", "InternalError"));
        }
        self.subjects.lock().expect("subjects").push(subject.to_owned());
        Ok(Notice::Sent)
    }
}

fn five() -> Step {
    let share = Share::from_hundredths(500).expect("a share");
    Step::Switch { share, cohorts: Cohorts::default() }
}

/// An operator makes a step.
async fn step(links: &MemoryLinks, step: &Step) {
    links.step(step, Timestamp(NOON)).await;
}

struct World {
    links: MemoryLinks,
    mailbox: Mailbox,
    memory: Memory,
    rolls_back: bool,
    seconds: u64,
}

impl World {
    /// Five of a hundred users are sent to the new pool.
    async fn canary(rolls_back: bool) -> Self {
        let links = MemoryLinks::default();
        step(&links, &five()).await;
        Self { links, mailbox: Mailbox::default(), memory: Memory::default(), rolls_back, seconds: 0 }
    }

    /// Half a minute later so many messages wait in the DLQ.
    async fn look(&mut self, dead_letters: u64) -> Looked {
        let standing = self.links.standing().await.expect("the phase");
        self.look_from(&standing, dead_letters).await
    }

    /// The same, where the phase was read some time ago.
    async fn look_from(&mut self, standing: &Standing, dead_letters: u64) -> Looked {
        self.seconds += 30;
        let mut criteria = Criteria::default();
        criteria.limits.retain(|criterion, _| *criterion == Criterion::DeadLetters);
        let fact = Fact::Amount(dead_letters);
        let measures = [Measure { criterion: Criterion::DeadLetters, place: None, fact }];
        let clock = StoppedClock(Timestamp(NOON + self.seconds * 1_000));
        let watch = Watch {
            store: &self.links,
            clock: &clock,
            announcer: &self.mailbox,
            criteria: &criteria,
            stack: "prod",
            rolls_back: self.rolls_back.then_some("the watch"),
        };
        watch.look(standing, &measures, &mut self.memory).await
    }

    async fn phase(&self) -> Phase {
        self.links.standing().await.expect("the phase").phase
    }

    fn subjects(&self) -> Vec<String> {
        self.mailbox.subjects.lock().expect("subjects").clone()
    }
}

#[tokio::test]
async fn everybody_is_sent_back_at_the_second_bad_look_in_a_row_and_the_history_says_why() {
    let mut world = World::canary(true).await;
    assert!(world.look(3).await.rolled_back.is_none());
    assert_eq!(world.phase().await, Phase::Canary);
    assert!(matches!(world.look(3).await.rolled_back, Some(Ok(_))));
    assert_eq!(world.phase().await, Phase::RolledBack);
    let last = world.links.changes().await.expect("the history").pop().expect("a line");
    assert_eq!(last.why, "the watch: messages in a DLQ: 3, above 0");
    assert_eq!(world.subjects(), ["twinpool prod: roll back", "twinpool prod: rolled back"]);
}

#[tokio::test]
async fn one_bad_look_alone_sends_nobody_back() {
    let mut world = World::canary(true).await;
    for dead_letters in [3, 0, 3, 0] {
        assert!(world.look(dead_letters).await.rolled_back.is_none());
    }
    assert_eq!(world.phase().await, Phase::Canary);
}

#[tokio::test]
async fn who_was_not_asked_to_rolls_nothing_back() {
    let mut world = World::canary(false).await;
    for _ in 0..4 {
        assert_eq!(world.look(3).await.judgement.verdict, Verdict::RollBack);
    }
    assert_eq!(world.phase().await, Phase::Canary);
    assert_eq!(world.subjects(), ["twinpool prod: roll back"], "told once");
}

#[tokio::test]
async fn every_change_of_the_verdict_is_told_once() {
    let mut world = World::canary(false).await;
    for dead_letters in [0, 0, 3, 3, 0, 0] {
        world.look(dead_letters).await;
    }
    assert_eq!(world.subjects(), ["twinpool prod: roll back", "twinpool prod: go on"]);
}

#[tokio::test]
async fn what_could_not_be_told_is_told_later_and_does_not_keep_from_rolling_back() {
    let mut world = World::canary(true).await;
    world.mailbox.refuse(1);
    assert!(matches!(world.look(3).await.told, Some(Err(_))));
    let second = world.look(3).await;
    assert!(matches!((second.told, second.rolled_back), (Some(Ok(Notice::Sent)), Some(Ok(_)))));
}

#[tokio::test]
async fn a_rollback_is_told_at_the_third_try_too_and_it_is_known_when_nobody_was_told() {
    for (refused, told) in [(0, true), (2, true), (3, false)] {
        let mut world = World::canary(true).await;
        world.look(3).await;
        world.mailbox.refuse(refused);
        let looked = world.look(3).await;
        assert!(matches!(looked.rolled_back, Some(Ok(_))));
        assert_eq!(looked.told_back.map(|told| told.is_ok()), Some(told), "{refused} refused");
        let subjects = world.subjects();
        let of_rollback = subjects.iter().filter(|subject| *subject == "twinpool prod: rolled back");
        assert_eq!(of_rollback.count(), usize::from(told), "once, if at all");
    }
}

#[tokio::test]
async fn where_there_is_no_topic_nobody_was_told() {
    let mut world = World::canary(true).await;
    world.mailbox.is_missing = true;
    assert_eq!(world.look(3).await.told, Some(Ok(Notice::NoTopic)));
    // The owner names one.
    world.mailbox.is_missing = false;
    assert_eq!(world.look(3).await.told, Some(Ok(Notice::Sent)));
    assert_eq!(world.subjects(), ["twinpool prod: roll back", "twinpool prod: rolled back"]);
}

#[tokio::test]
async fn where_nobody_is_moved_nothing_is_told_and_nothing_done() {
    let mut world = World::canary(true).await;
    world.look(3).await;
    world.look(3).await;
    let told = world.subjects().len();
    let looked = world.look(3).await;
    assert_eq!((looked.is_moving, looked.judgement.verdict), (false, Verdict::RollBack));
    assert!(looked.told.is_none() && looked.rolled_back.is_none());
    assert_eq!(world.subjects().len(), told);
}

#[tokio::test]
async fn an_operator_who_rolled_back_while_it_was_measured_was_faster_and_nothing_has_failed() {
    let mut world = World::canary(true).await;
    world.look(3).await;
    let read = world.links.standing().await.expect("the phase");
    step(&world.links, &Step::Rollback).await;
    let looked = world.look_from(&read, 3).await;
    assert!(matches!(&looked.rolled_back, Some(Ok(done)) if done.by_another), "{looked:?}");
    assert_eq!(looked.told_back, None);
    assert_eq!(world.subjects(), ["twinpool prod: roll back"]);
    assert_eq!(world.links.changes().await.expect("the history").len(), 2);
}

#[tokio::test]
async fn what_was_measured_of_one_round_sends_nobody_of_the_next_one_back() {
    let mut world = World::canary(true).await;
    world.look(3).await;
    let read = world.links.standing().await.expect("the phase");
    step(&world.links, &Step::Rollback).await;
    step(&world.links, &five()).await;
    let looked = world.look_from(&read, 3).await;
    assert!(matches!(&looked.rolled_back, Some(Ok(done)) if done.by_another), "{looked:?}");
    assert_eq!(world.phase().await, Phase::Canary);
}
