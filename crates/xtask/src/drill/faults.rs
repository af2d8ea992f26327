//! `cargo xtask drill faults`: between everything of twinpool and the local AWS stands a proxy that refuses, delays, cuts and doubles calls,
//! and the functions are killed, while everybody of a pool changes something. In the end every change has to be in both pools. What was
//! changed the drill writes down itself, and what the pools say it takes from their lists.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};

use super::say::Clock;
use crate::local::Stack;

mod agree;
mod calm;
mod chance;
mod counts;
mod functions;
mod killer;
mod life;
mod message;
mod person;
mod proxy;
mod refusal;
mod seed;
mod storm;
mod told;

use functions::Pace;
use proxy::Proxy;

/// What to do.
#[derive(Debug, Clone)]
pub struct Faults {
    /// The stack that it runs on: made, and stopped at the end.
    pub name: String,
    /// How many users there are at the beginning.
    pub users: usize,
    /// What the dice begin with. The order of calls is never the same, so a second run with it is alike, and not the same.
    pub seed: usize,
    /// After so many seconds a killed mirror's batch comes back: on AWS three minutes.
    pub visibility: u32,
    /// Whether the functions are built first, or deployed as they were packaged last.
    pub build: bool,
}

/// Does all of it.
///
/// # Errors
/// When something cannot be started, or a change of somebody is lost.
pub fn run(drill: &Faults) -> Result<()> {
    let clock = Clock::start();
    let (running, twinpool) = super::up(&drill.name, drill.build, false, &clock)?;
    let stack = running.stack();
    let people = seed::seed(stack, drill.users, &clock)?;
    let proxy = Proxy::before(&stack.addresses.endpoint, drill.seed)?;
    functions::lead_through(stack, proxy.endpoint(), Pace::of(drill.visibility))?;
    clock.say("proxy", &format!("the dice begin with {}: {}", drill.seed, chance::in_words()));

    proxy.let_rage(true);
    storm::carry_over(stack, &twinpool, &proxy, &clock)?;
    let storm = storm::Storm { stack, folder: &twinpool.folder, proxy: &proxy, seed: drill.seed };
    let (people, lived) = storm.everybody_changes_something(people, &clock)?;
    proxy.let_rage(false);
    proxy.wait_for_the_late()?;
    clock.say("calm", "nothing is refused, cut or killed any more");

    calm::settle(stack, &twinpool, &clock)?;
    tell(stack, &proxy, &clock)?;
    let compared = agree::compare(stack, &people)?;
    clock.say("compare", &compared.in_words(&lived));
    calm::verify(&twinpool, &compared, &clock)?;
    ensure!(proxy.counts().met_everything(), "not every kind of fault came up: take more users");
    clock.say("done", &format!("0 changes lost, in {:.0} s", clock.seconds()));
    Ok(())
}

/// Another one each time.
#[must_use]
pub fn any_seed() -> usize {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    usize::try_from(since.as_secs()).unwrap_or_default()
}

/// What went wrong on the way, in numbers.
fn tell(stack: &Stack, proxy: &Proxy, clock: &Clock) -> Result<()> {
    for line in proxy.counts().in_words() {
        clock.say("proxy", &line);
    }
    clock.say("mirror", &told::of_mirror(stack)?);
    clock.say("capture", &told::of_capture(stack)?);
    Ok(())
}
