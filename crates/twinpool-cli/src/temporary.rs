//! How long a pool takes a temporary password.

use std::time::Duration;

use serde_json::Value;

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// From `UserPool` of DescribeUserPool; seven days where the pool does not say.
pub(crate) fn valid_for(pool: &Value) -> Duration {
    let days = |pointer| pool.pointer(pointer).and_then(Value::as_u64).filter(|days| *days > 0);
    let days = days("/Policies/PasswordPolicy/TemporaryPasswordValidityDays")
        .or_else(|| days("/AdminCreateUserConfig/UnusedAccountValidityDays"));
    DAY * u32::try_from(days.unwrap_or(7)).unwrap_or(365)
}
