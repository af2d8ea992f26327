//! The settings of the reader of the audit trail.

use twinpool_core::change_event::Followed;
use twinpool_core::digest::DigestKey;

use super::{Result, Source, digest_key, pool_id, required, reverse_sync, unusable};

/// What the audit-trail function is told.
#[derive(Debug, Clone)]
pub struct AuditTrailSettings {
    /// The queue of change events.
    pub queue_url: String,
    /// For the names of the queue's groups.
    pub key: DigestKey,
    /// The pools whose changes are followed, and the roles whose calls are not.
    pub followed: Followed,
}

/// Roles beside the mirror's that write to the new pool, where there are any.
const OTHER_ROLES: [&str; 3] =
    ["TWINPOOL_NEW_POOL_ROLE_ARN", "TWINPOOL_SIGN_IN_ROLE_ARN", "TWINPOOL_BRIDGE_ROLE_ARN"];

impl AuditTrailSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        let old_pool = pool_id(source, "TWINPOOL_OLD_POOL_ID")?;
        const MIRROR: &str = "TWINPOOL_MIRROR_ROLE_ARN";
        let mut own_roles = vec![role(MIRROR, required(source, MIRROR)?)?];
        for key in OTHER_ROLES {
            own_roles.extend(source.get(key).map(|arn| role(key, arn)).transpose()?);
        }
        let new_pool =
            if reverse_sync(source)? { Some(pool_id(source, "TWINPOOL_NEW_POOL_ID")?) } else { None };
        let queue_url = required(source, "TWINPOOL_QUEUE_URL")?;
        Ok(Self { queue_url, key: digest_key(source)?, followed: Followed { old_pool, new_pool, own_roles } })
    }
}

fn role(key: &'static str, arn: String) -> Result<String> {
    if arn.starts_with("arn:") && arn.contains(":role/") {
        Ok(arn)
    } else {
        Err(unusable(key, "it should be the ARN of a role"))
    }
}
