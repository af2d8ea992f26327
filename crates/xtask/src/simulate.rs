//! `cargo xtask simulate`: users, administrators, operators and mirrors at once, in random order, on strict pools in memory.

use anyhow::{Context as _, Result, bail};

use crate::paths;

mod planted;

pub use planted::{MOST_RUNS, run_planted};

/// So many runs there are where nobody says how many.
pub const RUNS: u64 = 10_000;

/// What the simulation takes from its environment: how many runs, and the first one's seed.
const HOW_MANY: &str = "TWINPOOL_SIMULATION_RUNS";
const FIRST_SEED: &str = "TWINPOOL_SIMULATION_SEED";

/// Runs so many interleavings, each with the next seed. One that fails tells its seed and what happened.
///
/// # Errors
/// When the simulation does not build, or a run fails.
pub fn run(runs: u64, seed: u64) -> Result<()> {
    let mut cargo = paths::cargo();
    // Ten times as fast as in development.
    cargo.args(["test", "--quiet", "--locked", "--profile", "measure", "-p", "twinpool-engine"]);
    cargo.args(["--test", "simulation", "--", "--nocapture"]);
    cargo.env(HOW_MANY, runs.to_string());
    cargo.env(FIRST_SEED, seed.to_string());
    // Nobody needs to know where a test of this kind stopped.
    cargo.env("RUST_BACKTRACE", "0");
    if cargo.status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("a run fails: run it again alone with `cargo xtask simulate --runs 1 --seed` and its seed")
}
