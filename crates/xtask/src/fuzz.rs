//! `cargo xtask fuzz`: readers of what others wrote, under libFuzzer; or under proptest where there is no nightly toolchain.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::{paths, tools};

mod libfuzzer;
mod shown;

use shown::{Outcome, Tally};

/// The version of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.2";

/// What is fuzzed, and for how long.
#[derive(Debug, Args)]
pub struct Fuzz {
    /// Which targets [default: all of them]
    targets: Vec<String>,
    /// So many minutes each.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// So many at once.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Holds this input against its target once more, instead.
    #[arg(long, value_name = "FILE", requires = "targets")]
    replay: Option<PathBuf>,
    /// Takes proptest, though there is a nightly toolchain.
    #[arg(long)]
    stable: bool,
}

/// A target, and where its inputs are.
struct Target {
    name: String,
    places: Vec<PathBuf>,
}

/// Who makes the inputs.
enum Fuzzer {
    /// By what they reach in the program, which is in this folder.
    LibFuzzer(PathBuf),
    /// At random.
    Proptest,
}

/// Fuzzes the targets. What is found is left in `.local/fuzz`.
///
/// # Errors
/// When something cannot be built, there is no such target, or an input is found of which something does not hold.
pub fn run(fuzz: &Fuzz) -> Result<()> {
    let known = targets()?;
    if let Some(unknown) = fuzz.targets.iter().find(|name| known.iter().all(|one| one.name != **name)) {
        let known: Vec<_> = known.iter().map(|target| target.name.as_str()).collect();
        bail!("there is no target {unknown}: there are {}", known.join(", "));
    }
    let is_wanted = |target: &Target| fuzz.targets.is_empty() || fuzz.targets.contains(&target.name);
    let wanted: Vec<_> = known.into_iter().filter(is_wanted).collect();
    if let Some(input) = &fuzz.replay {
        return replay(&wanted, input);
    }
    let fuzzer =
        if !fuzz.stable && has_nightly() { Fuzzer::LibFuzzer(libfuzzer::build()?) } else { Fuzzer::Proptest };
    let found = all(&fuzzer, &wanted, fuzz)?;
    if found == 0 {
        return Ok(());
    }
    bail!("{found} of {} targets have a finding: mend it, and put the input into fuzz/corpus", wanted.len())
}

/// Runs the targets, some at once, and tells of each when it is over. How many have a finding.
fn all(fuzzer: &Fuzzer, targets: &[Target], fuzz: &Fuzz) -> Result<usize> {
    let (seconds, jobs) = (fuzz.minutes * 60, usize::from(fuzz.jobs));
    shown::begin(matches!(fuzzer, Fuzzer::LibFuzzer(_)), targets.len(), fuzz.minutes);
    let next = std::sync::Mutex::new(targets.iter());
    let work = || -> Result<usize> {
        let mut found = 0;
        loop {
            let target = next.lock().ok().and_then(|mut targets| targets.next());
            let Some(target) = target else { return Ok(found) };
            let outcome = one(fuzzer, target, seconds)?;
            shown::end(&target.name, seconds, &outcome);
            found += usize::from(matches!(outcome, Outcome::Found { .. }));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let found = workers.into_iter().map(|worker| match worker.join() {
            Ok(found) => found,
            Err(_) => bail!("a thread of the command broke off"),
        });
        found.sum()
    })
}

fn one(fuzzer: &Fuzzer, target: &Target, seconds: u64) -> Result<Outcome> {
    match fuzzer {
        Fuzzer::LibFuzzer(programs) => libfuzzer::run(programs, target, seconds),
        Fuzzer::Proptest => proptest(target, seconds),
    }
}

/// Where a target's findings are left.
fn findings(target: &Target) -> PathBuf {
    home().join("findings").join(&target.name)
}

/// Everything that fuzzing leaves behind.
fn home() -> PathBuf {
    paths::local().join("fuzz")
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn proptest(target: &Target, seconds: u64) -> Result<Outcome> {
    let findings = findings(target);
    make(&findings)?;
    let mut mutate = by_hand("fuzz");
    mutate.args(["mutate", &target.name, "--seconds", &seconds.to_string(), "--findings"]).arg(&findings);
    let output = mutate.stdin(Stdio::null()).output().context("cannot start cargo")?;
    let (told, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let after = |word: &str| told.lines().find_map(|line| line.strip_prefix(word).map(str::trim));
    let number = |word| after(word).and_then(|text| text.parse().ok()).unwrap_or_default();
    if output.status.success() {
        let (runs, inputs) = (number("runs:"), number("corpus:"));
        return Ok(Outcome::Nothing(Tally { runs, inputs, edges: None }));
    }
    match after("finding:") {
        Some(input) => Ok(Outcome::Found { input: input.into(), why: why.trim().to_owned() }),
        None => bail!("{} cannot be fuzzed: {}", target.name, why.trim()),
    }
}

/// The program of the crate itself, built so.
fn by_hand(profile: &str) -> Command {
    let mut cargo = paths::cargo();
    cargo.args(["run", "--quiet", "--locked", "--profile", profile, "-p", "twinpool-fuzz", "--"]);
    cargo
}

fn targets() -> Result<Vec<Target>> {
    let output =
        by_hand("dev").arg("list").stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("crates/twinpool-fuzz does not build: see above");
    }
    let told = String::from_utf8_lossy(&output.stdout);
    let target = |line: &str| {
        let mut fields = line.split('\t');
        Some(Target { name: fields.next()?.to_owned(), places: fields.map(PathBuf::from).collect() })
    };
    Ok(told.lines().filter_map(target).collect())
}

fn replay(targets: &[Target], input: &Path) -> Result<()> {
    for target in targets {
        let status = by_hand("dev").args(["replay", &target.name]).arg(std::path::absolute(input)?).status();
        if !status.context("cannot start cargo")?.success() {
            bail!("something does not hold of {}: see above", input.display());
        }
    }
    Ok(())
}

fn has_nightly() -> bool {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", "nightly", "rustc", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    rustc.status().is_ok_and(|status| status.success())
}

/// `cargo fuzz` of the nightly toolchain.
fn cargo_fuzz() -> Result<Command> {
    let home = paths::local().join("cargo-fuzz");
    let program = home.join("bin/cargo-fuzz");
    tools::install_crate("cargo-fuzz", CARGO_FUZZ, &home, &program, &[])?;
    let mut cargo_fuzz = Command::new(program);
    cargo_fuzz.current_dir(paths::root()).env("RUSTUP_TOOLCHAIN", "nightly");
    // Those of the toolchain that this runs under.
    for name in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_TARGET_DIR"] {
        cargo_fuzz.env_remove(name);
    }
    Ok(cargo_fuzz)
}
