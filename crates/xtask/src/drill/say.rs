//! How the drill talks.
#![expect(clippy::print_stdout, reason = "the drill talks to the terminal")]

use std::time::Instant;

/// Every line with the seconds since the beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn say(&self, what: &str, text: &str) {
        println!("{:>7.1} s  {what:<9} {text}", self.0.elapsed().as_secs_f64());
    }

    pub(super) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// So many a second.
pub(super) fn pace(count: usize, seconds: f64) -> String {
    format!("{:.0}/s", count as f64 / seconds.max(0.001))
}
