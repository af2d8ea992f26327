//! `cargo xtask simulate --planted`: is the simulation any good? Bugs that a tired engineer could make are planted, and each must make it
//! fail.
//!
//! All of them stand in one copy of the project, each behind a condition, and one build of the simulation is run with one bug after the
//! other. The project's own code knows nothing of it.

use std::time::Instant;

use anyhow::{Result, bail};

mod bug;
mod bugs;
mod copy;
mod program;

use bug::Bug;
use copy::Copy;
use program::{Found, Program};

/// A bug has to be found within so many runs.
pub const MOST_RUNS: u64 = 3_000;

/// Without a bug, so many runs hold.
const SOUND_RUNS: u64 = 2_000;

/// So much is shown of what the simulation says.
const LINE: usize = 100;

/// Plants the bugs with these names, or all where none is named, and runs the simulation with each: `runs` runs at most, from this seed
/// on.
///
/// # Errors
/// When the list does not fit the code any more, the simulation fails without a bug, or holds with one.
pub fn run_planted(names: &[String], runs: u64, seed: u64) -> Result<()> {
    let bugs = bugs::all();
    let chosen = chosen(&bugs, names)?;
    let start = Instant::now();
    let program = Program::build(&Copy::make(&bugs)?)?;
    say(&format!("built in {} s, with {} bugs planted", start.elapsed().as_secs(), bugs.len()));
    program.holds(SOUND_RUNS.min(runs), seed)?;
    let mut missed = Vec::new();
    for bug in chosen {
        let begun = Instant::now();
        let found = program.run(Some(bug), runs, seed)?;
        say(&row(bug, found.as_ref(), seed, begun.elapsed().as_secs_f64()));
        match found {
            // The run must hold without the bug, else it says nothing of it.
            Some(found) => program.holds(1, found.seed)?,
            None => missed.push(bug.name),
        }
    }
    say(&format!("in {} s altogether", start.elapsed().as_secs()));
    if missed.is_empty() {
        return Ok(());
    }
    bail!(
        "in {runs} runs the simulation does not find: {}. Either something else heals it, and it is no bug; or the simulation does not look",
        missed.join(", ")
    )
}

fn chosen<'a>(bugs: &'a [Bug], names: &[String]) -> Result<Vec<&'a Bug>> {
    if names.is_empty() {
        return Ok(bugs.iter().collect());
    }
    let find = |name: &String| bugs.iter().find(|bug| bug.name == *name);
    let unknown: Vec<_> = names.iter().filter(|name| find(name).is_none()).map(String::as_str).collect();
    if !unknown.is_empty() {
        let all: Vec<_> = bugs.iter().map(|bug| bug.name).collect();
        bail!("no bug is called {}; there are: {}", unknown.join(", "), all.join(", "));
    }
    Ok(names.iter().filter_map(find).collect())
}

fn row(bug: &Bug, found: Option<&Found>, seed: u64, seconds: f64) -> String {
    let (runs, fault) = match found {
        Some(found) => ((found.seed - seed + 1).to_string(), found.fault.as_str()),
        None => ("never".to_owned(), bug.what),
    };
    let fault: String = fault.chars().take(LINE).collect();
    format!("{:<28} {runs:>6} {seconds:>6.1} s  {fault}", bug.name)
}

#[expect(clippy::print_stdout, reason = "commands talk to the terminal")]
fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_that_is_not_listed_is_refused_by_name() {
        let bugs = bugs::all();
        let refusal = chosen(&bugs, &["fence-droped".to_owned()]).unwrap_err().to_string();
        assert!(refusal.contains("fence-droped") && refusal.contains("fence-dropped"), "{refusal}");
    }

    #[test]
    fn each_bug_has_a_name_of_its_own() {
        let mut names: Vec<_> = bugs::all().iter().map(|bug| bug.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
