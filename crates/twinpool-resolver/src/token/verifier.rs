//! Verifies tokens of both pools.

use std::fmt;

use serde_json::Value;
use twinpool_core::id::Pool;
use twinpool_core::port::Clock;
use twinpool_core::token::KeySource;

use super::claims;
use super::compact::Compact;
use super::keyring::{Keyring, NoKey};
use super::{Refused, Trust, Verified};
use crate::Refusal;

/// Verifies tokens of both pools. Keeps each pool's keys; one is enough for a process.
///
/// In this order, each check with its own [`Refusal`]: length, form, header (`alg`, `crit`, `kid`), issuer, key, signature, times,
/// use, client, user. What is cheap comes first, and of what the token claims two things are read before the signature. The issuer
/// chooses among the pools that are listed, and their keys. `iat` tells whether a key that is not known may be a new one:
/// too soon to ask for it, that is [`Refused::Keys`] and no refusal.
///
/// The keys of a pool are read when the first token of it comes, when a token names a key that they lack, and when they are old:
/// by one task at a time, from the address in [`Trust`] only. Where they cannot be read, those of before go on.
pub struct Verifier<K, C> {
    trust: Trust,
    old: Keyring,
    new: Keyring,
    source: K,
    clock: C,
}

impl<K: KeySource, C: Clock> Verifier<K, C> {
    /// Fetches nothing yet.
    pub fn new(trust: Trust, source: K, clock: C) -> Self {
        let keyring = |pool| Keyring::new(trust.pool(pool).keys_url.clone());
        Self { old: keyring(Pool::Old), new: keyring(Pool::New), trust, source, clock }
    }

    /// Reads the keys of both pools that are not there yet: for the start of a process. What cannot be read now is read when a
    /// token needs it.
    pub async fn warm(&self) {
        for pool in [Pool::Old, Pool::New] {
            self.keyring(pool).warm(&self.source, &self.clock).await;
        }
    }

    /// What a token says, once its pool's signature proves it. The text as it stands after `Bearer `.
    ///
    /// # Errors
    /// When the token is not accepted, or the keys of its pool cannot be read now.
    pub async fn verify(&self, token: &str) -> Result<Verified, Refused> {
        let token = Compact::take_apart(token)?;
        let (claims, signature) = (token.claims()?, token.signature()?);
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Refusal::Issuer)?;
        let of = |pool: &Pool| self.trust.pool(*pool).issuers.contains(issuer);
        let pool = [Pool::Old, Pool::New].into_iter().find(of).ok_or(Refusal::Issuer)?;
        let made = claims::made_by(&claims, self.trust.leeway, self.clock.now());
        let keys = self.keyring(pool).holding(&token.kid, made, &self.source, &self.clock).await;
        let keys = keys.map_err(|why| match why {
            NoKey::Unknown => Refused::Token(Refusal::UnknownKey),
            NoKey::Unread => Refused::Keys(pool),
        })?;
        let key = keys.get(&token.kid).ok_or(Refusal::UnknownKey)?;
        if !key.signed(token.signed.as_bytes(), &signature) {
            return Err(Refusal::Signature.into());
        }
        Ok(claims::check(claims, pool, &self.trust, self.clock.now())?)
    }

    fn keyring(&self, pool: Pool) -> &Keyring {
        match pool {
            Pool::Old => &self.old,
            Pool::New => &self.new,
        }
    }
}

impl<K, C> fmt::Debug for Verifier<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("trust", &self.trust).finish_non_exhaustive()
    }
}
