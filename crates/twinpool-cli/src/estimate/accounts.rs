//! What Service Quotas and CloudWatch say of the account of both pools, or of the two accounts or Regions.

use std::collections::BTreeMap;
use std::time::SystemTime;

use twinpool_aws::client::Config;
use twinpool_aws::quotas::{self, AccountQuotas};
use twinpool_aws::usage::{Load, Usage};
use twinpool_core::id::Pool;
use twinpool_core::quota::{Category, Quota};

/// Quotas and what is used of them. Where each pool has its own: what reads is the old pool's, what writes the new one's.
#[derive(Debug)]
pub(super) struct Accounts {
    pub(super) quotas: AccountQuotas,
    pub(super) in_use: BTreeMap<Category, Load>,
    /// Whether each pool has its own.
    pub(super) are_two: bool,
}

impl Accounts {
    /// Asks. `new`: where the new pool has quotas of its own.
    pub(super) async fn read(old: &Config, new: Option<&Config>) -> Self {
        let one = Self { quotas: quotas::read(old).await, in_use: in_use(old).await, are_two: false };
        match new {
            None => one,
            Some(new) => one.and(quotas::read(new).await, in_use(new).await),
        }
    }

    fn and(self, new: AccountQuotas, mut in_use: BTreeMap<Category, Load>) -> Self {
        let old = self.quotas;
        let whose = |category: &Category| match category.spent_on() {
            Pool::Old => &old,
            Pool::New => &new,
        };
        let quota = |category: Category| {
            let rps = std::num::NonZeroU32::new(whose(&category).quotas.of(category))?;
            Some(Quota { category, rps })
        };
        in_use.retain(|category, _| category.spent_on() == Pool::New);
        in_use.extend(self.in_use.into_iter().filter(|(category, _)| category.spent_on() == Pool::Old));
        Self {
            quotas: AccountQuotas {
                quotas: Category::ALL.into_iter().filter_map(quota).collect(),
                read: Category::ALL.into_iter().filter(|one| whose(one).read.contains(one)).collect(),
                problem: old.problem.clone().or_else(|| new.problem.clone()),
            },
            in_use,
            are_two: true,
        }
    }
}

/// Good to know, and nothing rests on it: who may not ask CloudWatch is told nothing.
async fn in_use(config: &Config) -> BTreeMap<Category, Load> {
    match Usage::connect(config) {
        Ok(usage) => Box::pin(usage.at(SystemTime::now())).await.unwrap_or_default(),
        Err(_) => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(quota: &str) -> AccountQuotas {
        let quota: Quota = quota.parse().unwrap();
        let read = [Category::UserRead, Category::UserCreation].into();
        AccountQuotas { quotas: [quota].into_iter().collect(), read, problem: None }
    }

    #[test]
    fn of_two_accounts_the_old_one_s_quotas_count_for_reads_and_the_new_one_s_for_writes() {
        let one = Accounts { quotas: account("UserRead=500"), in_use: BTreeMap::new(), are_two: false };
        let both = one.and(account("UserCreation=200"), BTreeMap::new()).quotas;
        assert_eq!(both.quotas.of(Category::UserRead), 500);
        assert_eq!(both.quotas.of(Category::UserCreation), 200);
        let other = Accounts { quotas: account("UserCreation=200"), in_use: BTreeMap::new(), are_two: false };
        let both = other.and(account("UserRead=500"), BTreeMap::new()).quotas;
        assert_eq!((both.quotas.of(Category::UserRead), both.quotas.of(Category::UserCreation)), (120, 50));
        assert_eq!(both.read, [Category::UserRead, Category::UserCreation].into());
    }
}
