//! The targets by hand: which there are, one input again, or changed inputs for a while. `cargo xtask fuzz` calls this.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use twinpool_fuzz::{TARGETS, Target, mutate, seeds, target};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a line for each target: its name, and where its inputs are.
    List,
    /// Holds inputs against what must hold.
    Replay {
        target: String,
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
    },
    /// Changes inputs of the corpus at random.
    Mutate {
        target: String,
        /// For so long.
        #[arg(long)]
        seconds: u64,
        /// Where an input is left of which something does not hold.
        #[arg(long)]
        findings: PathBuf,
    },
}

/// Between two looks at the clock.
const CASES: u32 = 2_000;

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::List => {
            for target in &TARGETS {
                let places = seeds::places(target);
                let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
                println!("{}\t{}", target.name, places.join("\t"));
            }
            Ok(())
        }
        Command::Replay { target, inputs } => {
            let target = named(&target)?;
            for input in inputs {
                let bytes = fs::read(&input).with_context(|| format!("cannot read {}", input.display()))?;
                (target.run)(&bytes);
                println!("{}: everything holds", input.display());
            }
            Ok(())
        }
        Command::Mutate { target, seconds, findings } => {
            changed(named(&target)?, Duration::from_secs(seconds), &findings)
        }
    }
}

fn named(name: &str) -> Result<&'static Target> {
    let known = || TARGETS.map(|target| target.name).join(", ");
    target(name).with_context(|| format!("there is no target {name}; there are {}", known()))
}

fn changed(target: &Target, for_: Duration, findings: &Path) -> Result<()> {
    let corpus = seeds::read(target).context("cannot read the corpus")?;
    let corpus: Vec<_> = corpus.into_iter().map(|(_, bytes)| bytes).collect();
    // Each panic is told once, at the end.
    std::panic::set_hook(Box::new(|_| {}));
    let (begun, mut runs) = (Instant::now(), 0_u64);
    while begun.elapsed() < for_ {
        if let Err((input, why)) = mutate::run(target, &corpus, CASES, true) {
            fs::create_dir_all(findings)?;
            let file = findings.join("found");
            fs::write(&file, input)?;
            println!("finding: {}", file.display());
            bail!("{}: {why}", target.name);
        }
        runs += u64::from(CASES);
    }
    println!("runs: {runs}");
    println!("corpus: {}", corpus.len());
    Ok(())
}
