//! The request budget: quotas belong to the production app, and twinpool takes a share of each.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A quota of Cognito: requests a second per account and Region, summed over all pools (F§5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// AdminGetUser.
    UserRead,
    /// AdminListGroupsForUser.
    UserResourceRead,
    /// AdminCreateUser.
    UserCreation,
    /// AdminSetUserPassword.
    UserAccountRecovery,
    /// Attributes, memberships, enable and disable.
    UserUpdate,
    /// ListUsers.
    UserList,
    /// AdminSetUserMFAPreference.
    UserResourceUpdate,
    /// GetGroup.
    UserPoolResourceRead,
    /// CreateGroup.
    UserPoolResourceUpdate,
}

impl Category {
    /// The default quota in requests a second. For the resource categories the limit per operation and pool, which is
    /// the lower one (F§5).
    #[must_use]
    pub fn default_quota(self) -> u32 {
        match self {
            Self::UserRead => 120,
            Self::UserResourceRead | Self::UserCreation => 50,
            Self::UserAccountRecovery | Self::UserList => 30,
            Self::UserUpdate | Self::UserResourceUpdate => 25,
            Self::UserPoolResourceRead | Self::UserPoolResourceUpdate => 5,
        }
    }
}

/// What one process may take of the quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The share of each quota that twinpool may take, in percent.
    pub percent: u8,
    /// How many processes share it.
    pub processes: NonZeroU32,
}

/// Spaces calls out so that the budget holds; slower after each refusal, and back to normal call by call.
#[derive(Debug)]
pub struct Governor {
    budget: Budget,
    lanes: Mutex<BTreeMap<Category, Lane>>,
    /// One caller of a category waits for the next slot; the others wait for their turn.
    turns: Mutex<BTreeMap<Category, Arc<Turn>>>,
}

type Turn = tokio::sync::Mutex<()>;

#[derive(Debug, Clone, Copy)]
struct Lane {
    next: Instant,
    slowness: f64,
}

/// Slowest: this many times the normal spacing.
const SLOWEST: f64 = 32.0;

impl Governor {
    /// Starts with everything unspent.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self { budget, lanes: Mutex::default(), turns: Mutex::default() }
    }

    /// Waits until a call of this category fits the budget.
    pub async fn admit(&self, category: Category) {
        let turn = self.turn(category);
        let _mine = turn.lock().await;
        let slot = self.next_slot(category);
        sleep_until(slot).await;
        // Booked only now: who gives up waiting has taken nothing from those who come later.
        self.book(category, slot);
    }

    fn turn(&self, category: Category) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(category).or_default())
    }

    /// Says how the call went: `throttled` if Cognito answered that there were too many.
    pub fn report(&self, category: Category, throttled: bool) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&category) {
            lane.slowness =
                if throttled { (lane.slowness * 2.0).min(SLOWEST) } else { (lane.slowness * 0.9).max(1.0) };
        }
    }

    fn next_slot(&self, category: Category) -> Instant {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        lanes.get(&category).map_or(now, |lane| lane.next.max(now))
    }

    fn book(&self, category: Category, slot: Instant) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(category).or_insert(Lane { next: slot, slowness: 1.0 });
        lane.next = slot + self.spacing(category).mul_f64(lane.slowness);
    }

    fn spacing(&self, category: Category) -> Duration {
        let quota = f64::from(category.default_quota());
        let share =
            f64::from(self.budget.percent.clamp(1, 100)) / 100.0 / f64::from(self.budget.processes.get());
        Duration::from_secs_f64(1.0 / (quota * share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn governor(percent: u8, processes: u32) -> Governor {
        Governor::new(Budget { percent, processes: NonZeroU32::new(processes).unwrap() })
    }

    async fn admitted_in(governor: &Governor, category: Category, window: Duration) -> u32 {
        let end = Instant::now() + window;
        let mut admitted = 0;
        while tokio::time::timeout_at(end, governor.admit(category)).await.is_ok() && Instant::now() < end {
            admitted += 1;
        }
        admitted
    }

    #[tokio::test(start_paused = true)]
    async fn all_processes_together_stay_in_the_share_of_the_quota() {
        for (percent, processes) in [(50, 2), (100, 1), (10, 5)] {
            let one = governor(percent, processes);
            let minute = admitted_in(&one, Category::UserUpdate, Duration::from_secs(60)).await;
            let allowed = 25 * 60 * u32::from(percent) / 100;
            assert!(minute * processes <= allowed + processes, "{minute} × {processes} > {allowed}");
            assert!(minute * processes * 10 >= allowed * 9, "{minute} × {processes} wastes {allowed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_slows_its_category_down_and_no_other() {
        let governor = governor(100, 1);
        governor.admit(Category::UserUpdate).await;
        for _ in 0..3 {
            governor.report(Category::UserUpdate, true);
        }
        governor.admit(Category::UserUpdate).await;
        let slow = admitted_in(&governor, Category::UserUpdate, Duration::from_secs(10)).await;
        let normal = admitted_in(&governor, Category::UserRead, Duration::from_secs(10)).await;
        assert!(slow <= 10 * 25 / 8 + 1, "{slow}");
        assert!(normal >= 1_190, "{normal}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_calls_that_went_well_the_pace_is_back() {
        let governor = governor(100, 1);
        governor.admit(Category::UserUpdate).await;
        governor.report(Category::UserUpdate, true);
        for _ in 0..20 {
            governor.report(Category::UserUpdate, false);
        }
        governor.admit(Category::UserUpdate).await;
        assert!(admitted_in(&governor, Category::UserUpdate, Duration::from_secs(10)).await >= 249);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_waiting_costs_nobody_a_turn() {
        let governor = governor(50, 2);
        governor.admit(Category::UserUpdate).await;
        for _ in 0..10 {
            governor.report(Category::UserUpdate, true);
        }
        // Batch after batch of more users than there is time for.
        for _ in 0..5 {
            let end = Instant::now() + Duration::from_secs(28);
            let work = (0..10).map(|_| tokio::time::timeout_at(end, governor.admit(Category::UserUpdate)));
            let admitted =
                futures_util::future::join_all(work).await.into_iter().filter(Result::is_ok).count();
            assert!(admitted >= 5, "{admitted}");
            tokio::time::sleep_until(end).await;
        }
    }
}
