//! `cargo xtask drill`: 5 %, 50 %, everybody, back again, everybody once more, and for good; while people change things in both
//! pools. Every change has to be in both pools at the end, or on the list of what was lost; a rollback has to take less than a minute.
//! And then the move that is complete is reopened.
//!
//! What was changed the drill writes down itself, and what the pools say it takes from their lists.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};

use super::command::Twinpool;
use super::queue::{PATIENCE, work_off};
use super::say::Clock;
use crate::local::Stack;
use crate::process;

mod agree;
mod enter;
mod exported;
mod held;
mod leave;
mod life;
mod log;
mod reopen;
mod router;
mod steps;

use enter::Known;
use life::Course;
use log::Log;
use router::Router;

/// A rollback takes no longer.
const ROLLBACK_WITHIN: Duration = Duration::from_secs(60);

/// So much happens between two steps.
const CHANGES_BETWEEN: usize = 60;

/// What to do.
#[derive(Debug, Clone)]
pub struct Switching {
    /// The stack that it runs on: made, and stopped at the end.
    pub name: String,
    /// How many users there are at the beginning.
    pub users: usize,
    /// Whether the functions are built first, or deployed as they were packaged last.
    pub build: bool,
}

/// Does all of it.
///
/// # Errors
/// When something cannot be started, or is not as it should be.
pub fn run(drill: &Switching) -> Result<()> {
    let clock = Clock::start();
    let (running, twinpool) = super::up(&drill.name, drill.build, true, &clock)?;
    let stack = running.stack();
    let people = enter::seed(stack, drill.users, &clock)?;
    steps::carry_over(&twinpool, &clock)?;
    work_off(stack, &clock)?;
    steps::verify(&twinpool, "before", &clock)?;
    // Somebody whom nobody else changes.
    let tester = enter::tester(stack, &clock)?;
    work_off(stack, &clock)?;
    let router = Router::serve(&twinpool)?;
    let mut log = lived((stack, &twinpool), &router, (people, tester), &clock)?;
    settle(stack, &clock)?;
    agree(stack, &twinpool, &log, ("after", &clock))?;
    leave::complete(stack, &twinpool, &router, &clock)?;
    reopen::live_on(stack, &router, &mut log, &clock)?;
    reopen::reopen(stack, &twinpool, &router, &clock)?;
    settle(stack, &clock)?;
    agree(stack, &twinpool, &log, ("reopened", &clock))?;
    clock.say("done", "nothing was lost");
    Ok(())
}

/// The steps, while people live.
fn lived(
    (stack, twinpool): (&Stack, &Twinpool),
    router: &Router,
    (people, tester): (Vec<Known>, Known),
    clock: &Clock,
) -> Result<Log> {
    let mut log = Log::default();
    people.iter().chain([&tester]).for_each(|known| log.comes(known));
    let (log, course) = (Mutex::new(log), Course::default());
    let told = thread::scope(|scope| {
        let life = life::Life::new(stack, router, people, &log);
        let traffic = scope.spawn(|| life.goes_on(&course));
        let stepped = switch_and_back((stack, twinpool), &tester.user_id, router, &course, clock);
        course.is_over.store(true, Ordering::Relaxed);
        (stepped, traffic.join())
    });
    let (stepped, lived) = told;
    let lived = lived.map_err(|_| anyhow!("the live traffic broke down"))?.context("live traffic")?;
    stepped?;
    clock.say("traffic", &lived.in_words());
    log.into_inner().map_err(|_| anyhow!("the log of changes broke"))
}

fn switch_and_back(
    (stack, twinpool): (&Stack, &Twinpool),
    tester: &str,
    router: &Router,
    course: &Course,
    clock: &Clock,
) -> Result<()> {
    let pass = || wait_for_changes(&course.changes);
    pass()?;
    for (percent, tester) in [(5, Some(tester)), (50, None), (100, None)] {
        steps::switch((twinpool, router), percent, tester, clock)?;
        pass()?;
    }
    let took = steps::roll_back(twinpool, router, clock)?;
    ensure!(
        took < ROLLBACK_WITHIN,
        "the rollback took {took:.1?}, and must take less than {ROLLBACK_WITHIN:?}"
    );
    pass()?;
    let rests = course.rests.lock().map_err(|_| anyhow!("the live traffic broke down"))?;
    settle(stack, clock)?;
    steps::verify(twinpool, "rolled-back", clock)?;
    drop(rests);
    // What led back once may be the very reason for the rollback: it is proven anew.
    let answer = steps::switch((twinpool, router), 100, Some(tester), clock)?;
    let (must, not_failing) = steps::AFTER_A_REST;
    held::ensure_held(&answer, must, not_failing)?;
    pass()
}

/// Life goes on for a while.
fn wait_for_changes(changes: &AtomicUsize) -> Result<()> {
    let enough = changes.load(Ordering::Relaxed) + CHANGES_BETWEEN;
    process::wait_within(PATIENCE, "people to change things", || {
        Ok((changes.load(Ordering::Relaxed) >= enough).then_some(()))
    })
}

/// Both pools agree: by what was changed, and by the command.
fn agree(stack: &Stack, twinpool: &Twinpool, log: &Log, (name, clock): (&str, &Clock)) -> Result<()> {
    agree::look(stack, log)?.ensure_nothing_lost(clock)?;
    steps::verify(twinpool, name, clock)
}

/// Everything has arrived, and what no event told too.
fn settle(stack: &Stack, clock: &Clock) -> Result<()> {
    work_off(stack, clock)?;
    steps::sweep(stack, clock)?;
    work_off(stack, clock)
}
