//! Whether both pools agree: every verdict, and nothing personal in any row.

mod bad_input;
mod both_ways;
mod flight;
mod planted;
mod sample;
mod verdicts;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::port::PortError;
use twinpool_engine::{Listener, Looking, Observer, Row, Step, Summary, VerifyError};
use twinpool_testkit::{Process, World};

use crate::support::{engine, run};

/// What a run gave.
pub(crate) struct Verified {
    pub(crate) summary: Summary,
    pub(crate) rows: Vec<Row>,
    pub(crate) calls: Vec<&'static str>,
}

impl Verified {
    /// The row of a user of the old pool.
    pub(crate) fn of(&self, old_sub: &str) -> &Row {
        let is_it = |row: &&Row| row.old_sub.as_ref().is_some_and(|sub| sub.as_str() == old_sub);
        let mut found = self.rows.iter().filter(is_it);
        let row = found.next().expect("a row");
        assert!(found.next().is_none(), "{old_sub} has one row");
        row
    }

    /// Verdict and findings in words.
    pub(crate) fn said(&self, old_sub: &str) -> String {
        said(self.of(old_sub))
    }

    pub(crate) fn counted(&self) -> Vec<(&'static str, u64)> {
        self.summary.verdicts.iter().map(|(verdict, count)| (verdict.code(), *count)).collect()
    }
}

pub(crate) fn said(row: &Row) -> String {
    let findings = row.findings.iter().map(|finding| format!("{} {}", finding.what, finding.why.code()));
    let findings: Vec<_> = findings.collect();
    format!("{}: {}", row.verdict.code(), findings.join(", ")).trim_end_matches(": ").to_owned()
}

/// What happens at a step.
type Happening<'a> = Box<dyn FnMut(Step) + Send + 'a>;

/// Keeps rows, and lets things happen while somebody looks.
pub(crate) struct Watcher<'a> {
    rows: Mutex<Vec<Row>>,
    at: Mutex<Happening<'a>>,
    pub(crate) waited: Mutex<u32>,
    pub(crate) began_anew: Mutex<u32>,
    /// After so many rows no more can be kept.
    pub(crate) full_after: usize,
}

impl<'a> Watcher<'a> {
    pub(crate) fn new(at: impl FnMut(Step) + Send + 'a) -> Self {
        Self {
            rows: Mutex::default(),
            at: Mutex::new(Box::new(at)),
            waited: Mutex::default(),
            began_anew: Mutex::default(),
            full_after: usize::MAX,
        }
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.rows.lock().expect("no panic").clone()
    }
}

impl Listener for Watcher<'_> {
    fn waits(&self, _error: &PortError, _after: Duration) {
        *self.waited.lock().expect("no panic") += 1;
    }

    fn begins_anew(&self) {
        *self.began_anew.lock().expect("no panic") += 1;
    }
}

impl Observer for Watcher<'_> {
    fn step(&self, step: Step, _done: u64) {
        self.at.lock().expect("no panic")(step);
    }

    fn row(&self, row: &Row) -> io::Result<()> {
        let mut rows = self.rows.lock().expect("no panic");
        if rows.len() >= self.full_after {
            return Err(io::ErrorKind::StorageFull.into());
        }
        rows.push(row.clone());
        Ok(())
    }
}

/// Nothing waits: the stand-ins are never late.
pub(crate) fn quick() -> Looking {
    Looking { pause: Duration::ZERO, ..Looking::default() }
}

pub(crate) fn thorough() -> Looking {
    Looking { thorough: true, ..quick() }
}

pub(crate) fn verify(world: &World, looking: &Looking) -> Verified {
    watched(world, looking, &Watcher::new(|_| {})).expect("the run ends")
}

pub(crate) fn watched(
    world: &World,
    looking: &Looking,
    watcher: &Watcher<'_>,
) -> Result<Verified, VerifyError> {
    let process = Arc::new(Process::healthy());
    let engine = engine(world, &process);
    let summary = run(engine.verifier().verify(looking, watcher))?;
    let rows = watcher.rows();
    assert_eq!(summary.users(), rows.len() as u64, "each row is counted");
    Ok(Verified { summary, rows, calls: process.calls() })
}

/// What reads cost, by name. Fails at the first call that is no read.
pub(crate) fn reads(calls: &[&'static str]) -> BTreeMap<&'static str, usize> {
    const READS: [&str; 10] = [
        "AdminGetUser",
        "AdminGetUserAuthFactors",
        "AdminListGroupsForUser",
        "BatchGetItem",
        "DescribeUserPool",
        "GetItem",
        "ListGroups",
        "ListUsers",
        "ListUsersInGroup",
        "Scan",
    ];
    let mut counted = BTreeMap::new();
    for call in calls {
        assert!(READS.contains(call), "{call} is no read");
        *counted.entry(*call).or_default() += 1;
    }
    counted
}

/// No value of anybody in either pool stands in what is kept. Values of one or two letters stand everywhere.
pub(crate) fn assert_nothing_personal(world: &World, rows: &[Row]) {
    // As `--rows` writes them: without what is masked.
    let text: Vec<_> =
        rows.iter().map(|row| format!("{:?} {:?} {}", row.old_sub, row.new_sub, said(row))).collect();
    let text = text.join("\n");
    for person in world.old.people().iter().chain(&world.new.people()) {
        for (name, value) in &person.attributes {
            let value = value.reveal();
            let is_flag = name.as_str().ends_with("_verified");
            assert!(is_flag || value.len() < 5 || !text.contains(value), "the value of {name} shows");
        }
    }
}
