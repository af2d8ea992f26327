//! The keys of one pool, as they were read last.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use twinpool_core::id::Timestamp;
use twinpool_core::port::Clock;
use twinpool_core::token::KeySource;

use super::jwk::{self, Keys};
use crate::clock::has_passed;

/// While there are no keys at all, nothing of the pool can be verified: this is tried sooner than anything else.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Between two looks for a key that a token names and its pool did not have. Anybody can make such tokens up, so this is what
/// bounds the requests; and a user whose token is signed with a key of today waits no longer than this.
const PAUSE: Duration = Duration::from_secs(10);

/// A pool may withdraw a key at any time and tells nobody (F§9): the keys are read again after so long.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The pool was asked when the token was already made, and does not have it.
    Unknown,
    /// The pool could not be asked, or it is too soon to ask again and the token is newer than the last answer: its key may be
    /// new too. No refusal: clients sign users out on one.
    Unread,
}

/// How the last attempt to read the keys went that came to an end. One that was given up half-way leaves it to the next: who makes up
/// key ids and hangs up keeps nobody from reading.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    Never,
    Failed(Timestamp),
    Read(Timestamp),
}

struct State {
    keys: Option<Arc<Keys>>,
    read_at: Timestamp,
    attempt: Attempt,
}

/// The keys of one pool. They are read when a token needs them, by one task at a time.
pub(super) struct Keyring {
    url: String,
    state: RwLock<State>,
    /// Whose turn it is to read.
    turn: Mutex<()>,
}

impl Keyring {
    pub(super) fn new(url: String) -> Self {
        let state = State { keys: None, read_at: Timestamp(0), attempt: Attempt::Never };
        Self { url, state: RwLock::new(state), turn: Mutex::new(()) }
    }

    /// The keys, of which one has this id, that of a token made by `made` at the latest.
    pub(super) async fn holding(
        &self,
        kid: &str,
        made: Timestamp,
        source: &impl KeySource,
        clock: &impl Clock,
    ) -> Result<Arc<Keys>, NoKey> {
        let Some(keys) = self.with(kid) else {
            let _turn = self.turn.lock().await;
            // Whoever had the turn before may have found it.
            if self.with(kid).is_none() {
                self.read_if_due(source, clock).await;
            }
            return self.with(kid).ok_or_else(|| self.why_not(made));
        };
        if self.is_old(clock.now()) {
            // One task reads them again. The others go on with what is there.
            if let Ok(_turn) = self.turn.try_lock() {
                if self.is_old(clock.now()) {
                    self.read_if_due(source, clock).await;
                }
                return self.with(kid).ok_or_else(|| self.why_not(made));
            }
        }
        Ok(keys)
    }

    /// Reads the keys if there are none.
    pub(super) async fn warm(&self, source: &impl KeySource, clock: &impl Clock) {
        let _turn = self.turn.lock().await;
        if self.look(|state| state.keys.is_none()) {
            self.read_if_due(source, clock).await;
        }
    }

    /// Only for whoever has the turn.
    async fn read_if_due(&self, source: &impl KeySource, clock: &impl Clock) {
        if !self.is_due(clock.now()) {
            return;
        }
        let keys = source.keys(&self.url).await.ok().and_then(|text| jwk::parse(&text));
        let now = clock.now();
        self.change(|state| match keys {
            Some(keys) => {
                *state = State { keys: Some(Arc::new(keys)), read_at: now, attempt: Attempt::Read(now) };
            }
            None => state.attempt = Attempt::Failed(now),
        });
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.look(|state| match (state.attempt, &state.keys) {
            (Attempt::Never, _) => true,
            (Attempt::Failed(at) | Attempt::Read(at), None) => has_passed(FIRST_PAUSE, at, now),
            (Attempt::Failed(at) | Attempt::Read(at), Some(_)) => has_passed(PAUSE, at, now),
        })
    }

    fn is_old(&self, now: Timestamp) -> bool {
        self.look(|state| has_passed(MAX_AGE, state.read_at, now))
    }

    fn with(&self, kid: &str) -> Option<Arc<Keys>> {
        self.look(|state| state.keys.as_ref().filter(|keys| keys.contains_key(kid)).cloned())
    }

    fn why_not(&self, made: Timestamp) -> NoKey {
        self.look(|state| match state.attempt {
            Attempt::Read(at) if at >= made => NoKey::Unknown,
            Attempt::Never | Attempt::Failed(_) | Attempt::Read(_) => NoKey::Unread,
        })
    }

    /// Nothing that holds the lock can panic, so that what it guards is whole.
    fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}
