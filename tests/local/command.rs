//! The built `twinpool`, as an operator runs it.

use std::process::{Command, Output};

use twinpool_tests::bootstrap::workspace;
use xtask::local::Stack;

/// Runs the command with everything about the stack in the environment.
pub(crate) fn twinpool(stack: &Stack, arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    let run = ["run", "--quiet", "--locked", "--offline", "-p", "twinpool-cli", "--"];
    cargo.current_dir(workspace()).args(run).args(arguments);
    // Only what works on whole pools needs the key, and operators rarely have it.
    cargo.envs(stack.addresses.environment()).env_remove("TWINPOOL_DIGEST_KEY").output().unwrap()
}
