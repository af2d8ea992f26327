//! `cargo xtask bench`: the figures of docs/benchmarks.md.

use anyhow::{Context as _, Result, bail};

use crate::{package, paths, tools};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bench {
    /// What capture costs a sign-in, beside the same handler in Python.
    Capture,
    /// How fast a pool is carried over: under AWS's quotas, and beside a Python script and a shell script without them.
    Backfill,
    /// Memory and CPU of comparing two pools of a million users each.
    Verify,
    /// How fast tokens become user ids, beside aws-jwt-verify and PyJWT, and what a million known users take in memory.
    Resolver,
}

impl Bench {
    const ALL: [Self; 4] = [Self::Capture, Self::Backfill, Self::Verify, Self::Resolver];

    fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Backfill => "backfill",
            Self::Verify => "verify",
            Self::Resolver => "resolver",
        }
    }
}

/// Builds what is measured, and measures it; everything if nothing is named.
///
/// # Errors
/// When something does not build or start.
pub fn run(wanted: &[Bench]) -> Result<()> {
    let wanted = if wanted.is_empty() { &Bench::ALL } else { wanted };
    if wanted.contains(&Bench::Capture) {
        tools::install()?;
        package::build(None)?;
    }
    if wanted.contains(&Bench::Backfill) {
        tools::install_contenders()?;
    }
    if wanted.contains(&Bench::Resolver) {
        tools::install_token_contenders()?;
    }
    if wanted.iter().any(|bench| matches!(bench, Bench::Backfill | Bench::Verify)) {
        cargo(&["build", "--release", "--locked", "-p", "twinpool-cli"])?;
    }
    let own = [
        "run",
        "--quiet",
        "--locked",
        "--profile",
        "measure",
        "-p",
        "twinpool-tests",
        "--example",
        "bench",
        "--",
    ];
    cargo(&own.into_iter().chain(wanted.iter().map(|bench| bench.name())).collect::<Vec<_>>())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    if paths::cargo().args(arguments).status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("cargo {} fails", arguments.join(" "))
}
