//! The settings of the new pool's trigger function.

use std::time::Duration;

use twinpool_core::claim::ClaimName;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, PoolId};

use super::{MirrorSettings, Result, Source, deadline, unusable, user_id_claim};

/// What the sign-in function is told.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// The pool being left.
    pub old_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    pub old_pool_endpoint: Option<String>,
    /// The pool being moved to, whose trigger calls the function.
    pub new_pool: PoolId,
    /// Where the new pool answers, if not where AWS has it: a local stand-in.
    pub new_pool_endpoint: Option<String>,
    /// The table of links.
    pub links_table: String,
    /// The queue of change events.
    pub queue_url: String,
    /// For markers and digests of identities.
    pub key: DigestKey,
    /// The attribute of the new pool that proves whose user a user is.
    pub marker: AttributeName,
    /// The claim that carries the user id: `user_id` unless set.
    pub claim: ClaimName,
    /// Whether the old pool is written too.
    pub reverse_sync: bool,
    /// The app client of the new pool by which twinpool itself asks about passwords, where there is one.
    pub own_client: Option<String>,
}

impl SignInSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        const CLAIM: &str = "TWINPOOL_USER_ID_CLAIM";
        let claim = match user_id_claim(source)? {
            Some(claim) => claim,
            None => ClaimName::parse("user_id").map_err(|problem| unusable(CLAIM, problem))?,
        };
        // The mirror is told the same, and refuses the same.
        let all = MirrorSettings::read(source)?;
        Ok(Self {
            old_pool: all.old_pool,
            old_pool_endpoint: all.old_pool_endpoint,
            new_pool: all.new_pool,
            new_pool_endpoint: all.new_pool_endpoint,
            links_table: all.links_table,
            queue_url: all.queue_url,
            key: all.key,
            marker: all.marker,
            claim,
            reverse_sync: all.reverse_sync,
            own_client: source.get("TWINPOOL_OWN_CLIENT_ID"),
        })
    }

    /// How long a token may wait for the user id: 1 s unless set. Cognito itself waits 5 s (F§2), and the start of a function
    /// counts.
    ///
    /// # Errors
    /// When it is not a number of milliseconds from 1 to 2000.
    pub fn deadline(source: &impl Source) -> Result<Duration> {
        deadline(source, "TWINPOOL_CLAIM_DEADLINE_MS")
    }
}
