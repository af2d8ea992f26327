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
    tools::find_chromium()?;
    tools::install()?;
    tools::install_client()?;
    package::build(None)?;
    lint_template()?;
    let _running = Testbed::start()?;
    let arguments: &[_] = if has_nextest() {
        &["nextest", "run", "--workspace", "--locked"]
    } else {
        // One at a time: the tests of the local AWS share its servers.
        &["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast", "--", "--test-threads=1"]
    };
    if paths::cargo().args(arguments).args(words).status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("the tests fail")
}

fn has_nextest() -> bool {
    let status =
        paths::cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn lint_template() -> Result<()> {
    let mut lint = Command::new(tools::python_program("cfn-lint"));
    lint.current_dir(paths::root()).args([
        "--regions",
        "us-east-1",
        "--",
        "infra/template.yaml",
        "infra/new-pool-role.yaml",
    ]);
    let output = lint.output().context("cannot start cfn-lint")?;
    if output.status.success() {
        return Ok(());
    }
    bail!("infra/template.yaml:\n{}", String::from_utf8_lossy(&output.stdout))
}
