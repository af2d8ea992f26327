//! How far long work is: one line that changes on a terminal, a line now and then elsewhere. Never into the output.

use std::collections::VecDeque;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use twinpool_core::id::Sub;
use twinpool_core::port::PortError;
use twinpool_core::run::Run;
use twinpool_engine::{LaneState, Listener, SyncError, Watcher};

use crate::show::{WIDTH, thousands};

/// Between two lines where nobody looks on.
const NOW_AND_THEN: Duration = Duration::from_secs(15);

/// The pace is that of the last while.
const WHILE: Duration = Duration::from_secs(30);

/// Shows progress on standard error.
#[derive(Debug)]
pub(crate) struct Progress {
    /// About how many there are in all.
    total: Option<u64>,
    is_terminal: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    samples: VecDeque<(Instant, u64)>,
    last_line: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(total: Option<u64>) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { total, is_terminal, state: Mutex::default() }
    }

    /// Something that stays on the screen.
    pub(crate) fn say(&self, text: &str) {
        self.write(&format!("{}{text}\n", self.clear()));
    }

    /// The changing line goes.
    pub(crate) fn end(&self) {
        self.write(self.clear());
    }

    /// How many are done, and what there is to say about it.
    pub(crate) fn show(&self, done: u64, rest: &str) {
        let line = self.state().line(Instant::now(), done, self.total, rest);
        if self.is_terminal {
            let line: String = line.chars().take(WIDTH - 1).collect();
            self.write(&format!("{}{line}", self.clear()));
        } else if self.state().is_due(Instant::now()) {
            self.write(&format!("{line}\n"));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) -> &'static str {
        if self.is_terminal { "\r\x1b[K" } else { "" }
    }

    fn write(&self, text: &str) {
        // Nobody is there to be told that nobody can be told.
        let mut stderr = std::io::stderr();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

impl State {
    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.last_line.is_none_or(|last| now.duration_since(last) >= NOW_AND_THEN);
        if is_due {
            self.last_line = Some(now);
        }
        is_due
    }

    fn line(&mut self, now: Instant, done: u64, total: Option<u64>, rest: &str) -> String {
        self.samples.push_back((now, done));
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WHILE)
        {
            self.samples.pop_front();
        }
        let pace = self.samples.front().map_or(0.0, |(at, before)| {
            let seconds = now.duration_since(*at).as_secs_f64();
            if seconds > 0.0 { done.saturating_sub(*before) as f64 / seconds } else { 0.0 }
        });
        let mut line = thousands(done);
        if let Some(total) = total.filter(|total| *total > 0) {
            line += &format!(
                " of about {} ({} %)",
                thousands(total.max(done)),
                100 * done / total.max(done).max(1)
            );
        }
        line += &format!("  {pace:.1}/s");
        let left = total.map(|total| total.saturating_sub(done)).filter(|left| *left > 0 && pace > 0.0);
        if let Some(left) = left {
            line += &format!("  {} left", span(left as f64 / pace));
        }
        if !rest.is_empty() {
            line += &format!("  {rest}");
        }
        line
    }
}

/// Seconds in words of one size.
pub(crate) fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3_600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

impl Listener for Progress {
    fn waits(&self, error: &PortError, after: Duration) {
        self.say(&format!("{error}: tried again in {} s", after.as_secs()));
    }

    fn begins_anew(&self) {
        self.say("the pool does not know the place in its list any more: the walk begins anew");
    }
}

impl Watcher for Progress {
    fn progress(&self, run: &Run, lanes: &[LaneState]) {
        let conflicts: u64 = run.tally.conflicts.values().sum();
        let failed: u64 = run.tally.failed.values().sum();
        let throttled: u64 = lanes.iter().map(|lane| lane.throttled).sum();
        let mut rest = Vec::new();
        if conflicts > 0 {
            rest.push(format!("{conflicts} in conflict"));
        }
        if failed > 0 {
            rest.push(format!("{failed} failed"));
        }
        if throttled > 0 {
            rest.push(format!("{throttled} throttled"));
        }
        rest.extend(run.waits.clone());
        self.show(run.tally.all(), &rest.join("  "));
    }

    fn failed(&self, user: &Sub, problem: &SyncError) {
        self.say(&format!("{user}: {problem}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        let (mut state, begin) = (State::default(), Instant::now());
        assert_eq!(state.line(begin, 0, Some(20_000), ""), "0 of about 20,000 (0 %)  0.0/s");
        let later = begin + Duration::from_secs(10);
        assert_eq!(
            state.line(later, 5_000, Some(20_000), "3 in conflict"),
            "5,000 of about 20,000 (25 %)  500.0/s  30 s left  3 in conflict"
        );
        // The pool's own count may be too small.
        assert_eq!(state.line(later, 21_000, Some(20_000), ""), "21,000 of about 21,000 (100 %)  2100.0/s");
        assert_eq!(state.line(later, 21_000, None, ""), "21,000  2100.0/s");
    }

    #[test]
    fn spans_are_told_in_one_size() {
        assert_eq!([30.0, 120.0, 9_000.0, 400_000.0].map(span), ["30 s", "2 min", "2.5 h", "4.6 days"]);
    }
}
