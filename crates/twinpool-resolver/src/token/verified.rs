//! What a verified token says, and why there is none.

use std::collections::BTreeSet;
use std::fmt;

use twinpool_core::account::Account;
use twinpool_core::id::{ClientId, GroupName, Pool, Sub, UserId, Username};
use twinpool_core::token::TokenUse;

use crate::{Denied, Principal, Refusal};

/// Everything of a [`Principal`] but the user id. Its claims are personal: `Debug` shows none of them.
#[derive(Clone, PartialEq)]
pub struct Verified {
    /// The pool that signed the token.
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
    /// What the claim that [`Trust::believing`](crate::Trust::believing) names says, where that can be a user id. Of the old pool it is a
    /// hint only: a merged user's token may name the id of before.
    pub claimed: Option<UserId>,
    /// Every claim, as it stands in the token.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

impl Verified {
    /// The user, as the table of links knows it.
    #[must_use]
    pub fn account(&self) -> Account {
        Account { pool: self.pool, sub: self.sub.clone() }
    }

    /// The principal, once it is known which user id the user has.
    #[must_use]
    pub fn into_principal(self, user_id: UserId) -> Principal {
        Principal {
            user_id,
            pool: self.pool,
            sub: self.sub,
            username: self.username,
            groups: self.groups,
            client_id: self.client_id,
            token_use: self.token_use,
            claims: self.claims,
        }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("pool", &self.pool)
            .field("sub", &self.sub)
            .field("token_use", &self.token_use)
            .finish_non_exhaustive()
    }
}

/// Why a token was not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token is not accepted.
    #[error(transparent)]
    Token(#[from] Refusal),
    /// The keys of its pool cannot be read now, or were read a moment before the token was made, and none of those that are known
    /// is the token's.
    #[error("the keys of the {0} cannot be read now")]
    Keys(Pool),
}

impl From<Refused> for Denied {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Token(refusal) => Self::Refused(refusal),
            Refused::Keys(_) => Self::Unavailable,
        }
    }
}
