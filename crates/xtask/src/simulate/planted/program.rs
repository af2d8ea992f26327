//! The simulation with all bugs in it, and what it says of one of them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::bug::Bug;
use super::copy::Copy;
use crate::paths;
use crate::simulate::{FIRST_SEED, HOW_MANY};

/// The one test that is run.
const TEST: &str = "whatever_happens_in_whatever_order_no_change_is_lost_and_nothing_echoes";

/// The built simulation.
pub(super) struct Program {
    file: PathBuf,
    folder: PathBuf,
}

/// The first run that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its seed.
    pub(super) seed: u64,
    /// What it said first.
    pub(super) fault: String,
}

impl Program {
    /// Builds it.
    ///
    /// # Errors
    /// When it does not build: the bugs do not fit the code.
    pub(super) fn build(copy: &Copy) -> Result<Self> {
        let mut cargo = paths::cargo();
        cargo.current_dir(copy.top()).arg("test").arg("--target-dir").arg(copy.target());
        cargo.args(["--locked", "--profile", "measure", "-p", "twinpool-engine", "--test", "simulation"]);
        cargo.args(["--no-run", "--message-format", "json-render-diagnostics", "--quiet"]);
        cargo.stderr(Stdio::inherit());
        let output = cargo.output().context("cannot start cargo")?;
        if !output.status.success() {
            bail!(
                "the simulation does not build with the bugs in it: see above, in {}",
                copy.top().display()
            );
        }
        let file = program_in(&String::from_utf8_lossy(&output.stdout)).context("cargo names no program")?;
        Ok(Self { file, folder: copy.top().join("crates/twinpool-engine") })
    }

    /// Runs so many interleavings without a bug.
    ///
    /// # Errors
    /// When one of them fails.
    pub(super) fn holds(&self, runs: u64, seed: u64) -> Result<()> {
        match self.run(None, runs, seed)? {
            None => Ok(()),
            Some(found) => bail!(
                "the simulation fails without any bug, with seed {}: {}; see `cargo xtask simulate --runs 1 --seed {}`",
                found.seed,
                found.fault,
                found.seed
            ),
        }
    }

    /// Runs so many interleavings, up to the first that fails. `None`: all of them hold.
    ///
    /// # Errors
    /// When it cannot be started, or fails without naming a run.
    pub(super) fn run(&self, bug: Option<&Bug>, runs: u64, seed: u64) -> Result<Option<Found>> {
        let mut program = Command::new(&self.file);
        program.current_dir(&self.folder).args(["--exact", TEST]);
        program.env(HOW_MANY, runs.to_string()).env(FIRST_SEED, seed.to_string());
        program.env("TWINPOOL_SIMULATION_FIRST", "1").env("RUST_BACKTRACE", "0");
        match bug {
            Some(bug) => program.env("TWINPOOL_PLANTED", bug.name),
            None => program.env_remove("TWINPOOL_PLANTED"),
        };
        let output = program.output().context("cannot start the simulation")?;
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            if !told.contains("1 passed") {
                bail!("the simulation has no test {TEST} any more");
            }
            return Ok(None);
        }
        let name = bug.map_or("no bug", |bug| bug.name);
        let found = found_in(&told);
        found
            .map(Some)
            .with_context(|| format!("with {name} in, the simulation fails and names no run:\n{told}"))
    }
}

/// The test program that cargo says it built.
fn program_in(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_it = |message: &Value| {
        message["reason"] == "compiler-artifact" && message["target"]["name"] == "simulation"
    };
    let mut named = messages.filter(is_it).filter_map(|it| Some(PathBuf::from(it["executable"].as_str()?)));
    named.next_back()
}

/// The first of the runs that failed: after the line that counts them, one line each, `<seed>: <fault>`.
fn found_in(told: &str) -> Option<Found> {
    let failed = told.lines().skip_while(|line| !line.contains(" runs failed ")).skip(1);
    let runs = failed.map_while(|line| {
        let (seed, fault) = line.split_once(": ")?;
        Some(Found { seed: seed.parse().ok()?, fault: fault.to_owned() })
    });
    runs.min_by_key(|found| found.seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_that_failed_is_told_with_its_first_fault() {
        let told = "running 1 test\n\nthread 'x' panicked at main.rs:83:5:\n\
            2 of 3000 runs failed (Counted { changes: 9 })\n31: h1 was messaged\n17: h0: Name is -; v1 is lost: no word\n\n\
            the shortest, TWINPOOL_SIMULATION_SEED=…:\nseed 31\n5: not a run\n";
        let first = Found { seed: 17, fault: "h0: Name is -; v1 is lost: no word".to_owned() };
        assert_eq!(found_in(told), Some(first));
        assert_eq!(found_in("test result: FAILED. 0 passed; 1 failed"), None);
    }

    #[test]
    fn the_program_is_the_one_that_cargo_built_for_the_simulation() {
        let built = r#"{"reason":"compiler-artifact","target":{"name":"twinpool_core"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"simulation"},"executable":"/t/simulation-1"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(program_in(built), Some(PathBuf::from("/t/simulation-1")));
    }
}
