//! The governors of both pools.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use twinpool_core::id::Pool;
use twinpool_core::quota::Category;

use crate::governor::{Governor, LaneState, Write};

/// Who governs the calls to which pool. Quotas are per account and Region (F§5): pools that share both share one governor,
/// others have one each.
#[derive(Debug, Clone)]
pub struct Governors {
    old: Arc<Governor>,
    /// `None`: the same.
    new: Option<Arc<Governor>>,
}

/// What was done to both pools since it was last asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spent {
    /// Writes that were done.
    pub writes: BTreeMap<Write, u64>,
    /// Calls, where there were any.
    pub categories: BTreeMap<Category, SpentOf>,
}

/// What was done in one category.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpentOf {
    /// Calls that Cognito refused because there were too many.
    pub throttled: u64,
    /// How much of this process's budget the last minute used, in percent; where each pool has quotas of its own, of that pool of
    /// which it is more.
    pub used: f64,
}

impl From<Arc<Governor>> for Governors {
    fn from(both: Arc<Governor>) -> Self {
        Self { old: both, new: None }
    }
}

impl Governors {
    /// One for each pool.
    #[must_use]
    pub fn of_each(old: Arc<Governor>, new: Arc<Governor>) -> Self {
        Self { old, new: Some(new) }
    }

    /// Who governs the calls to this pool.
    #[must_use]
    pub fn of(&self, pool: Pool) -> &Arc<Governor> {
        match (pool, &self.new) {
            (Pool::New, Some(new)) => new,
            (Pool::Old | Pool::New, _) => &self.old,
        }
    }

    /// Takes another share of all quotas from now on.
    pub fn set_share(&self, percent: u8, processes: NonZeroU32) {
        self.all().for_each(|governor| governor.set_share(percent, processes));
    }

    /// How many callers wait, in the category where most do.
    #[must_use]
    pub fn most_waiting(&self) -> usize {
        self.all().map(|governor| governor.most_waiting()).max().unwrap_or_default()
    }

    /// What happens in each category; of which pool, where each has quotas of its own.
    #[must_use]
    pub fn state(&self) -> Vec<LaneState> {
        let Some(new) = &self.new else { return self.old.state() };
        let of = |governor: &Governor, pool| {
            governor.state().into_iter().map(move |lane| LaneState { pool: Some(pool), ..lane })
        };
        of(&self.old, Pool::Old).chain(of(new, Pool::New)).collect()
    }

    /// What was done since this was last asked, whoever did it.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let mut spent = Spent::default();
        for governor in self.all() {
            governor.new_writes().for_each(|(write, count)| *spent.writes.entry(write).or_default() += count);
            for (category, throttled, used) in governor.new_calls() {
                let of = spent.categories.entry(category).or_default();
                *of = SpentOf { throttled: of.throttled + throttled, used: of.used.max(used) };
            }
        }
        spent
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Governor>> {
        [&self.old].into_iter().chain(&self.new)
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::quota::Category;

    use super::*;
    use crate::governor::Budget;

    fn governor() -> Arc<Governor> {
        Arc::new(Governor::new(Budget { percent: 50, processes: NonZeroU32::MIN }))
    }

    fn ceilings(governors: &Governors, category: Category) -> Vec<(Option<Pool>, f64)> {
        let lanes = governors.state().into_iter().filter(|lane| lane.category == category);
        lanes.map(|lane| (lane.pool, lane.ceiling)).collect()
    }

    #[test]
    fn a_share_holds_for_the_quotas_of_both_pools() {
        let both = Governors::of_each(governor(), governor());
        both.set_share(20, NonZeroU32::MIN);
        let ceiling = 25.0 * 0.2 * 0.975;
        assert_eq!(
            ceilings(&both, Category::UserUpdate),
            [(Some(Pool::Old), ceiling), (Some(Pool::New), ceiling)]
        );
        let one = Governors::from(governor());
        one.set_share(20, NonZeroU32::MIN);
        assert_eq!(ceilings(&one, Category::UserUpdate), [(None, ceiling)]);
        assert!(Arc::ptr_eq(one.of(Pool::Old), one.of(Pool::New)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_pool_is_refused_does_not_slow_the_other() {
        let both = Governors::of_each(governor(), governor());
        both.of(Pool::New).admit(Category::UserRead).await;
        both.of(Pool::New).report(Category::UserRead, true);
        let lanes: Vec<_> =
            both.state().into_iter().filter(|lane| lane.category == Category::UserRead).collect();
        assert_eq!(lanes.iter().map(|lane| lane.throttled).collect::<Vec<_>>(), [0, 1]);
        assert!(lanes[1].rate < lanes[0].rate);
    }
}
