//! Inputs that libFuzzer makes, by what they reach in the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::shown::{Outcome, Tally};
use super::{Target, cargo_fuzz, findings, home, make};
use crate::paths;

/// No input is longer: events and records are shorter, and every byte costs speed.
const LONGEST: usize = 16 * 1024;

/// An input that takes longer is a finding.
const SECONDS_PER_INPUT: u64 = 10;

/// So much memory, in MB, is a finding.
const MOST_MEMORY: u64 = 2_048;

/// Builds the programs. The folder that they are in.
///
/// # Errors
/// When cargo-fuzz cannot be installed, or something does not build: a C++ compiler is needed.
pub(super) fn build() -> Result<PathBuf> {
    let target = paths::target().join("libfuzzer");
    let mut build = cargo_fuzz()?;
    build.args(["fuzz", "build", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target-dir"]).arg(&target);
    if !build.status().context("cannot start cargo-fuzz")?.success() {
        bail!(
            "the programs in fuzz/ do not build with nightly: see above; with --stable they are not needed"
        );
    }
    for entry in fs::read_dir(&target).with_context(|| format!("cannot read {}", target.display()))? {
        let release = entry?.path().join("release");
        if release.is_dir() {
            return Ok(release);
        }
    }
    bail!("cargo-fuzz built nothing in {}", target.display())
}

/// Lets one program run for so long, from the corpus and from what earlier runs added to it.
///
/// # Errors
/// When it cannot be started, or stops without a finding before its time.
pub(super) fn run(programs: &Path, target: &Target, seconds: u64) -> Result<Outcome> {
    let (corpus, findings) = (home().join("corpus").join(&target.name), findings(target));
    make(&corpus)?;
    make(&findings)?;
    seed(target, &corpus)?;
    let log = home().join(format!("{}.log", target.name));
    let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let status = Command::new(programs.join(&target.name))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-timeout={SECONDS_PER_INPUT}"))
        .arg(format!("-rss_limit_mb={MOST_MEMORY}"))
        .args(["-print_final_stats=1", "-use_value_profile=0"])
        .arg(&corpus)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .status()
        .with_context(|| format!("cannot start the program of {}", target.name))?;
    let told = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if status.success() {
        return Ok(Outcome::Nothing(tally(&told)));
    }
    match told.lines().find_map(|line| line.split_once("Test unit written to ")) {
        Some((_, input)) => Ok(Outcome::Found { input: input.trim().into(), why: why(&told) }),
        None => bail!("the program of {} stopped: see {}", target.name, log.display()),
    }
}

/// The inputs that every run begins with, among those that earlier runs found.
fn seed(target: &Target, corpus: &Path) -> Result<()> {
    for place in &target.places {
        let files: Vec<_> = match fs::read_dir(place) {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?,
            Err(_) => vec![place.clone()],
        };
        for file in files {
            let name = file.file_name().with_context(|| format!("{} has no name", file.display()))?;
            fs::copy(&file, corpus.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}

/// What did not hold, as the panic says it.
fn why(told: &str) -> String {
    let mut lines = told.lines().skip_while(|line| !line.contains("panicked at"));
    let said = lines.by_ref().skip(1).take_while(|line| !line.starts_with("note:")).collect::<Vec<_>>();
    let other = told.lines().find(|line| line.contains("ERROR: libFuzzer"));
    if said.is_empty() { other.unwrap_or("it stopped").to_owned() } else { said.join("\n") }
}

/// `#123 DONE cov: 1403 ft: 5121 corp: 512/61Kb …`, and the final figures.
fn tally(told: &str) -> Tally {
    let last = told.lines().rfind(|line| line.contains(" cov: ")).unwrap_or_default();
    let after = |word: &str| last.split_once(word).and_then(|(_, rest)| rest.split([' ', '/']).next());
    let runs = told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
    Tally {
        runs: number(runs).unwrap_or_default(),
        inputs: number(after(" corp: ")).unwrap_or_default(),
        edges: number(after(" cov: ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "#2\tINITED cov: 12 ft: 20 corp: 1/2b exec/s: 0 rss: 40Mb\n\
        #90000\tDONE   cov: 1403 ft: 5121 corp: 512/61Kb lim: 4096 exec/s: 1500 rss: 90Mb\n\
        Done 90000 runs in 61 second(s)\n\
        stat::number_of_executed_units: 90000\n";

    #[test]
    fn the_figures_stand_in_the_last_lines() {
        let tally = tally(TOLD);
        assert_eq!((tally.runs, tally.inputs, tally.edges), (90_000, 512, Some(1403)));
    }

    #[test]
    fn a_finding_says_what_did_not_hold() {
        let told = "\nthread '<unnamed>' panicked at src/a.rs:5:9:\na group is missing\nnote: run with\n==1== ERROR: libFuzzer: deadly signal\n";
        assert_eq!(why(told), "a group is missing");
        assert_eq!(
            why("==1== ERROR: libFuzzer: timeout after 11 seconds\n"),
            "==1== ERROR: libFuzzer: timeout after 11 seconds"
        );
    }
}
