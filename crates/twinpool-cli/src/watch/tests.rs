//! Look by look, with a clock and a sleep that do not wait.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::FromArgMatches as _;
use twinpool_core::criteria::Criterion;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Cohorts, Phase, PhaseReader as _, Share, Step};
use twinpool_core::port::Answer;
use twinpool_core::verdict::{Fact, Measure};
use twinpool_core::watch::Notice;
use twinpool_testkit::MemoryLinks;

use super::*;

const NOON: u64 = 1_795_219_200_000;

/// Goes half a minute on each time that somebody looks.
#[derive(Default)]
struct HalfMinutes(AtomicU64);

impl Clock for HalfMinutes {
    fn now(&self) -> Timestamp {
        Timestamp(NOON + self.0.fetch_add(30_000, Ordering::Relaxed))
    }
}

/// Messages wait in the DLQ, which is beyond the limit.
struct Bad;

impl Measurer for Bad {
    async fn measures(&self, _from: Timestamp, _now: Timestamp) -> Vec<Measure> {
        vec![Measure { criterion: Criterion::DeadLetters, place: None, fact: Fact::Amount(3) }]
    }
}

#[derive(Default)]
struct Mailbox(Mutex<Vec<String>>);

impl Announcer for Mailbox {
    async fn announce(&self, subject: &str, _text: &str) -> Answer<Notice> {
        self.0.lock().unwrap().push(subject.to_owned());
        Ok(Notice::Sent)
    }
}

fn arguments(words: &[&str]) -> Arguments {
    const NEEDED: [&str; 9] = [
        "watch",
        "--table",
        "links",
        "--new-pool",
        "eu-west-1_New",
        "--queue-url",
        "http://queue",
        "--dlq-url",
        "http://dlq",
    ];
    let command = Arguments::augment_args(clap::Command::new("watch"));
    let matches = command.try_get_matches_from(NEEDED.iter().chain(words)).unwrap();
    Arguments::from_arg_matches(&matches).unwrap()
}

/// A canary that does badly, watched with these words for ten minutes at most: how it ended, and the watch.
async fn watched(words: &[&str]) -> (Option<Exit>, Watching<MemoryLinks, Bad, Mailbox, HalfMinutes>) {
    let store = MemoryLinks::default();
    let share = Share::from_hundredths(500).unwrap();
    store.step(&Step::Switch { share, cohorts: Cohorts::default() }, Timestamp(NOON)).await;
    let mut criteria = Criteria::default();
    criteria.limits.retain(|criterion, _| *criterion == Criterion::DeadLetters);
    let arguments = arguments(words);
    let watching = Watching {
        table: "links".to_owned(),
        store,
        measurer: Bad,
        announcer: Mailbox::default(),
        clock: HalfMinutes::default(),
        criteria,
        stack: "prod".to_owned(),
        who: rolls_back_as(&arguments, async { "role/Admin".to_owned() }).await,
    };
    let end = tokio::time::timeout(Duration::from_secs(600), watching.run(&arguments)).await;
    (end.ok().map(|outcome| outcome.unwrap().1), watching)
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_was_asked_to_sends_everybody_back_at_the_second_bad_look_and_ends() {
    let (end, watching) = watched(&["--every", "10s", "--auto-rollback", "--yes"]).await;
    assert_eq!(end, Some(Exit::Blocked));
    assert_eq!(watching.store.standing().await.unwrap().phase, Phase::RolledBack);
    let last = watching.store.changes().await.unwrap().pop().unwrap();
    assert_eq!(
        (last.who.as_str(), last.why.as_str()),
        ("twinpool watch, role/Admin", "the watch: messages in a DLQ: 3, above 0")
    );
    let told = watching.announcer.0.lock().unwrap().clone();
    assert_eq!(told, ["twinpool prod: roll back", "twinpool prod: rolled back"]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_was_not_asked_to_looks_on_and_sends_nobody_back() {
    let (end, watching) = watched(&["--every", "10s"]).await;
    assert_eq!(end, None, "it goes on");
    assert_eq!(watching.store.standing().await.unwrap().phase, Phase::Canary);
    assert_eq!(*watching.announcer.0.lock().unwrap(), ["twinpool prod: roll back"]);
}
