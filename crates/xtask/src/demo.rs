//! `cargo xtask demo`: what twinpool does, seen in two minutes.

use std::fs;

use anyhow::Result;

use crate::local::{OldPoolServer, Options, SignIn, Stack};
use crate::paths;

mod acts;
mod timeline;

/// The stack whose old pool is cognito-local's.
const FIRST: &str = "demo-cognito-local";

/// The stack whose old pool is MiniStack's; `--keep` leaves it up.
const SECOND: &str = "demo";

/// All stacks that a demo can leave behind.
pub const STACKS: [&str; 2] = [FIRST, SECOND];

/// A stack that is stopped at the end of its act, whatever happens.
struct Running(Option<Stack>);

impl Running {
    fn up(options: &Options) -> Result<Self> {
        Stack::up(options).map(|stack| Self(Some(stack)))
    }

    fn keep(mut self) -> Option<Stack> {
        self.0.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stack) = &self.0 {
            stack.down();
        }
    }
}

/// Plays the demo; `keep` leaves the second stack up.
///
/// # Errors
/// When something cannot be started, or does not arrive.
pub fn run(keep: bool) -> Result<()> {
    timeline::opening();
    {
        let options = Options { old_server: OldPoolServer::CognitoLocal, ..Options::named(FIRST) };
        let running = Running::up(&options)?;
        if let Some(stack) = &running.0 {
            acts::sign_up(stack)?;
            acts::broken(stack)?;
        }
    }
    let running = Running::up(&Options { old_sign_in: SignIn::Username, ..Options::named(SECOND) })?;
    if let Some(stack) = &running.0 {
        acts::groups(stack)?;
        acts::unseen(stack)?;
        acts::links(stack)?;
    }
    if keep && let Some(stack) = running.keep() {
        fs::write(paths::local().join("stack.json"), serde_json::to_string_pretty(&stack.addresses)? + "\n")?;
        timeline::look_around(&stack.addresses);
    } else {
        timeline::closing();
    }
    Ok(())
}
