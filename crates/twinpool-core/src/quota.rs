//! Cognito's request quotas: so many calls a second per account and Region, summed over all pools, in categories (F§5).

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::id::Pool;

/// So much of its share twinpool uses: below it, so that a late or an early packet does not put one call too many into AWS's
/// second.
pub const MARGIN: f64 = 0.975;

/// Calls that share a quota. Only those that twinpool makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// AdminGetUser, AdminGetUserAuthFactors.
    UserRead,
    /// AdminListGroupsForUser, AdminListDevices.
    UserResourceRead,
    /// AdminCreateUser.
    UserCreation,
    /// AdminSetUserPassword, AdminResetUserPassword.
    UserAccountRecovery,
    /// Attributes, memberships, enable, disable and delete.
    UserUpdate,
    /// ListUsers, ListUsersInGroup.
    UserList,
    /// AdminSetUserMFAPreference.
    UserResourceUpdate,
    /// DescribeUserPool.
    UserPoolRead,
    /// GetGroup, ListGroups, GetCSVHeader, DescribeUserImportJob.
    UserPoolResourceRead,
    /// CreateGroup, UpdateGroup, DeleteGroup, import jobs.
    UserPoolResourceUpdate,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::UserRead,
        Self::UserResourceRead,
        Self::UserCreation,
        Self::UserAccountRecovery,
        Self::UserUpdate,
        Self::UserList,
        Self::UserResourceUpdate,
        Self::UserPoolRead,
        Self::UserPoolResourceRead,
        Self::UserPoolResourceUpdate,
    ];

    /// As AWS calls it: in Service Quotas, in CloudWatch's `Resource`, in the guide.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserRead => "UserRead",
            Self::UserResourceRead => "UserResourceRead",
            Self::UserCreation => "UserCreation",
            Self::UserAccountRecovery => "UserAccountRecovery",
            Self::UserUpdate => "UserUpdate",
            Self::UserList => "UserList",
            Self::UserResourceUpdate => "UserResourceUpdate",
            Self::UserPoolRead => "UserPoolRead",
            Self::UserPoolResourceRead => "UserPoolResourceRead",
            Self::UserPoolResourceUpdate => "UserPoolResourceUpdate",
        }
    }

    /// The category with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// What AWS gives every account, in calls a second.
    #[must_use]
    pub const fn default_quota(self) -> u32 {
        match self {
            Self::UserRead => 120,
            Self::UserResourceRead | Self::UserCreation => 50,
            Self::UserAccountRecovery | Self::UserList => 30,
            Self::UserUpdate | Self::UserResourceUpdate => 25,
            Self::UserPoolResourceRead => 20,
            Self::UserPoolRead | Self::UserPoolResourceUpdate => 15,
        }
    }

    /// On which pool carrying over spends it, where each pool has quotas of its own: the old pool is read, the new one written.
    #[must_use]
    pub const fn spent_on(self) -> Pool {
        match self {
            Self::UserRead
            | Self::UserResourceRead
            | Self::UserList
            | Self::UserPoolRead
            | Self::UserPoolResourceRead => Pool::Old,
            Self::UserCreation
            | Self::UserAccountRecovery
            | Self::UserUpdate
            | Self::UserResourceUpdate
            | Self::UserPoolResourceUpdate => Pool::New,
        }
    }

    /// A second limit, whatever the quota: calls a second of one operation on one pool.
    #[must_use]
    pub const fn per_operation(self) -> Option<u32> {
        match self {
            Self::UserPoolResourceRead | Self::UserPoolResourceUpdate => Some(5),
            Self::UserRead
            | Self::UserResourceRead
            | Self::UserCreation
            | Self::UserAccountRecovery
            | Self::UserUpdate
            | Self::UserList
            | Self::UserResourceUpdate
            | Self::UserPoolRead => None,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The quotas of one account and Region: AWS's defaults, unless the owner has had some raised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quotas(BTreeMap<Category, u32>);

impl Quotas {
    /// The account's quota, in calls a second.
    #[must_use]
    pub fn of(&self, category: Category) -> u32 {
        self.0.get(&category).copied().unwrap_or_else(|| category.default_quota())
    }

    /// What one program that works on one pool can reach at most: the quota, or the limit per operation below it.
    #[must_use]
    pub fn reachable(&self, category: Category) -> u32 {
        let quota = self.of(category);
        category.per_operation().map_or(quota, |limit| quota.min(limit))
    }

    /// Puts one quota in the place of the default.
    pub fn set(&mut self, quota: Quota) {
        self.0.insert(quota.category, quota.rps.get());
    }
}

impl FromIterator<Quota> for Quotas {
    fn from_iter<T: IntoIterator<Item = Quota>>(quotas: T) -> Self {
        let mut all = Self::default();
        quotas.into_iter().for_each(|quota| all.set(quota));
        all
    }
}

/// One quota, as people write it: `UserCreation=200`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Of which calls.
    pub category: Category,
    /// Calls a second.
    pub rps: NonZeroU32,
}

/// A quota that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// No `=`.
    #[error("a quota looks like UserCreation=200")]
    Shape,
    /// A name that is none.
    #[error("{0} is no quota that twinpool uses: it is one of {names}", names = names())]
    Name(String),
    /// Not a number above 0.
    #[error("the quota of {0} should be a whole number of calls a second above 0")]
    Number(Category),
}

fn names() -> String {
    Category::ALL.map(Category::name).join(", ")
}

impl FromStr for Quota {
    type Err = QuotaError;

    fn from_str(text: &str) -> Result<Self, QuotaError> {
        let (name, number) = text.split_once('=').ok_or(QuotaError::Shape)?;
        let name = name.trim();
        let category = Category::named(name).ok_or_else(|| QuotaError::Name(name.to_owned()))?;
        let rps = number.trim().parse().map_err(|_| QuotaError::Number(category))?;
        Ok(Self { category, rps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_quota_counts_and_the_others_are_aws_s() {
        let quotas: Quotas = [" UserCreation = 200".parse::<Quota>().unwrap()].into_iter().collect();
        assert_eq!(quotas.of(Category::UserCreation), 200);
        assert_eq!(quotas.of(Category::UserUpdate), 25);
    }

    #[test]
    fn a_raised_account_quota_does_not_raise_what_one_pool_takes_of_one_operation() {
        let quotas: Quotas = ["UserPoolResourceRead=80".parse::<Quota>().unwrap()].into_iter().collect();
        assert_eq!(quotas.of(Category::UserPoolResourceRead), 80);
        assert_eq!(quotas.reachable(Category::UserPoolResourceRead), 5);
    }

    #[test]
    fn what_is_no_quota_is_refused_with_what_would_be_one() {
        let said = |text: &str| text.parse::<Quota>().unwrap_err().to_string();
        assert_eq!(said("UserCreation"), "a quota looks like UserCreation=200");
        assert!(said("UserCreaton=200").contains("one of UserRead, UserResourceRead, UserCreation"));
        for number in ["0", "-1", "1.5", "much", ""] {
            assert!(said(&format!("UserUpdate={number}")).contains("above 0"), "{number}");
        }
    }
}
