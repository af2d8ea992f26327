//! When nothing goes wrong any more: what waits arrives, a sweep finds what nobody told, and twinpool says whether both pools agree.

use anyhow::{Context as _, Result, ensure};

use super::super::command::{DONE, Twinpool, verdicts};
use super::super::queue::PATIENCE;
use super::super::say::Clock;
use super::agree::Compared;
use crate::local::Stack;
use crate::process;

/// Everything arrives, that too of which no event told or whose event was lost.
pub(super) fn settle(stack: &Stack, twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    work_off(stack, twinpool, clock)?;
    let swept = twinpool.start_work("sweep", &["sweep", "--yes"])?.answer(&DONE)?;
    let number = |name: &str| swept[name].as_u64().with_context(|| format!("a sweep says {name}: {swept}"));
    let (seen, hints, missing) = (number("seen")?, number("hints_sent")?, number("missing")?);
    clock.say("sweep", &format!("saw {seen} users, sent the mirror to {hints}, and missed {missing}"));
    work_off(stack, twinpool, clock)
}

/// What ended as dead letters is redriven, as the runbook says.
fn work_off(stack: &Stack, twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let wait = || {
        process::wait_within(PATIENCE, "the mirror to work off the queue", || {
            Ok(stack.queue().is_empty()?.then_some(()))
        })
    };
    wait()?;
    let dead = stack.dead_letters().count()?;
    if dead > 0 {
        twinpool.start("redrive", &["dlq", "redrive", "--all", "--yes"])?.succeeds()?;
        wait()?;
    }
    let left = stack.dead_letters().count()?;
    ensure!(left == 0, "{left} dead letters are left after a redrive");
    clock.say("queue", &format!("worked off, {dead} dead letters redriven"));
    Ok(())
}

/// Both pools agree, user by user, in twinpool's own words; and on as many as the drill counted.
pub(super) fn verify(twinpool: &Twinpool, compared: &Compared, clock: &Clock) -> Result<()> {
    let answer = twinpool.start_work("verify", &["verify", "--pause", "0"])?.answer(&DONE)?;
    clock.say("verify", &verdicts(&answer)?);
    let count = |verdict: &str| answer["verdicts"][verdict].as_u64().unwrap_or_default();
    let (equal, held) = (count("equal"), count("held_back"));
    ensure!(
        (equal, held) == (compared.equal as u64, compared.deleted as u64),
        "verify says {equal} equal and {held} held back, and the drill counted {} and {} deleted",
        compared.equal,
        compared.deleted
    );
    Ok(())
}
