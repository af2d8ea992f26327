//! The request budget: quotas belong to the production app, and twinpool takes a share of each.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use twinpool_core::id::Pool;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::quota::{Category, Quotas};

mod lane;
#[cfg(test)]
mod tests;
mod write;

pub use lane::Slower;
use lane::{Bounds, Lane};
pub use write::Write;

tokio::task_local! {
    /// When whoever works now begins no further write.
    static UNTIL: Instant;
}

/// The code of a write that was given up before it began, because it did not get its turn in time.
const NO_TURN: &str = "BudgetIsUsed";

/// Does work whose writes get their turn within so long, or are given up: somebody else may take over then.
pub(crate) async fn writes_within<T>(lasts: Duration, work: impl Future<Output = T>) -> T {
    UNTIL.scope(Instant::now() + lasts, work).await
}

/// Whether a write was given up before it began.
pub(crate) fn got_no_turn<T>(answer: &Answer<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.code == NO_TURN)
}

/// What one process may take of the quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The share of each quota that twinpool may take, in percent.
    pub percent: u8,
    /// How many processes share it.
    pub processes: NonZeroU32,
}

/// Spaces calls out so that the budget holds. Slower by half after refusals, faster again step by step while calls go well;
/// what was not used is gone, so no burst follows a silence.
///
/// One governor for all workers of a process; [`crate::Governors`] says for which pools.
#[derive(Debug)]
pub struct Governor {
    terms: Mutex<(Budget, Quotas)>,
    gates: [Gate; Category::ALL.len()],
    writes: [AtomicU64; Write::ALL.len()],
}

#[derive(Debug)]
struct Gate {
    lane: Mutex<Lane>,
    /// One caller waits for the next slot; the others wait, in order, for their turn.
    turn: tokio::sync::Mutex<()>,
    /// Tells that caller that the slot has moved.
    moved: Notify,
    waiting: AtomicUsize,
}

/// What a governor does in one category, for people who watch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneState {
    /// Of which calls.
    pub category: Category,
    /// To which pool, where each has quotas of its own.
    pub pool: Option<Pool>,
    /// Calls a second at most, with the share and what others use.
    pub ceiling: f64,
    /// Calls a second now.
    pub rate: f64,
    /// Calls let through so far.
    pub admitted: u64,
    /// Of them refused by Cognito because there were too many.
    pub throttled: u64,
    /// Callers who wait.
    pub waiting: usize,
    /// Why the rate is below the quota, if it is.
    pub slower: Option<Slower>,
}

