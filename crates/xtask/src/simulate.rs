//! `cargo xtask simulate`: users, administrators, operators and mirrors at once, in random order, on strict pools in memory.

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// Runs so many interleavings, each with the next seed. One that fails tells its seed and what happened.
///
/// # Errors
/// When the simulation does not build, or a run fails.
pub fn run(runs: u64, seed: u64) -> Result<()> {
    let arguments =
        ["test", "--quiet", "--locked", "-p", "twinpool-engine", "--test", "simulation", "--", "--nocapture"];
    let mut cargo = paths::cargo();
    cargo.args(arguments);
    cargo.env("TWINPOOL_SIMULATION_RUNS", runs.to_string());
    cargo.env("TWINPOOL_SIMULATION_SEED", seed.to_string());
    // Nobody needs to know where a test of this kind stopped.
    cargo.env("RUST_BACKTRACE", "0");
    if cargo.status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("a run fails: run it again alone with `cargo xtask simulate --runs 1 --seed` and its seed")
}
