//! The settings of the reader of the audit trail.

use twinpool_core::digest::DigestKey;
use twinpool_core::id::PoolId;

use super::{Result, Source, digest_key, required, unusable};

/// What the audit-trail function is told.
#[derive(Debug, Clone)]
pub struct AuditTrailSettings {
    /// The queue of change events.
    pub queue_url: String,
    /// For the names of the queue's groups.
    pub key: DigestKey,
    /// The pool whose changes are followed.
    pub old_pool: PoolId,
    /// The mirror's role: what it calls is not followed.
    pub own_role: String,
}

impl AuditTrailSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        const POOL: &str = "TWINPOOL_OLD_POOL_ID";
        let old_pool = PoolId::parse(required(source, POOL)?).map_err(|problem| unusable(POOL, problem))?;
        const ROLE: &str = "TWINPOOL_MIRROR_ROLE_ARN";
        let own_role = required(source, ROLE)?;
        if !(own_role.starts_with("arn:") && own_role.contains(":role/")) {
            return Err(unusable(ROLE, "it should be the ARN of a role"));
        }
        let queue_url = required(source, "TWINPOOL_QUEUE_URL")?;
        Ok(Self { queue_url, key: digest_key(source)?, old_pool, own_role })
    }
}
