//! `cargo xtask test`: everything that can be tested without the network.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::testbed::Testbed;
use crate::{actions, package, paths, security, simulate, tools};

/// Runs all tests, or those whose name contains one of the words. After all of them, the roles are held against what was called, and
/// bugs are planted for the simulation to find.
///
/// # Errors
/// When something cannot be started, or a test fails.
pub fn run(words: &[String]) -> Result<()> {
    tools::find_chromium()?;
    tools::install()?;
    tools::install_client()?;
    package::build(None)?;
    security::lint()?;
    let _running = Testbed::start()?;
    let arguments: &[_] = if has_nextest() {
        &["nextest", "run", "--workspace", "--locked"]
    } else {
        // One at a time: the tests of the local AWS share its servers.
        &["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast", "--", "--test-threads=1"]
    };
    if paths::cargo().args(arguments).args(words).status().context("cannot start cargo")?.success() {
        // Some tests call some of what the roles allow, and say nothing of the simulation.
        return if words.is_empty() { hold() } else { Ok(()) };
    }
    bail!("the tests fail")
}

/// What holds of all tests together: the roles allow what was called, and the simulation would find what is wrong.
fn hold() -> Result<()> {
    actions::hold()?;
    simulate::run_planted(&[], simulate::MOST_RUNS, 0)
}

fn has_nextest() -> bool {
    let status =
        paths::cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
