//! The built `twinpool`, as an operator runs it.

use std::process::{Command, Output};

use twinpool_tests::bootstrap::workspace;
use xtask::local::Stack;

/// Runs the command with everything about the stack in the environment.
pub(crate) fn twinpool(stack: &Stack, arguments: &[&str]) -> Output {
    let addresses = &stack.addresses;
    let mut cargo = Command::new(env!("CARGO"));
    let run = ["run", "--quiet", "--locked", "--offline", "-p", "twinpool-cli", "--"];
    cargo.current_dir(workspace()).args(run).args(arguments);
    let environment = [
        ("AWS_ENDPOINT_URL", &addresses.endpoint),
        ("AWS_REGION", &addresses.region),
        ("TWINPOOL_LINKS_TABLE", &addresses.table),
        ("TWINPOOL_QUEUE_URL", &addresses.queue_url),
        ("TWINPOOL_DLQ_URL", &addresses.dlq_url),
        ("TWINPOOL_OLD_POOL_ID", &addresses.old_pool.id),
        ("TWINPOOL_NEW_POOL_ID", &addresses.new_pool.id),
        ("TWINPOOL_OLD_POOL_ENDPOINT_URL", &addresses.old_pool.endpoint),
    ];
    for (name, value) in environment {
        cargo.env(name, value);
    }
    cargo.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap()
}
