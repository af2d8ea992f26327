//! From a verified token to the user id.

use std::fmt;

use twinpool_core::account::IdReader;
use twinpool_core::id::{OldSub, Pool, UserId};
use twinpool_core::port::Clock;
use twinpool_core::token::KeySource;

use crate::{Authenticate, Denied, Principal, Resolver, SystemClock, Verified, Verifier};

/// Says whom a token of either pool names: a [`Verifier`] for the token, and a [`Resolver`] for the user id.
///
/// | token of | user id |
/// | --- | --- |
/// | new pool | the table's; nothing there: [`Denied::NotYet`] |
/// | new pool, with a claim that [`Trust::believing`](crate::Trust::believing) names | the claim. Nothing is read |
/// | old pool | the table's, whatever a claim says: the user may have been merged since. Nothing there: the sub itself |
pub struct Authenticator<K, R, C = SystemClock> {
    verifier: Verifier<K, C>,
    resolver: Resolver<R, C>,
}

impl<K: KeySource, R: IdReader, C: Clock> Authenticator<K, R, C> {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(verifier: Verifier<K, C>, resolver: Resolver<R, C>) -> Self {
        Self { verifier, resolver }
    }

    /// What verifies the tokens.
    #[must_use]
    pub fn verifier(&self) -> &Verifier<K, C> {
        &self.verifier
    }

    /// What knows the user ids.
    #[must_use]
    pub fn resolver(&self) -> &Resolver<R, C> {
        &self.resolver
    }
}

impl<K: KeySource, R: IdReader, C: Clock> Authenticate for Authenticator<K, R, C> {
    async fn authenticate(&self, token: &str) -> Result<Principal, Denied> {
        let verified = self.verifier.verify(token).await?;
        let id = user_id(&verified, &self.resolver).await?;
        Ok(verified.into_principal(id))
    }
}

/// The user id of whom a verified token names.
async fn user_id<R: IdReader, C: Clock>(
    verified: &Verified,
    resolver: &Resolver<R, C>,
) -> Result<UserId, Denied> {
    if let (Pool::New, Some(id)) = (verified.pool, &verified.claimed) {
        return Ok(id.clone());
    }
    match (resolver.resolve(&verified.account()).await, verified.pool) {
        (Ok(Some(id)), _) => Ok(id),
        (Ok(None), Pool::Old) => Ok(UserId::from(&OldSub::from(verified.sub.clone()))),
        (Ok(None), Pool::New) => Err(Denied::NotYet),
        (Err(_), _) => Err(Denied::Unavailable),
    }
}

impl<K, R, C> fmt::Debug for Authenticator<K, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("verifier", &self.verifier)
            .field("resolver", &self.resolver)
            .finish()
    }
}

#[cfg(test)]
mod tests;
