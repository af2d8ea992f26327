//! The pace of one category: additive increase, multiplicative decrease, between a floor and a ceiling.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;
use twinpool_core::quota::MARGIN;

/// What is kept free beside others who call, as a part of the quota: their use is known a minute late.
const RESERVE: f64 = 0.1;
/// Others who use less of the quota than this are nobody: their use is known by subtraction.
const NOISE: f64 = 0.02;
/// Slowest, as a part of the share.
const FLOOR: f64 = 1.0 / 32.0;
/// From nothing to the ceiling in so many seconds of calls that went well.
const RECOVERY: f64 = 10.0;
/// Refusals within it are one: AWS counts by the second, so calls that were sent together are refused together.
const BURST: Duration = Duration::from_secs(1);
/// A timer that rings late by less takes nothing from the pace. Together with the jitter of the network it stays below what
/// the margin leaves of a second.
const LATENESS: Duration = Duration::from_millis(10);
/// Timers ring on the millisecond: lanes that are faster let through what fell between two of them.
const TIMER: Duration = Duration::from_millis(2);

/// Over so long the use of the budget is told.
const MINUTE: Duration = Duration::from_mins(1);

/// What a lane may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    /// The account's quota.
    pub(super) quota: f64,
    /// What one pool can reach of it.
    pub(super) reachable: f64,
    /// The part that is ours, over all processes.
    pub(super) percent: f64,
    /// How many share it.
    pub(super) processes: f64,
}

/// Why a lane is slower than the quota allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slower {
    /// Cognito refused calls.
    Throttled,
    /// The rest of the account calls too, and what it leaves is less than the share.
    OthersUse,
    /// The share is less than the quota.
    Share,
}

impl fmt::Display for Slower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttled => "Cognito refused calls",
            Self::OthersUse => "others use the quota",
            Self::Share => "the share that it may take",
        })
    }
}

#[derive(Debug)]
pub(super) struct Lane {
    bounds: Bounds,
    others: f64,
    /// The pace after refusals; `None` at the ceiling.
    backed_off: Option<f64>,
    /// When the last call was let through, on the schedule.
    last: Option<Instant>,
    halved: Option<Instant>,
    raised: Instant,
    pub(super) admitted: u64,
    pub(super) throttled: u64,
    minute: Minute,
    /// How many were admitted and refused when somebody last asked what is new.
    told: (u64, u64),
}

impl Lane {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            others: 0.0,
            backed_off: None,
            last: None,
            halved: None,
            raised: Instant::now(),
            admitted: 0,
            throttled: 0,
            minute: Minute::from(Instant::now()),
            told: (0, 0),
        }
    }

    pub(super) fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        self.settle();
    }

    pub(super) fn set_others(&mut self, rps: f64) {
        self.others = if rps.is_finite() { rps.max(0.0) } else { 0.0 };
        self.settle();
    }

    fn share(&self) -> f64 {
        let Bounds { reachable, percent, processes, .. } = self.bounds;
        reachable * percent / 100.0 / processes * MARGIN
    }

    fn left(&self) -> f64 {
        let Bounds { quota, processes, .. } = self.bounds;
        if self.others < quota * NOISE {
            return f64::INFINITY;
        }
        (quota * (1.0 - RESERVE) - self.others) / processes * MARGIN
    }

    fn floor(&self) -> f64 {
        self.share() * FLOOR
    }

    /// Calls a second at most.
    pub(super) fn ceiling(&self) -> f64 {
        self.share().min(self.left()).max(self.floor())
    }

    /// Calls a second now.
    pub(super) fn rate(&self) -> f64 {
        self.backed_off.map_or(f64::INFINITY, |rate| rate.max(self.floor())).min(self.ceiling())
    }

    pub(super) fn slower(&self) -> Option<Slower> {
        if self.backed_off.is_some() {
            Some(Slower::Throttled)
        } else if self.left() < self.share() {
            Some(Slower::OthersUse)
        } else {
            let Bounds { percent, processes, .. } = self.bounds;
            (percent < 100.0 || processes > 1.0).then_some(Slower::Share)
        }
    }

    /// When the next call may go.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let Some(last) = self.last else { return now };
        let spacing = Duration::from_secs_f64(1.0 / self.rate());
        // Who comes after a while finds one call's room, and not all that was not used.
        let late = LATENESS.min(spacing.max(TIMER));
        (last + spacing).max(now.checked_sub(late).unwrap_or(now))
    }

    pub(super) fn book(&mut self, slot: Instant) {
        self.last = Some(slot);
        self.admitted += 1;
        self.minute.count(slot);
    }

    /// Calls of about the last minute, in percent of those that the ceiling allows in one.
    pub(super) fn used(&self, now: Instant) -> f64 {
        self.minute.calls(now) / (self.ceiling() * MINUTE.as_secs_f64()) * 100.0
    }

    /// How many were let through and how many were refused since this was last asked.
    pub(super) fn news(&mut self) -> (u64, u64) {
        let now = (self.admitted, self.throttled);
        let (admitted, throttled) = std::mem::replace(&mut self.told, now);
        (now.0 - admitted, now.1 - throttled)
    }

    /// A call was refused. Says whether the pace has changed.
    pub(super) fn refused(&mut self, now: Instant) -> bool {
        self.throttled += 1;
        self.raised = now;
        if self.halved.is_some_and(|at| now.duration_since(at) < BURST) {
            return false;
        }
        self.halved = Some(now);
        self.backed_off = Some((self.rate() / 2.0).max(self.floor()));
        true
    }

    /// A call went well.
    pub(super) fn went_well(&mut self, now: Instant) {
        // A silence proves nothing: of it, one second counts at most.
        let since = now.duration_since(self.raised).as_secs_f64().min(1.0);
        self.raised = now;
        self.backed_off = self.backed_off.map(|rate| rate + self.ceiling() / RECOVERY * since);
        self.settle();
    }

    fn settle(&mut self) {
        if self.backed_off.is_some_and(|rate| rate >= self.ceiling()) {
            self.backed_off = None;
        }
    }
}

/// How many calls a minute has seen, and the one before it: by both, those of the last sixty seconds are known well enough.
#[derive(Debug)]
struct Minute {
    from: Instant,
    calls: u32,
    before: u32,
}

impl Minute {
    fn from(now: Instant) -> Self {
        Self { from: now, calls: 0, before: 0 }
    }

    fn count(&mut self, at: Instant) {
        let over = at.duration_since(self.from);
        if over >= MINUTE {
            let before = if over < MINUTE * 2 { self.calls } else { 0 };
            let from = if over < MINUTE * 2 { self.from + MINUTE } else { at };
            *self = Self { from, calls: 0, before };
        }
        self.calls = self.calls.saturating_add(1);
    }

    fn calls(&self, now: Instant) -> f64 {
        let over = now.duration_since(self.from).as_secs_f64() / MINUTE.as_secs_f64();
        let (running, before) = (f64::from(self.calls), f64::from(self.before));
        if over < 1.0 { running + before * (1.0 - over) } else { running * (2.0 - over).max(0.0) }
    }
}
