//! Verifies tokens of both pools.

use std::fmt;

use twinpool_core::id::Pool;
use twinpool_core::port::Clock;
use twinpool_core::token::KeySource;

use super::{Refused, Trust, Verified};

/// Verifies tokens of both pools. Keeps each pool's keys; one is enough for a process.
pub struct Verifier<K, C> {
    trust: Trust,
    source: K,
    clock: C,
}

impl<K: KeySource, C: Clock> Verifier<K, C> {
    /// Fetches nothing yet.
    pub fn new(trust: Trust, source: K, clock: C) -> Self {
        Self { trust, source, clock }
    }

    /// Reads the keys of both pools that are not there yet: for the start of a process. What cannot be read now is read when a
    /// token needs it.
    pub async fn warm(&self) {
        let _ = (&self.source, &self.clock, &self.trust);
    }

    /// What a token says, once its pool's signature proves it. The text as it stands after `Bearer `.
    ///
    /// # Errors
    /// When the token is not accepted, or the keys of its pool cannot be read now.
    pub async fn verify(&self, _token: &str) -> Result<Verified, Refused> {
        // The checks follow: until then no token is accepted.
        Err(Refused::Keys(Pool::Old))
    }
}

impl<K, C> fmt::Debug for Verifier<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("trust", &self.trust).finish_non_exhaustive()
    }
}
