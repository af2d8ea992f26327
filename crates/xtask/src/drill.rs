//! `cargo xtask drill`: what must not go wrong in production is done here first, on a local AWS, and ends with an error when anything
//! is not as it should be.

pub mod carry_over;
mod command;
mod dice;
pub mod faults;
mod fill;
mod people;
mod queue;
mod say;
pub mod switching;

use anyhow::Result;

use crate::local::{self, Running, SignIn};
use command::Twinpool;
use say::Clock;

/// Two pools of usernames on a MiniStack that is mended, under this name, and the command for them. `build`: the functions are built
/// first.
fn up(name: &str, build: bool, both_ways: bool, clock: &Clock) -> Result<(Running, Twinpool)> {
    let running = Running::up(&local::Options {
        old_sign_in: SignIn::Username,
        new_sign_in: SignIn::Username,
        build,
        mended: true,
        both_ways,
        ..local::Options::named(name)
    })?;
    let twinpool = Twinpool::build(running.stack(), &local::folder(name))?;
    clock.say("stack", &format!("{name} at {}", running.stack().addresses.endpoint));
    Ok((running, twinpool))
}
