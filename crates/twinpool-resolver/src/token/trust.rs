//! What is accepted.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::claim::ClaimName;
use twinpool_core::id::Pool;
use twinpool_core::token::{TokenUse, TrustedPool};

/// How far the clock of this machine and AWS's may be apart. As other libraries have it; the shortest life of a token of
/// Cognito is five minutes.
const LEEWAY: Duration = Duration::from_secs(60);

/// A list of pools that cannot be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// A token of it could be of either pool.
    #[error("one issuer stands in both pools: each pool has its own")]
    SharedIssuer,
    /// Nothing of this pool could ever be verified.
    #[error("the {0} has no issuer: name one, such as https://cognito-idp.eu-west-1.amazonaws.com/<pool id>")]
    NoIssuer(Pool),
    /// Every token would be refused.
    #[error("neither pool has an app client: name those whose tokens are accepted")]
    NoClient,
}

/// Which tokens are accepted, and of which pools.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeSet;
/// use twinpool_core::id::PoolId;
/// use twinpool_resolver::{ClientId, TokenUse, Trust, TrustedPool};
///
/// let pool = |id: &str, client: &str| {
///     let clients = ClientId::parse(client).into_iter().collect();
///     TrustedPool::of_aws(&PoolId::parse(id).ok()?, clients)
/// };
/// let old = pool("eu-west-1_AbCdEfGhI", "1h57kf5cpq17m0eml12EXAMPLE").ok_or("no pool of AWS")?;
/// let new = pool("eu-central-1_JkLmNoPqR", "7c54lg5cpq17m0eml12EXAMPLE").ok_or("no pool of AWS")?;
/// let trust = Trust::new(old, new)?.for_uses(BTreeSet::from([TokenUse::Access, TokenUse::Id]));
/// # let _ = trust;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Trust {
    pub(super) old: TrustedPool,
    pub(super) new: TrustedPool,
    pub(super) uses: BTreeSet<TokenUse>,
    pub(super) believed: Option<ClaimName>,
    pub(super) leeway: Duration,
}

impl Trust {
    /// Accepts access tokens of both pools, and believes no claim about the user id.
    ///
    /// # Errors
    /// When the pools share an issuer, one has none, or no client is named at all.
    pub fn new(old: TrustedPool, new: TrustedPool) -> Result<Self, TrustError> {
        for (pool, trusted) in [(Pool::Old, &old), (Pool::New, &new)] {
            if trusted.issuers.is_empty() {
                return Err(TrustError::NoIssuer(pool));
            }
        }
        if !old.issuers.is_disjoint(&new.issuers) {
            return Err(TrustError::SharedIssuer);
        }
        if old.clients.is_empty() && new.clients.is_empty() {
            return Err(TrustError::NoClient);
        }
        Ok(Self { old, new, uses: BTreeSet::from([TokenUse::Access]), believed: None, leeway: LEEWAY })
    }

    /// Accepts tokens for these uses, instead of access tokens only.
    #[must_use]
    pub fn for_uses(mut self, uses: BTreeSet<TokenUse>) -> Self {
        self.uses = uses;
        self
    }

    /// Takes this claim of a token of the new pool for the user id, without a look at the table. `None`: no claim.
    ///
    /// Cognito signs whatever a trigger function of the pool writes. So this is safe only where `sign-in` is attached to the new pool and no
    /// other function, a former one included, writes a claim of this name. And the claim counts until the token is over,
    /// whatever the table says meanwhile.
    #[must_use]
    pub fn believing(mut self, name: impl Into<Option<ClaimName>>) -> Self {
        self.believed = name.into();
        self
    }

    /// Lets clocks be so far apart, instead of 60 seconds.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// What is accepted of one pool.
    #[must_use]
    pub fn pool(&self, pool: Pool) -> &TrustedPool {
        match pool {
            Pool::Old => &self.old,
            Pool::New => &self.new,
        }
    }
}
