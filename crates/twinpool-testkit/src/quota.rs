//! Quotas: so many calls a second in each category, and ten writes and ten reads a second of one user (F§5).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use twinpool_core::port::{Answer, Class, PortError};

/// What time it is, since any moment.
pub type Now = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Counts calls, second by second, and refuses what is too much.
pub struct Quota {
    now: Now,
    percent: u32,
    counted: Mutex<BTreeMap<(String, u64), u32>>,
}

impl std::fmt::Debug for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Quota")
    }
}

/// The category of an operation, and its quota: so many calls a second (F§5).
#[must_use]
pub fn category(operation: &str) -> (&'static str, u32) {
    match operation {
        "AdminGetUser" | "AdminGetUserAuthFactors" => ("UserRead", 120),
        "AdminListGroupsForUser" | "AdminListDevices" => ("UserResourceRead", 50),
        "AdminInitiateAuth" => ("UserAuthentication", 120),
        "AdminCreateUser" => ("UserCreation", 50),
        "AdminSetUserPassword" => ("UserAccountRecovery", 30),
        "AdminSetUserMFAPreference" => ("UserResourceUpdate", 25),
        "ListUsers" | "ListUsersInGroup" => ("UserList", 30),
        "DescribeUserPool" => ("UserPoolRead", 15),
        // Five a second for each operation of one pool, below the category's own.
        "GetGroup" => ("GetGroup", 5),
        "ListGroups" => ("ListGroups", 5),
        "CreateGroup" => ("CreateGroup", 5),
        "UpdateGroup" => ("UpdateGroup", 5),
        "DeleteGroup" => ("DeleteGroup", 5),
        _ => ("UserUpdate", 25),
    }
}

const PER_USER: u32 = 10;

impl Quota {
    /// AWS's default quotas, of which the product leaves so many percent.
    #[must_use]
    pub fn of(now: Now, percent: u32) -> Arc<Self> {
        Arc::new(Self { now, percent, counted: Mutex::default() })
    }

    /// Counts one call.
    ///
    /// # Errors
    /// When there were too many in this second.
    pub fn count(&self, operation: &'static str, user: Option<&str>) -> Answer<()> {
        let (name, limit) = category(operation);
        self.count_one(name.to_owned(), limit * self.percent / 100, operation)?;
        let kind = if operation.contains("Get") || operation.contains("List") { "read" } else { "write" };
        match user {
            Some(user) => self.count_one(format!("{kind} {user}"), PER_USER, operation),
            None => Ok(()),
        }
    }

    fn count_one(&self, name: String, limit: u32, operation: &'static str) -> Answer<()> {
        let second = (self.now)().as_secs();
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry((name, second)).or_default();
        *count += 1;
        if *count > limit {
            return Err(PortError::new(Class::Throttled, operation, "TooManyRequestsException"));
        }
        Ok(())
    }
}
