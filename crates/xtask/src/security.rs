//! `cargo xtask security`: the templates and what the project is built of, looked at by programs that know what usually goes wrong.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::{paths, tools};

mod accepted;
mod dependencies;
pub mod findings;

/// The templates that are deployed.
pub const TEMPLATES: [&str; 2] = ["infra/template.yaml", "infra/new-pool-role.yaml"];

/// A look, and what it is told as.
type Look = (&'static str, fn() -> Result<String>);

/// Looks at everything, prints a line for each look, and says at the end what is wrong.
///
/// # Errors
/// When a tool cannot be installed, or something was found.
#[expect(clippy::print_stdout, reason = "commands talk to the terminal")]
pub fn run() -> Result<()> {
    tools::install()?;
    tools::install_scanner()?;
    dependencies::install()?;
    let looks: [Look; 6] = [
        ("template, cfn-lint", lint),
        ("template, checkov", scan),
        ("licences", || dependencies::check("licenses")),
        ("crates that are banned", || dependencies::check("bans")),
        ("where crates come from", || dependencies::check("sources")),
        ("advisories", dependencies::advisories),
    ];
    let mut wrong = Vec::new();
    for (name, look) in looks {
        match look() {
            Ok(said) => println!("{name:<24} {said}"),
            Err(problem) => {
                println!("{name:<24} something is found: below");
                wrong.push(format!("{name}: {problem:#}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n\n")) }
}

/// The templates say what CloudFormation understands.
pub(crate) fn lint() -> Result<String> {
    let mut lint = Command::new(tools::python_program("cfn-lint"));
    lint.current_dir(paths::root()).args(["--regions", "us-east-1", "--"]).args(TEMPLATES);
    let output = lint.output().context("cannot start cfn-lint")?;
    if output.status.success() {
        return Ok(format!("nothing is found in {} templates", TEMPLATES.len()));
    }
    bail!("the templates:\n{}", String::from_utf8_lossy(&output.stdout))
}

/// The templates do what is good practice, or the reason why not is written down.
fn scan() -> Result<String> {
    let mut scan = Command::new(tools::scanner("checkov"));
    scan.current_dir(paths::root()).stdin(Stdio::null()).arg("-f").args(TEMPLATES);
    // It has its checks with it, and asks nobody.
    scan.args(["--framework", "cloudformation", "--skip-download", "--output", "json"]);
    let output = scan.output().context("cannot start checkov")?;
    let report = findings::read(&output.stdout)
        .with_context(|| format!("checkov said: {}", String::from_utf8_lossy(&output.stderr)))?;
    let problems = findings::judge(&report, accepted::ACCEPTED);
    if problems.is_empty() {
        let (kinds, found) = (accepted::ACCEPTED.len(), report.found.len());
        let passed = report.passed;
        return Ok(format!(
            "{passed} checks pass, {found} findings of {kinds} kinds are accepted, each with a reason"
        ));
    }
    bail!(
        "mend the template, or put the reason into crates/xtask/src/security/accepted.rs:\n  {}",
        problems.join("\n  ")
    )
}
