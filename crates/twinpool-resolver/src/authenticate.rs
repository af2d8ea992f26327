//! From a token to the user id: what middleware, authorizer and services ask.

use std::future::Future;
use std::sync::Arc;

use crate::{Principal, Refusal};

/// Why there is no principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// The token is not accepted: 401, and not a word more to whoever sent it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The token is good, and the user has no user id yet: 503, to be tried again in a second.
    #[error("the user of the token has no user id yet")]
    NotYet,
    /// The keys of a pool, or the table of links, cannot be read now: 503.
    #[error("it cannot be told now who the user of the token is")]
    Unavailable,
}

impl Denied {
    /// The reason in one word, for logs and metrics. Stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotYet => "not_yet",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Says whom a token names.
pub trait Authenticate: Send + Sync {
    /// The principal of a token, as it stands after `Bearer ` in a request.
    ///
    /// # Errors
    /// When the token is not accepted, or nobody can tell now whose it is.
    fn authenticate(&self, token: &str) -> impl Future<Output = Result<Principal, Denied>> + Send;
}

impl<A: Authenticate> Authenticate for Arc<A> {
    fn authenticate(&self, token: &str) -> impl Future<Output = Result<Principal, Denied>> + Send {
        self.as_ref().authenticate(token)
    }
}
