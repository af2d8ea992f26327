//! What the operator does, with the built command.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::super::command::{DONE, Twinpool};
use super::super::say::Clock;
use super::held::ensure_held;
use super::router::Router;
use crate::local::Stack;
use crate::process;

/// Why, for the history.
pub(super) const WHY: &str = "a drill";

/// Carries everybody over who was there before.
pub(super) fn carry_over(twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let run = twinpool.start_work("backfill", &["backfill", "--yes"])?.answer(&DONE)?;
    clock.say("backfill", &format!("everybody is carried over: {}", run["done"]));
    Ok(())
}

/// Both pools agree, user by user.
pub(super) fn verify(twinpool: &Twinpool, name: &str, clock: &Clock) -> Result<()> {
    let rows = twinpool.folder.join(format!("verify-{name}.jsonl"));
    let arguments = ["verify", "--pause", "0", "--rows", &rows.to_string_lossy()];
    let answer = twinpool.start_work(&format!("verify-{name}"), &arguments)?.answer(&DONE)?;
    let equal = &answer["verdicts"]["equal"];
    let reasons = answer["reasons"].as_array().context("verify says why somebody is not equal")?;
    let reasons =
        reasons.iter().map(|why| format!("{} {}", why["users"], why["reason"].as_str().unwrap_or("?")));
    let reasons: Vec<_> = reasons.collect();
    let rest =
        if reasons.is_empty() { String::new() } else { format!("; held back: {}", reasons.join(", ")) };
    clock.say("verify", &format!("{equal} equal, and nobody different{rest}"));
    Ok(())
}

/// What a local AWS can tell before a switch that follows a rest, and what it may not know.
pub(super) const AFTER_A_REST: (&[&str], &[&str]) =
    (&["table", "reverse-sync", "marker", "way-back", "heard", "verified"], &["dead-letters"]);

/// What has to hold before any other switch.
const EVER: (&[&str], &[&str]) =
    (&["table", "reverse-sync", "marker", "way-back", "heard"], &["dead-letters"]);

/// Sends this share to the new pool, and waits until clients are told so; with a test user, by whom the way back is proven first.
pub(super) fn switch(
    (twinpool, router): (&Twinpool, &Router),
    percent: usize,
    tester: Option<&str>,
    clock: &Clock,
) -> Result<Value> {
    let share = percent.to_string();
    let mut arguments = vec!["switch", "--percent", &share, "--why", WHY, "--yes", "--json"];
    arguments.extend(tester.into_iter().flat_map(|tester| ["--canary-user", tester]));
    // Nothing counts CloudTrail's alarms in a local AWS, and people change things while verify looks.
    arguments.extend(["--force", "people go on living, and the local AWS has no alarms"]);
    let answer = twinpool.start(&format!("switch-{percent}"), &arguments)?.answer(&[0])?;
    clock.say("switch", &format!("{percent} %: {}", answer["phase"].as_str().unwrap_or_default()));
    clock.say("checks", &ensure_held(&answer, EVER.0, EVER.1)?);
    let new = router.wait_for(percent)?;
    clock.say("route", &format!("of 1,000 installs {new} are sent to the new pool"));
    Ok(answer)
}

/// Sends everybody back; gives the time until clients are told so.
pub(super) fn roll_back(twinpool: &Twinpool, router: &Router, clock: &Clock) -> Result<Duration> {
    let begun = Instant::now();
    let arguments = ["rollback", "--why", WHY, "--yes", "--json"];
    twinpool.start("rollback", &arguments)?.answer(&[0])?;
    process::wait_for("the route to say so", || Ok((router.phase()? == "rolled-back").then_some(())))?;
    router.wait_for(0)?;
    let took = begun.elapsed();
    clock.say("rollback", &format!("everybody is sent to the old pool after {:.1} s", took.as_secs_f64()));
    Ok(took)
}

/// Finds what nobody told.
pub(super) fn sweep(stack: &Stack, clock: &Clock) -> Result<()> {
    let answer = stack.sweep()?;
    clock.say("sweep", &answer.to_string());
    Ok(())
}
