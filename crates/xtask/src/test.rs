//! `cargo xtask test`: everything that can be tested without the network.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};

use crate::testbed::Testbed;
use crate::{actions, command, package, paths, security, simulate, tools};

/// Runs all tests, or those whose name contains one of the words. After all of them, the examples of the documentation are run, the roles
/// are held against what was called, and bugs are planted for the simulation to find.
///
/// # Errors
/// When something cannot be started, or a test fails.
pub fn run(words: &[String]) -> Result<()> {
    tools::find_chromium()?;
    tools::install()?;
    tools::install_client()?;
    package::build(None)?;
    security::lint()?;
    let (built, twinpool) = command::build_with_tests()?;
    let _running = Testbed::start()?;
    let arguments: &[_] = if has_nextest() {
        &["nextest", "run", "--workspace", "--locked"]
    } else {
        // One at a time: the tests of the local AWS share its servers.
        &["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast", "--", "--test-threads=1"]
    };
    let mut tests = paths::cargo();
    tests.args(arguments).args(words).env(built, twinpool);
    if tests.status().context("cannot start cargo")?.success() {
        // Some tests call some of what the roles allow, and say nothing of the simulation.
        return if words.is_empty() { examples().and_then(|()| hold()) } else { Ok(()) };
    }
    bail!("the tests fail")
}

/// What a backend copies, which neither nextest nor `--all-targets` runs.
fn examples() -> Result<()> {
    let packages = ["--package", "twinpool-resolver", "--package", "twinpool-bridge", "--all-features"];
    let status = paths::cargo().args(["test", "--doc", "--locked"]).args(packages).status();
    ensure!(status.context("cannot start cargo")?.success(), "an example of the documentation fails");
    Ok(())
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
