//! `cargo xtask demo`: what twinpool does, seen in two minutes.

use std::fs;

use anyhow::Result;

use crate::local::{Options, PoolServer, Running, SignIn};
use crate::paths;

mod acts;
mod timeline;

/// The stack whose old pool is cognito-local's.
const FIRST: &str = "demo-cognito-local";

/// The stack whose old pool is MiniStack's; `--keep` leaves it up.
const SECOND: &str = "demo";

/// All stacks that a demo can leave behind.
pub const STACKS: [&str; 2] = [FIRST, SECOND];

/// Plays the demo; `keep` leaves the second stack up.
///
/// # Errors
/// When something cannot be started, or does not arrive.
pub fn run(keep: bool) -> Result<()> {
    timeline::opening();
    {
        let options = Options { old_server: PoolServer::CognitoLocal, ..Options::named(FIRST) };
        let running = Running::up(&options)?;
        acts::sign_up(running.stack())?;
        acts::broken(running.stack())?;
    }
    let running = Running::up(&Options { old_sign_in: SignIn::Username, ..Options::named(SECOND) })?;
    acts::groups(running.stack())?;
    acts::unseen(running.stack())?;
    acts::links(running.stack())?;
    acts::everybody(running.stack())?;
    acts::tokens(running.stack())?;
    if keep {
        let stack = running.keep();
        fs::write(paths::local().join("stack.json"), serde_json::to_string_pretty(&stack.addresses)? + "\n")?;
        timeline::look_around(&stack.addresses);
    } else {
        timeline::closing();
    }
    Ok(())
}
