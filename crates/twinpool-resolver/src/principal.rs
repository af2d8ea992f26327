//! Whom a token names.

use std::collections::BTreeSet;
use std::fmt;

pub use twinpool_core::id::ClientId;
use twinpool_core::id::{GroupName, Pool, Sub, UserId, Username};
pub use twinpool_core::token::TokenUse;

/// Whom a verified token names. Its claims are personal: `Debug` shows none of them.
#[derive(Clone, PartialEq)]
pub struct Principal {
    /// The id that applications store: the same whichever pool signed the token.
    pub user_id: UserId,
    /// The pool that signed it.
    pub pool: Pool,
    /// The user of that pool.
    pub sub: Sub,
    /// The user's name in that pool. No identity: it may be given to somebody else (F§9).
    pub username: Username,
    /// The groups in that pool; none where the token has none (F§9). A name that no group can have is left out.
    pub groups: BTreeSet<GroupName>,
    /// The app client that the token was made for.
    pub client_id: ClientId,
    /// What the token is for.
    pub token_use: TokenUse,
    /// Every claim, as it stands in the token.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("user_id", &self.user_id)
            .field("pool", &self.pool)
            .field("sub", &self.sub)
            .field("token_use", &self.token_use)
            .finish_non_exhaustive()
    }
}
