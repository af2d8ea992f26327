//! What was shown and waits to be confirmed: it is done while it is still as it was shown, once, whoever asks how often, and to its
//! end, whoever goes away.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use twinpool_core::check::Look;

use crate::access::{NoRandom, random};
use crate::desk::{Answer, Ended};
use crate::wish::Wish;

/// So many are kept, unless more are under way.
const MOST: usize = 32;

/// What was shown longer ago is not of now. The page says it in words.
const LONGEST: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<VecDeque<Shown>>);

#[derive(Debug)]
struct Shown {
    nonce: String,
    wish: Wish,
    rests: Rests,
    /// What comes of it, once it is begun.
    outcome: Option<Outcome>,
}

type Outcome = watch::Receiver<Option<Answer>>;

/// What a preview rests on.
#[derive(Debug, Clone)]
pub(crate) struct Rests {
    /// Another one when somebody changed it.
    pub(crate) basis: String,
    /// When it was looked at.
    pub(crate) at: Instant,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// Nothing is known under this name.
    Unknown,
    /// It is not what was shown any more, or nobody knows.
    Stale(Wish, Stale),
}

/// What is wrong with what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It was shown too long ago.
    Old,
    /// Somebody changed what it rests on.
    Changed,
    /// Why nobody could look, in a clause.
    Unseen(String),
}

impl Shown {
    fn is_under_way(&self) -> bool {
        let Some(outcome) = &self.outcome else {
            return false;
        };
        // Whoever broke off tells nothing any more.
        outcome.borrow().is_none() && outcome.has_changed().is_ok()
    }

    fn is_of_now(&self, now: &Rests) -> Result<(), Stale> {
        if now.at.saturating_duration_since(self.rests.at) > LONGEST {
            return Err(Stale::Old);
        }
        if now.basis != self.rests.basis {
            return Err(Stale::Changed);
        }
        Ok(())
    }
}

impl Pending {
    /// Keeps what was shown, under a name that works once.
    pub(crate) fn keep(&self, wish: Wish, rests: Rests) -> Result<String, NoRandom> {
        let nonce = random::<16>()?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            // Whoever confirmed must hear what came of it, and must not do it twice.
            let oldest = all.iter().position(|shown| shown.outcome.is_none());
            if let Some(at) = oldest.or_else(|| all.iter().position(|shown| !shown.is_under_way())) {
                all.remove(at);
            }
        }
        all.push_back(Shown { nonce: nonce.clone(), wish, rests, outcome: None });
        Ok(nonce)
    }

    /// Does it, if it is still as it was shown, unless somebody does or did; and what came of it. `look`: what it rests on now.
    pub(crate) async fn confirm<L, F>(
        &self,
        nonce: &str,
        look: impl FnOnce(Wish) -> L,
        act: impl FnOnce(Wish) -> F,
    ) -> Result<(Wish, Answer), NotDone>
    where
        L: Future<Output = Look<Rests>>,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (wish, begun) = self.known(nonce).ok_or(NotDone::Unknown)?;
        let mut outcome = match begun {
            Some(outcome) => outcome,
            None => self.begin(nonce, look(wish.clone()).await, act)?,
        };
        let answer = outcome.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        Ok((wish, answer.unwrap_or_else(broken)))
    }

    fn known(&self, nonce: &str) -> Option<(Wish, Option<Outcome>)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = all.iter().find(|shown| shown.nonce == nonce)?;
        Some((shown.wish.clone(), shown.outcome.clone()))
    }

    fn begin<F>(&self, nonce: &str, now: Look<Rests>, act: impl FnOnce(Wish) -> F) -> Result<Outcome, NotDone>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = all.iter_mut().find(|shown| shown.nonce == nonce).ok_or(NotDone::Unknown)?;
        // Somebody else was faster, and may be the one who changed what it rests on.
        if let Some(outcome) = &shown.outcome {
            return Ok(outcome.clone());
        }
        let is_of_now = now.map_err(Stale::Unseen).and_then(|now| shown.is_of_now(&now));
        is_of_now.map_err(|stale| NotDone::Stale(shown.wish.clone(), stale))?;
        let (tell, outcome) = watch::channel(None);
        shown.outcome = Some(outcome.clone());
        let work = act(shown.wish.clone());
        // On its own: a browser that goes away must not leave it half done.
        tokio::spawn(async move {
            let answer = work.await;
            tell.send_replace(Some(answer));
        });
        Ok(outcome)
    }
}

fn broken() -> Answer {
    Answer {
        text: "The work broke off without an answer: this is a mistake in twinpool. `twinpool phase` and `twinpool explain` say how it \
               stands."
            .to_owned(),
        ended: Ended::Failed,
    }
}

#[cfg(test)]
mod tests;
