//! The backfill: interrupted, started again, and at its end.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::super::command::{DONE, Started, Twinpool};
use super::super::say::{Clock, pace};
use crate::local::Stack;
use crate::process;

/// At which part of the users, in percent, the run is stopped, and how.
const INTERRUPTIONS: [(usize, &str); 3] = [(20, "-INT"), (45, "-KILL"), (70, "-INT")];

/// Stopped in order: everything that was begun is done.
const STOPPED: i32 = 1;

/// Carries everybody over, in four starts.
pub(super) fn interrupted(stack: &Stack, twinpool: &Twinpool, users: usize, clock: &Clock) -> Result<()> {
    let (new, begun) = (stack.new_pool(), clock.seconds());
    for (number, (percent, signal)) in (1..).zip(INTERRUPTIONS) {
        let mut run = start(twinpool, &format!("backfill-{number}"))?;
        let enough = users * percent / 100;
        while new.size()? < enough {
            if !run.is_running()? {
                bail!("the backfill ended before {percent} % were there, {}", run.said());
            }
            process::pause();
        }
        run.signal(signal);
        let status = run.end()?;
        let as_wanted =
            if signal == "-KILL" { status.code().is_none() } else { status.code() == Some(STOPPED) };
        ensure!(as_wanted, "after {signal} the backfill ended with {status}, {}", run.said());
        clock.say("backfill", &format!("{signal} at {percent} %: {} users are there", new.size()?));
    }
    let run = start(twinpool, "backfill-4")?.answer(&DONE)?;
    clean(&run)?;
    let took = clock.seconds() - begun;
    let made = new.size()?;
    clock.say(
        "backfill",
        &format!("at its end: {made} users are there after {took:.0} s ({})", pace(made, took)),
    );
    // The run that was killed is nobody's any more: the next one began beside it.
    let runs = runs(twinpool)?;
    clock.say("runs", &runs.join(", "));
    ensure!(runs.iter().any(|run| run.starts_with("finished")), "no run has come to its end");
    Ok(())
}

/// Finds what changed behind the walk.
pub(super) fn again(twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let begun = clock.seconds();
    let run = start(twinpool, "backfill-last")?.answer(&DONE)?;
    clean(&run)?;
    let took = clock.seconds() - begun;
    clock.say("backfill", &format!("once more, in {took:.1} s: {}", run["done"]));
    Ok(())
}

fn start(twinpool: &Twinpool, name: &str) -> Result<Started> {
    twinpool.start_work(name, &["backfill", "--yes"])
}

/// Nobody failed.
fn clean(run: &Value) -> Result<()> {
    let failed = run["failed"].as_object().context("a run says who failed")?;
    ensure!(failed.is_empty() && run["finished"] == true, "the run ended like this: {run}");
    Ok(())
}

/// All runs, the latest first: how they are, and with how many users they dealt.
fn runs(twinpool: &Twinpool) -> Result<Vec<String>> {
    let answer = twinpool.start("runs", &["runs", "--json"])?.answer(&[0])?;
    let runs = answer["runs"].as_array().context("there are runs")?;
    Ok(runs.iter().map(|run| format!("{} {}", run["now"].as_str().unwrap_or("?"), run["done"])).collect())
}
