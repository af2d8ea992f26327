//! `cargo xtask drill carry-over`: a pool of many users is carried over while people use it, the backfill is interrupted three times, both
//! pools are compared, and then spoilt by hand to see whether all of that is found. Ends with an error when anything is not as it
//! should be.
//!
//! What both pools say is taken from their lists by the drill itself, so that no verdict rests on twinpool's own code alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow};

use super::command::Twinpool;
use super::people;
use super::queue::work_off;
use super::say::Clock;
use crate::local::Stack;

mod backfill;
mod both;
mod compare;
mod finding;
mod late;
mod plant;
mod seed;
mod traffic;
mod verify;

use both::Both;
use finding::Findings;
use verify::Planted;

/// What to do.
#[derive(Debug, Clone)]
pub struct Drill {
    /// The stack that it runs on: made, and stopped at the end.
    pub name: String,
    /// How many users there are at the beginning.
    pub users: usize,
    /// How many differences are planted.
    pub planted: usize,
    /// How many users are deleted without a word, for the sweep to miss: the mirror believes it only after a while.
    pub untold: usize,
    /// Whether the functions are built first, or deployed as they were packaged last.
    pub build: bool,
}

/// Does all of it.
///
/// # Errors
/// When something cannot be started, or is not as it should be.
pub fn run(drill: &Drill) -> Result<()> {
    let clock = Clock::start();
    let (running, twinpool) = super::up(&drill.name, drill.build, false, &clock)?;
    let stack = running.stack();
    let people = seed::seed(stack, drill.users, &clock)?;
    carry_over(stack, &twinpool, people, &clock)?;
    let left = late::leave_groups(stack, drill.planted / 8)?;
    clock.say("late", &format!("{} users left a group, and no event told", left.len()));
    backfill::again(&twinpool, &clock)?;
    if drill.untold > 0 {
        late::delete_untold(stack, &twinpool, drill.untold, &clock)?;
        work_off(stack, &clock)?;
    }
    let before = agree(stack, &clock)?;
    verify::says(&twinpool, "agreed", &Findings::default(), &before.held(), &clock)?;
    let planted = plant::plant(stack, &before, &left, drill.planted)?;
    clock.say("plant", &planted.in_words());
    found(stack, &twinpool, &planted, &clock)?;
    repaired(stack, &twinpool, &planted, &clock)?;
    clock.say("done", "everything is as it should be");
    Ok(())
}

/// Backfills under live traffic, and waits until the mirror is done with it.
fn carry_over(stack: &Stack, twinpool: &Twinpool, people: Vec<people::Known>, clock: &Clock) -> Result<()> {
    let (users, is_over) = (people.len(), AtomicBool::new(false));
    let (carried, lived) = thread::scope(|scope| {
        let traffic = scope.spawn(|| traffic::live(stack, people, &is_over));
        let carried = backfill::interrupted(stack, twinpool, users, clock);
        is_over.store(true, Ordering::Relaxed);
        (carried, traffic.join())
    });
    carried?;
    let lived = lived.map_err(|_| anyhow!("the live traffic broke down"))?.context("live traffic")?;
    clock.say("traffic", &format!("meanwhile {}", lived.in_words()));
    work_off(stack, clock)
}

/// Everybody once, on both sides and in the table, and the same on both sides.
fn agree(stack: &Stack, clock: &Clock) -> Result<Both> {
    let both = Both::look(stack)?;
    both.is_one_to_one()?;
    both.differences().ensure_same("both pools by their lists", &Findings::default())?;
    clock.say("compare", &both.in_words());
    Ok(both)
}

/// What was planted is found, and nothing else: by the drill's own look, and by twinpool.
fn found(stack: &Stack, twinpool: &Twinpool, planted: &Planted, clock: &Clock) -> Result<()> {
    let after = Both::look(stack)?;
    after.differences().ensure_same("what was planted", &planted.visible())?;
    verify::says(twinpool, "planted", &planted.differences, &after.held(), clock)
}

/// What twinpool can repair it repairs. Strangers in the new pool are for people to deal with, and who was deleted there stays so.
fn repaired(stack: &Stack, twinpool: &Twinpool, planted: &Planted, clock: &Clock) -> Result<()> {
    verify::repair(twinpool, clock)?;
    for stranger in &planted.strangers {
        stack.new_pool().delete(stranger)?;
    }
    let after = Both::look(stack)?;
    after.differences().ensure_same("both pools after the repair", &planted.lasting())?;
    let mut held = after.held();
    held.extend(planted.missing());
    verify::says(twinpool, "repaired", &Findings::default(), &held, clock)
}
