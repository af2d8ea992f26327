//! What the operator does, with the built command.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::super::command::{DONE, Twinpool};
use super::super::say::Clock;
use super::exported;
use super::router::Router;
use crate::local::Stack;
use crate::process;

/// Why, for the history.
const WHY: &str = "a drill";

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

/// Sends this share to the new pool, and waits until clients are told so; with a test user, by whom the way back is proven first.
pub(super) fn switch(
    (twinpool, router): (&Twinpool, &Router),
    percent: usize,
    tester: Option<&str>,
    clock: &Clock,
) -> Result<()> {
    let share = percent.to_string();
    let mut arguments = vec!["switch", "--percent", &share, "--why", WHY, "--yes", "--json"];
    arguments.extend(tester.into_iter().flat_map(|tester| ["--canary-user", tester]));
    // Nothing counts CloudTrail's alarms in a local AWS, and people change things while verify looks.
    arguments.extend(["--force", "people go on living, and the local AWS has no alarms"]);
    let answer = twinpool.start(&format!("switch-{percent}"), &arguments)?.answer(&[0])?;
    clock.say("switch", &format!("{percent} %: {}", answer["phase"].as_str().unwrap_or_default()));
    let new = router.wait_for(percent)?;
    clock.say("route", &format!("of 1,000 installs {new} are sent to the new pool"));
    Ok(())
}

/// Sends everybody back; gives the time until clients are told so.
pub(super) fn roll_back(twinpool: &Twinpool, router: &Router, clock: &Clock) -> Result<Duration> {
    let begun = Instant::now();
    let arguments = ["rollback", "--why", WHY, "--yes", "--json"];
    twinpool.start("rollback", &arguments)?.answer(&[0])?;
    process::wait_for("the route to say so", || Ok((router.phase()? == "rolled-back").then_some(())))?;
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

/// Leaves the old pool, and holds the exported links against the table.
pub(super) fn complete(stack: &Stack, twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let (jsonl, sql) = (twinpool.folder.join("links.jsonl"), twinpool.folder.join("links.sql"));
    let (jsonl_path, sql_path) = (jsonl.to_string_lossy(), sql.to_string_lossy());
    let arguments = ["complete", "--why", WHY, "--yes", "--json"];
    let forced = ["--force", "the local AWS has no alarms"];
    twinpool.start("complete", &[&arguments[..], &forced].concat())?.answer(&DONE)?;
    for (name, option, path) in [("jsonl", "--to", &jsonl_path), ("sql", "--sql", &sql_path)] {
        twinpool.start(&format!("export-{name}"), &["export", "links", option, path])?.succeeds()?;
    }
    let rows = fs::read_to_string(&jsonl).with_context(|| format!("cannot read {}", jsonl.display()))?;
    let rows: Vec<Value> = rows.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let everybody = stack.new_pool().everybody()?.into_values();
    let alive = everybody.map(|person| person.sub).collect();
    let conflicts = twinpool.start("conflicts", &["conflicts", "list", "--all", "--json"])?.answer(&[0])?;
    let told = exported::compare(&rows, &stack.links().all()?, &alive, &conflicts)?;
    clock.say("complete", &format!("{told}, as JSON lines and as SQL"));
    Ok(())
}