impl Governor {
    /// A governor of AWS's default quotas.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self::with_quotas(budget, Quotas::default())
    }

    /// A governor of these quotas.
    #[must_use]
    pub fn with_quotas(budget: Budget, quotas: Quotas) -> Self {
        let gates = Category::ALL.map(|category| Gate {
            lane: Mutex::new(Lane::new(bounds(category, budget, &quotas))),
            turn: tokio::sync::Mutex::default(),
            moved: Notify::new(),
            waiting: AtomicUsize::new(0),
        });
        Self { terms: Mutex::new((budget, quotas)), gates, writes: Write::ALL.map(|_| AtomicU64::new(0)) }
    }

    /// Waits until a call of this category fits the budget. Who gives up waiting has taken nothing.
    pub async fn admit(&self, category: Category) {
        let gate = self.gate(category);
        let _waits = Waits::at(&gate.waiting);
        let _mine = gate.turn.lock().await;
        loop {
            let now = Instant::now();
            let slot = gate.lane().next(now);
            // No timer for a slot that is there: it would ring a millisecond later. Whoever changed the pace: look again.
            if slot <= now || timeout_at(slot, gate.moved.notified()).await.is_err() {
                // Booked only now, and on the schedule: a timer that rings late does not slow the lane down.
                gate.lane().book(slot);
                return;
            }
        }
    }

    /// The same, for a write: as long as [`writes_within`] allows.
    ///
    /// # Errors
    /// [`Class::Throttled`] when it is given up.
    pub(crate) async fn admit_write(&self, category: Category) -> Answer<()> {
        let Ok(until) = UNTIL.try_with(|until| *until) else {
            self.admit(category).await;
            return Ok(());
        };
        let given_up = |_| PortError::new(Class::Throttled, category.name(), NO_TURN);
        timeout_at(until, self.admit(category)).await.map_err(given_up)
    }

    /// Says how a call went: `throttled` if Cognito answered that there were too many.
    pub fn report(&self, category: Category, throttled: bool) {
        let gate = self.gate(category);
        let now = Instant::now();
        if !throttled {
            gate.lane().went_well(now);
        } else if gate.lane().refused(now) {
            gate.moved.notify_one();
        }
    }

    /// Takes another share from now on.
    pub fn set_share(&self, percent: u8, processes: NonZeroU32) {
        let mut terms = self.terms.lock().unwrap_or_else(PoisonError::into_inner);
        terms.0 = Budget { percent, processes };
        for category in Category::ALL {
            let gate = self.gate(category);
            gate.lane().set_bounds(bounds(category, terms.0, &terms.1));
            gate.moved.notify_one();
        }
    }

    /// Makes room for the rest of the account, which calls so often a second now: this lane keeps to what is left of the
    /// quota, less a tenth of it. 0 when the rest is silent, or not known.
    pub fn others_use(&self, category: Category, rps: f64) {
        let gate = self.gate(category);
        gate.lane().set_others(rps);
        gate.moved.notify_one();
    }

    /// How many processes share the budget.
    #[must_use]
    pub fn processes(&self) -> NonZeroU32 {
        self.terms.lock().unwrap_or_else(PoisonError::into_inner).0.processes
    }

    /// How many callers wait, in the category where most do.
    #[must_use]
    pub fn most_waiting(&self) -> usize {
        self.gates.iter().map(|gate| gate.waiting.load(Ordering::Relaxed)).max().unwrap_or_default()
    }

    /// What happens in each category.
    #[must_use]
    pub fn state(&self) -> Vec<LaneState> {
        let state = |category| {
            let gate = self.gate(category);
            let waiting = gate.waiting.load(Ordering::Relaxed);
            let lane = gate.lane();
            LaneState {
                category,
                pool: None,
                ceiling: lane.ceiling(),
                rate: lane.rate(),
                admitted: lane.admitted,
                throttled: lane.throttled,
                waiting,
                slower: lane.slower(),
            }
        };
        Category::ALL.into_iter().map(state).collect()
    }

    /// Counts a write that was done.
    pub fn wrote(&self, write: Write) {
        self.writes[write as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// The writes that were done since this was last asked.
    pub(crate) fn new_writes(&self) -> impl Iterator<Item = (Write, u64)> {
        let taken = |write| (write, self.writes[write as usize].swap(0, Ordering::Relaxed));
        Write::ALL.into_iter().map(taken).filter(|(_, count)| *count > 0)
    }

    /// The categories in which calls were made since this was last asked: how many were refused of them, and how much of the
    /// budget the last minute used, in percent.
    pub(crate) fn new_calls(&self) -> impl Iterator<Item = (Category, u64, f64)> {
        let now = Instant::now();
        Category::ALL.into_iter().filter_map(move |category| {
            let mut lane = self.gate(category).lane();
            let (admitted, throttled) = lane.news();
            (admitted + throttled > 0).then(|| (category, throttled, lane.used(now)))
        })
    }

    fn gate(&self, category: Category) -> &Gate {
        &self.gates[category as usize]
    }
}

impl Gate {
    fn lane(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bounds(category: Category, budget: Budget, quotas: &Quotas) -> Bounds {
    Bounds {
        quota: f64::from(quotas.of(category)),
        reachable: f64::from(quotas.reachable(category)),
        percent: f64::from(budget.percent.clamp(1, 100)),
        processes: f64::from(budget.processes.get()),
    }
}

/// Counts one who waits, for as long as they do.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn at(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
