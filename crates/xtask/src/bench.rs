//! `cargo xtask bench`: the figures of docs/benchmarks.md.

use anyhow::{Context as _, Result, bail};

use crate::{package, paths, tools};

/// Builds the functions and measures capture.
///
/// # Errors
/// When something does not build or start.
pub fn run() -> Result<()> {
    tools::install()?;
    package::build(None)?;
    let arguments = ["run", "--quiet", "--locked", "-p", "twinpool-tests", "--example", "bench"];
    if paths::cargo().args(arguments).status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("the benchmark fails")
}
