//! What is measured.

use std::fs;
use std::time::Duration;

/// Milliseconds, and megabytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) first_poll: f64,
    pub(super) first_answer_cpu: f64,
    pub(super) first_event: f64,
    pub(super) event: f64,
    pub(super) event_cpu: f64,
    pub(super) resident: f64,
}

/// The middle of what was measured.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The time that all threads of a process have run.
pub(super) fn cpu(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads
        .map(|thread| {
            let text = fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            let nanoseconds = text.split(' ').next().unwrap().parse().unwrap();
            Duration::from_nanos(nanoseconds)
        })
        .sum()
}

/// What a process holds in memory, in MB.
pub(super) fn resident(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
