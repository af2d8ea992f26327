//! `cargo xtask demo`: what twinpool does, seen in two minutes.

use anyhow::Result;

use crate::local::{Options, PoolServer, Running, SignIn};

mod acts;
mod timeline;

/// The stack whose old pool is cognito-local's.
const FIRST: &str = "demo-cognito-local";

/// The stack whose old pool is MiniStack's; `--keep` leaves it up.
pub const SECOND: &str = "demo";

/// All stacks that a demo can leave behind.
pub const STACKS: [&str; 2] = [FIRST, SECOND];

/// Plays the demo; `keep` leaves the second stack up, `build` builds the functions first.
///
/// # Errors
/// When something cannot be started, or does not arrive.
pub fn run(keep: bool, build: bool) -> Result<()> {
    timeline::opening();
    {
        let options = Options { old_server: PoolServer::CognitoLocal, build, ..Options::named(FIRST) };
        let running = Running::up(&options)?;
        acts::sign_up(running.stack())?;
        acts::broken(running.stack())?;
    }
    let (mended, both_ways) = (true, true);
    let options =
        Options { old_sign_in: SignIn::Username, mended, both_ways, build, ..Options::named(SECOND) };
    let running = Running::up(&options)?;
    acts::groups(running.stack())?;
    acts::unseen(running.stack())?;
    acts::links(running.stack())?;
    acts::everybody(running.stack())?;
    acts::tokens(running.stack())?;
    if keep {
        let stack = running.keep();
        stack.write_down()?;
        timeline::look_around(&stack)?;
    } else {
        timeline::closing();
    }
    Ok(())
}
