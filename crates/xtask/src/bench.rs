//! `cargo xtask bench`: the figures of docs/benchmarks.md.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::{package, paths, tools};

mod document;
mod flame;
mod machine;

use document::Document;
pub use flame::{Flame, draw};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bench {
    /// What capture costs a sign-in, beside the same handler in Python.
    Capture,
    /// What the mirror costs a change, beside a trigger in Python that writes straight into the new pool.
    Mirror,
    /// What a first sign-in with the old password costs, beside a migration trigger in Python.
    SignIn,
    /// How fast a pool is carried over: under AWS's quotas, and beside a Python script and a shell script without them.
    Backfill,
    /// Memory and CPU of comparing two pools of a million users each.
    Verify,
    /// How fast tokens become user ids, beside aws-jwt-verify and PyJWT, and what a million known users take in memory.
    Resolver,
}

impl Bench {
    const ALL: [Self; 6] =
        [Self::Capture, Self::Mirror, Self::SignIn, Self::Backfill, Self::Verify, Self::Resolver];

    fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Mirror => "mirror",
            Self::SignIn => "sign-in",
            Self::Backfill => "backfill",
            Self::Verify => "verify",
            Self::Resolver => "resolver",
        }
    }

    fn is_of_functions(self) -> bool {
        matches!(self, Self::Capture | Self::Mirror | Self::SignIn)
    }
}

/// Builds what is measured, and measures it; everything if nothing is named. `writes`: into docs/benchmarks.md too.
///
/// # Errors
/// When something does not build or start, or the document has no place for the figures.
pub fn run(wanted: &[Bench], writes: bool) -> Result<()> {
    let wanted = if wanted.is_empty() { &Bench::ALL } else { wanted };
    prepare(wanted)?;
    cargo(&[&["build"], &EXAMPLE[..]].concat())?;
    for bench in wanted {
        let machine = machine::described()?;
        say(&machine);
        let figures = measured(*bench)?;
        if writes {
            Document::of_benchmarks().put(bench.name(), &format!("{machine}\n\n{}", figures.trim()))?;
        }
    }
    Ok(())
}

/// The program that measures, of its own profile.
const EXAMPLE: [&str; 7] = ["--locked", "--profile", "measure", "-p", "twinpool-tests", "--example", "bench"];

fn prepare(wanted: &[Bench]) -> Result<()> {
    if wanted.iter().any(|bench| bench.is_of_functions()) {
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
    Ok(())
}

/// What it prints, which is shown as it comes.
fn measured(bench: Bench) -> Result<String> {
    let mut command = paths::cargo();
    command.args(["run", "--quiet"]).args(EXAMPLE).args(["--", bench.name()]);
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut figures = String::new();
    for line in BufReader::new(child.stdout.take().context("no standard output")?).lines() {
        let line = line.context("cannot read what the benchmark prints")?;
        say(&line);
        figures += &line;
        figures.push('\n');
    }
    if child.wait().context("cannot wait for the benchmark")?.success() {
        return Ok(figures);
    }
    bail!("the benchmark of {} stops: see above", bench.name())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    if paths::cargo().args(arguments).status().context("cannot start cargo")?.success() {
        return Ok(());
    }
    bail!("cargo {} fails", arguments.join(" "))
}

#[expect(clippy::print_stdout, reason = "this talks to the terminal")]
fn say(line: &str) {
    println!("{line}");
}
