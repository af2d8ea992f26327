//! A program that is run to its end, and what that took.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use twinpool_tests::bootstrap::workspace;
use xtask::process::pause;

/// What a run took.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// Seconds of CPU of all its threads, and of the programs that it ran.
    pub(crate) cpu: f64,
    /// The most it held in memory, in MB.
    pub(crate) peak: f64,
    pub(crate) code: Option<i32>,
    log: PathBuf,
}

/// A program that calls the local AWS and nothing else, whatever this machine is set up for.
pub(crate) fn command(program: impl Into<PathBuf>, endpoint: &str) -> Command {
    let mut command = Command::new(program.into());
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).envs([
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    command
}

/// The built command.
pub(crate) fn twinpool(endpoint: &str, pools: [&str; 2]) -> Command {
    let mut command = command(twinpool_tests::bootstrap::binary("twinpool"), endpoint);
    command.envs([
        ("TWINPOOL_OLD_POOL_ID", pools[0]),
        ("TWINPOOL_NEW_POOL_ID", pools[1]),
        ("TWINPOOL_LINKS_TABLE", twinpool_tests::aws_stub::TABLE),
        ("TWINPOOL_DIGEST_KEY", KEY),
    ]);
    command
}

/// The digest key of every run.
pub(crate) const KEY: &str = "a-key-for-benchmarks-of-32-bytes-or-more";

/// Runs it to its end. What it says goes to a file in `target/bench`.
pub(crate) fn run(name: &str, command: &mut Command) -> Run {
    let folder = workspace().join("target/bench");
    fs::create_dir_all(&folder).unwrap();
    let log = folder.join(format!("{name}.log"));
    let file = File::create(&log).unwrap();
    command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
    let started = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let (mut peak, mut cpu) = (0.0, 0.0);
    // Once it has ended, and before anybody has asked how, its times can still be read, and its memory no more.
    while let Some((seconds, has_ended)) = times(child.id()) {
        cpu = seconds;
        if has_ended {
            break;
        }
        peak = high_water(child.id()).unwrap_or(peak);
        pause();
    }
    let seconds = started.elapsed().as_secs_f64();
    let code = child.wait().unwrap().code();
    Run { seconds, cpu, peak, code, log }
}

impl Run {
    /// Stops the benchmark where the program has failed.
    pub(crate) fn succeeded(self) -> Self {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<_> = said.lines().rev().take(12).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        assert_eq!(self.code, Some(0), "{}:\n{}", self.log.display(), last.join("\n"));
        self
    }
}

/// Seconds of CPU that this process has had: what else the machine does is not measured.
pub(crate) fn own_cpu() -> f64 {
    times(std::process::id()).unwrap().0
}

/// Seconds of CPU, and whether the process has ended.
fn times(process: u32) -> Option<(f64, bool)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, can hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = fields.split(' ').collect();
    // In hundredths of a second, on every Linux that Rust runs on.
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    let all: Option<f64> = (11..=14).map(ticks).sum();
    Some((all? / 100.0, *fields.first()? == "Z"))
}

fn high_water(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0 / 1e6)
}
