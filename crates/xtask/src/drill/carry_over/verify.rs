//! What `twinpool verify` says, held against what is known.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::super::command::{Twinpool, verdicts};
use super::super::say::Clock;
use super::finding::{Finding, Findings};

/// Exit codes: equal; equal but for what is held back; not equal.
const EQUAL: i32 = 0;
const EXPLAINED: i32 = 11;
const UNEQUAL: i32 = 1;

/// What was spoilt by hand.
#[derive(Debug, Default)]
pub(super) struct Planted {
    /// What is to be found.
    pub(super) differences: Findings,
    /// What the new pool has of its own: no difference.
    pub(super) decoys: Findings,
    /// Usernames of users of the new pool whom nobody knows.
    pub(super) strangers: Vec<String>,
    /// Old subs of users who were deleted from the new pool.
    pub(super) deleted: Vec<String>,
}

impl Planted {
    /// What shows to somebody who does not know what twinpool announced.
    pub(super) fn visible(&self) -> Findings {
        let mut all = self.differences.clone();
        all.extend(self.decoys.0.clone());
        all
    }

    /// What shows after the repair.
    pub(super) fn lasting(&self) -> Findings {
        let mut all = self.decoys.clone();
        all.extend(
            self.deleted.iter().map(|sub| (sub.clone(), Finding::one("only_in_old", "user not_there"))),
        );
        all
    }

    /// Whom twinpool does not make again.
    pub(super) fn missing(&self) -> impl Iterator<Item = (String, Finding)> {
        self.deleted.iter().map(|sub| (sub.clone(), Finding::one("held_back", "user missing")))
    }

    pub(super) fn in_words(&self) -> String {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for finding in self.differences.0.values() {
            *kinds.entry(finding.verdict.clone()).or_default() += 1;
        }
        let (all, decoys) = (self.differences.0.len(), self.decoys.0.len());
        format!("{all} differences by hand {kinds:?}, and {decoys} that are the new pool's own")
    }
}

/// The command finds just these differences, and just these users held back.
pub(super) fn says(
    twinpool: &Twinpool,
    name: &str,
    differences: &Findings,
    held: &Findings,
    clock: &Clock,
) -> Result<()> {
    let begun = clock.seconds();
    let rows = twinpool.folder.join(format!("{name}.jsonl"));
    let path = rows.to_string_lossy();
    let exit = match (differences.0.is_empty(), held.0.is_empty()) {
        (true, true) => EQUAL,
        (true, false) => EXPLAINED,
        (false, _) => UNEQUAL,
    };
    let arguments = ["verify", "--rows", &path, "--pause", "0"];
    let answer = twinpool.start_work(&format!("verify-{name}"), &arguments)?.answer(&[exit])?;
    let mut expected = differences.clone();
    expected.extend(held.0.clone());
    said(&fs::read_to_string(&rows)?)?.ensure_same("twinpool verify", &expected)?;
    let took = clock.seconds() - begun;
    let verdicts = verdicts(&answer)?;
    clock.say("verify", &format!("in {took:.1} s: {verdicts}: each as it should be"));
    Ok(())
}

/// Repairs whom it finds.
pub(super) fn repair(twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let begun = clock.seconds();
    let arguments = ["verify", "--repair", "--yes", "--pause", "0"];
    let answer = twinpool.start_work("repair", &arguments)?.answer(&[UNEQUAL, EXPLAINED])?;
    let after = &answer["repaired"];
    let took = clock.seconds() - begun;
    clock.say("repair", &format!("in {took:.1} s, afterwards: {}", after["verdicts"]));
    ensure!(after["failed"].as_array().is_some_and(Vec::is_empty), "not repaired: {}", after["failed"]);
    Ok(())
}

/// All rows but those of equal users.
fn said(rows: &str) -> Result<Findings> {
    let mut all = Findings::default();
    for line in rows.lines() {
        let row: Value = serde_json::from_str(line).context("a row that is no JSON")?;
        let verdict = row["verdict"].as_str().unwrap_or_default();
        if verdict == "equal" {
            continue;
        }
        let sub = row["old_sub"].as_str().or(row["new_sub"].as_str()).context("a row about nobody")?;
        let text = |found: &Value, name: &str| found[name].as_str().unwrap_or_default().to_owned();
        let found = row["findings"].as_array().into_iter().flatten();
        let what = found.map(|found| format!("{} {}", text(found, "what"), text(found, "why")));
        let earlier = all.0.insert(sub.to_owned(), Finding::new(verdict, what));
        ensure!(earlier.is_none(), "{sub} has two rows");
    }
    Ok(all)
}
