//! On what was measured.

use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result};

/// One line: the day, the machine, the compiler, and how busy others kept it.
///
/// # Errors
/// When this is not Linux, or a program does not start.
pub(super) fn described() -> Result<String> {
    let day = said("date", &["-u", "+%F"])?;
    let compiler = said("rustc", &["--version"])?;
    let compiler = compiler.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let cores = thread::available_parallelism().context("cannot count the cores")?;
    let processors = fs::read_to_string("/proc/cpuinfo").context("benchmarks run on Linux")?;
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    let load = fs::read_to_string("/proc/loadavg").context("benchmarks run on Linux")?;
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!("Measured on {day}: {cores} cores, {model}, {compiler}; load before it {load}."))
}

fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("cannot start {program}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
