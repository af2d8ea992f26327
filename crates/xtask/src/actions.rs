//! The roles of the templates, held against what the functions called while the end-to-end tests ran: nothing denied, nothing allowed
//! that nobody calls. What cannot be called here has its reason in `excused`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::security::TEMPLATES;
use crate::{paths, tools};

pub mod compare;
mod excused;

use compare::{Call, Held, Permission};

/// Where a local AWS that enforces roles writes what was called, in the folder of its stack.
pub(crate) const FILE: &str = "actions.jsonl";

/// Takes away what an earlier test run has written.
///
/// # Errors
/// When a file is there and cannot be deleted.
pub(crate) fn forget() -> Result<()> {
    for file in files() {
        fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
    }
    Ok(())
}

/// Holds what the roles allow against what was called in this test run, and prints a table.
///
/// # Errors
/// When they differ, with everything that does; or when the templates or the records cannot be read.
pub(crate) fn hold() -> Result<()> {
    let held = compare::compare(&allowed()?, &called()?, excused::EXCUSED);
    say(&held);
    if held.findings.is_empty() {
        return Ok(());
    }
    bail!(
        "the roles allow something else than what was called; mend the template, or name the reason in \
         crates/xtask/src/actions/excused.rs:\n  {}",
        held.findings.join("\n  ")
    )
}

/// What the templates allow.
fn allowed() -> Result<BTreeSet<Permission>> {
    let mut python = Command::new(tools::python_program("python"));
    python.current_dir(paths::root()).args(["-B", "infra/local/template_roles.py"]).args(TEMPLATES);
    let output = python.output().context("cannot start the Python of the local AWS")?;
    if !output.status.success() {
        bail!("the roles of the templates cannot be read: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("template_roles.py printed something unexpected")
}

/// What every local AWS of this test run has written.
fn called() -> Result<Vec<Call>> {
    let mut calls = Vec::new();
    for file in files() {
        let shown = file.display();
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {shown}"))?;
        for line in text.lines() {
            calls.push(
                serde_json::from_str(line).with_context(|| format!("{shown} has an odd line: {line}"))?,
            );
        }
    }
    Ok(calls)
}

fn files() -> Vec<PathBuf> {
    let stacks = fs::read_dir(paths::local().join("stacks")).into_iter().flatten().filter_map(Result::ok);
    let of_tests = stacks.filter(|stack| stack.file_name().to_string_lossy().starts_with("test-"));
    of_tests.map(|stack| stack.path().join(FILE)).filter(|file| file.exists()).collect()
}

#[expect(clippy::print_stdout, reason = "the table is for the person at the terminal")]
fn say(held: &Held) {
    println!("\nwhat the roles allow, and what was called (why the rest was not: actions/excused.rs)\n");
    println!("{:<16} {:>8} {:>8} {:>8}", "role", "allowed", "called", "excused");
    for row in held.rows.iter().chain([&held.sum]) {
        println!("{:<16} {:>8} {:>8} {:>8}", row.role, row.allowed, row.called, row.excused);
    }
}
