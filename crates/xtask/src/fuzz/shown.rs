//! How fuzzing is told.
#![expect(clippy::print_stdout, reason = "figures are for the person at the terminal")]

use std::path::PathBuf;

use crate::paths;

/// How much was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// How often the target ran.
    pub(super) runs: u64,
    /// How many inputs the corpus has, what was added included.
    pub(super) inputs: u64,
    /// How many places of the program they reach, where that is counted.
    pub(super) edges: Option<u64>,
}

/// What came of a target.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Everything held.
    Nothing(Tally),
    /// Something did not.
    Found {
        /// Of which input.
        input: PathBuf,
        /// What.
        why: String,
    },
}

pub(super) fn begin(by_coverage: bool, targets: usize, minutes: u64) {
    let how = if by_coverage { "libFuzzer" } else { "proptest" };
    println!("{targets} targets, {minutes} min each, with {how}");
    println!("{:<16}{:>14}{:>12}{:>10}{:>10}", "target", "runs", "a second", "inputs", "edges");
}

pub(super) fn end(name: &str, seconds: u64, outcome: &Outcome) {
    match outcome {
        Outcome::Nothing(Tally { runs, inputs, edges }) => {
            let edges = edges.map_or_else(|| "-".to_owned(), |edges| edges.to_string());
            println!(
                "{name:<16}{runs:>14}{:>12}{inputs:>10}{edges:>10}  nothing found",
                runs / seconds.max(1)
            );
        }
        Outcome::Found { input, why } => {
            let input = input.strip_prefix(paths::root()).unwrap_or(input).display();
            println!("{name:<16}FOUND: {why}");
            println!("{:<16}the input is in {input}", "");
            println!("{:<16}again: cargo xtask fuzz {name} --replay {input}", "");
        }
    }
}
