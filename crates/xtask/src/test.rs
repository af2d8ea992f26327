//! `cargo xtask test`: everything that can be tested without the network.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::testbed::Testbed;
use crate::{package, paths, tools};

/// Runs all tests, or those whose name contains one of the words.
///
/// # Errors
/// When something cannot be started, or a test fails.
pub fn run(words: &[String]) -> Result<()> {
    tools::install()?;
    package::build()?;
    lint_template()?;
    let _running = Testbed::start()?;
    if has_nextest() {
        cargo(&["nextest", "run", "--workspace", "--locked"], words)
    } else {
        // One at a time: the tests of the local AWS share its servers.
        let one = ["--test-threads=1".to_owned()];
        let after: Vec<_> = one.iter().chain(words).cloned().collect();
        cargo(&["test", "--workspace", "--all-targets", "--locked", "--"], &after)
    }
}

fn cargo(arguments: &[&str], words: &[String]) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    package::forget_own_package(&mut command);
    let status = command.current_dir(paths::root()).args(arguments).args(words).status();
    if status.context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("the tests fail")
}

fn has_nextest() -> bool {
    let mut command = Command::new(env!("CARGO"));
    let status = command.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn lint_template() -> Result<()> {
    let mut lint = Command::new(tools::python_program("cfn-lint"));
    lint.current_dir(paths::root()).args(["--regions", "us-east-1", "--", "infra/template.yaml"]);
    let output = lint.output().context("cannot start cfn-lint")?;
    if output.status.success() {
        return Ok(());
    }
    bail!("infra/template.yaml:\n{}", String::from_utf8_lossy(&output.stdout))
}
