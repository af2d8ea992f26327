//! The built `twinpool`, as an operator runs it.

use std::process::{Command, Output};

use twinpool_tests::bootstrap::workspace;
use xtask::local::Stack;

/// Runs the command with everything about the stack in the environment.
pub(crate) fn twinpool(stack: &Stack, arguments: &[&str]) -> Output {
    let mut command = Command::new(xtask::command::twinpool().unwrap());
    command.current_dir(workspace()).args(arguments);
    // Only what works on whole pools needs the key, and operators rarely have it.
    command.envs(stack.addresses.environment()).env_remove("TWINPOOL_DIGEST_KEY").output().unwrap()
}
