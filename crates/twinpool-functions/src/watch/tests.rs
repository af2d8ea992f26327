use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use twinpool_core::criteria::Criterion;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Cohorts, Phase, PhaseReader as _, Share, Step};
use twinpool_core::port::Answer;
use twinpool_core::verdict::{Fact, Measure};
use twinpool_testkit::{MemoryLinks, Process};

use super::*;

const NOON: u64 = 1_795_219_200_000;

/// Goes half a minute on each time that somebody looks.
#[derive(Default)]
struct HalfMinutes(Mutex<u64>);

impl Clock for HalfMinutes {
    fn now(&self) -> Timestamp {
        let mut seconds = self.0.lock().unwrap();
        *seconds += 30;
        Timestamp(NOON + *seconds * 1_000)
    }
}

/// So many messages in the DLQ; from when on was asked.
#[derive(Default)]
struct Gauge {
    dead_letters: u64,
    asked: Mutex<Vec<Timestamp>>,
}

impl Measurer for Gauge {
    async fn measures(&self, from: Timestamp, _now: Timestamp) -> Vec<Measure> {
        self.asked.lock().unwrap().push(from);
        let fact = Fact::Amount(self.dead_letters);
        vec![Measure { criterion: Criterion::DeadLetters, place: None, fact }]
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

/// Answers always this.
struct Always(Answer<Notice>);

impl Announcer for Always {
    async fn announce(&self, _subject: &str, _text: &str) -> Answer<Notice> {
        self.0.clone()
    }
}

fn watcher(table: &MemoryLinks, auto_rollback: bool) -> Watcher<MemoryLinks, HalfMinutes, Gauge, Mailbox> {
    telling(table, auto_rollback, Mailbox::default())
}

fn telling<A: Announcer>(
    table: &MemoryLinks,
    auto_rollback: bool,
    announcer: A,
) -> Watcher<MemoryLinks, HalfMinutes, Gauge, A> {
    let mut criteria = Criteria::default();
    criteria.limits.retain(|criterion, _| *criterion == Criterion::DeadLetters);
    Watcher {
        table: table.clone(),
        clock: HalfMinutes::default(),
        measurer: Gauge { dead_letters: 3, ..Gauge::default() },
        announcer,
        criteria,
        stack: "prod".to_owned(),
        auto_rollback,
    }
}

async fn canary(table: &MemoryLinks) {
    let share = Share::from_hundredths(500).unwrap();
    table.step(&Step::Switch { share, cohorts: Cohorts::default() }, Timestamp(NOON)).await;
}

#[tokio::test]
async fn where_nobody_is_moved_nothing_is_measured_and_nothing_written() {
    let process = std::sync::Arc::new(Process::healthy());
    let table = MemoryLinks::default().seen_by(&process);
    let watcher = watcher(&table, true);
    let seen = watcher.handle().await.unwrap();
    assert_eq!((seen.phase.as_str(), seen.verdict), ("dual-write", None));
    assert!(watcher.measurer.asked.lock().unwrap().is_empty());
    assert_eq!(process.calls(), ["GetItem"], "what was remembered; the phase is only looked at");
}

#[tokio::test]
async fn two_starts_of_the_function_see_two_bad_looks_and_the_second_sends_everybody_back() {
    let table = MemoryLinks::default();
    canary(&table).await;
    let first = watcher(&table, true);
    let seen = first.handle().await.unwrap();
    assert_eq!((seen.verdict, seen.rolled_back), (Some("roll-back"), false));
    assert_eq!(*first.measurer.asked.lock().unwrap(), [Timestamp(NOON)], "not from before the switch");
    // Another process: what it knows is what the table says.
    let second = watcher(&table, true);
    *second.clock.0.lock().unwrap() = 60;
    assert!(second.handle().await.unwrap().rolled_back);
    assert_eq!(table.standing().await.unwrap().phase, Phase::RolledBack);
    assert_eq!(*first.announcer.0.lock().unwrap(), ["twinpool prod: roll back"]);
    assert_eq!(
        *second.announcer.0.lock().unwrap(),
        ["twinpool prod: rolled back"],
        "the verdict was told before"
    );
    // And then it rests.
    assert_eq!(second.handle().await.unwrap().verdict, None);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_rollback_that_nobody_was_told_of_is_an_error_in_the_log() {
    let denied = PortError::new(Class::Denied, "Publish", "AuthorizationError");
    for (answer, words) in [
        (Ok(Notice::Sent), None),
        (Ok(Notice::NoTopic), Some("nobody was told what came of it")),
        (Err(denied), Some("nobody could be told what came of it")),
    ] {
        let table = MemoryLinks::default();
        canary(&table).await;
        let watcher = telling(&table, true, Always(answer));
        watcher.handle().await.unwrap();
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        assert!(watcher.handle().await.unwrap().rolled_back);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let errors: Vec<_> = log.lines().filter(|line| line.contains("\"ERROR\"")).collect();
        match words {
            Some(words) => assert!(errors.iter().any(|line| line.contains(words)), "{log}"),
            None => assert!(errors.is_empty(), "{log}"),
        }
    }
}

#[tokio::test]
async fn by_default_it_only_tells() {
    let table = MemoryLinks::default();
    canary(&table).await;
    let watcher = watcher(&table, false);
    for _ in 0..4 {
        assert!(!watcher.handle().await.unwrap().rolled_back);
    }
    assert_eq!(table.standing().await.unwrap().phase, Phase::Canary);
    assert_eq!(*watcher.announcer.0.lock().unwrap(), ["twinpool prod: roll back"]);
}

#[tokio::test]
async fn a_rollback_that_fails_is_an_error_of_the_function_and_is_tried_again() {
    let table = MemoryLinks::default();
    canary(&table).await;
    let process = std::sync::Arc::new(Process::healthy());
    let watcher = watcher(&table.seen_by(&process), true);
    watcher.handle().await.unwrap();
    process.fail_next("TransactWriteItems", Class::Unavailable);
    let error = Diagnostic::from(watcher.handle().await.unwrap_err());
    assert_eq!(error.error_type, "RollBack");
    assert!(error.error_message.contains("twinpool rollback"), "{}", error.error_message);
    assert!(watcher.handle().await.unwrap().rolled_back);
}
