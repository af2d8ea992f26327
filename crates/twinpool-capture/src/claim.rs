//! The user id as a claim in the old pool's tokens. A user born there has the sub as user id: nobody is asked. Whoever was made there
//! for somebody born in the new pool gets no claim.
//!
//! Whatever goes wrong, the sign-in goes on without the claim, and that is counted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::value::RawValue;
use twinpool_core::claim::{ClaimName, NotAdded, in_answer, may_be_born_elsewhere, whose};
use twinpool_core::id::{OldSub, UserId};

mod line;

pub use line::ClaimLine;

/// Whether tokens get the claim, and under which name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Claim {
    /// They do not: what goes back is the very text that came.
    #[default]
    Off,
    /// They do.
    On(ClaimName),
    /// They were to, but the setting cannot be used, for this reason.
    Misconfigured(String),
}

/// Why a token got no claim. Holds nothing of the trigger event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    /// The setting is wrong: no token gets the claim until the function is deployed again.
    #[error("{0}")]
    Misconfigured(String),
    /// The answer could not take it.
    #[error("{0}")]
    NotAdded(NotAdded),
    /// A defect.
    #[error("the function has a defect: it panicked")]
    Panicked,
}

/// Adds the claim.
#[derive(Debug, Default)]
pub(crate) struct Adder {
    claim: Claim,
    /// Whether it was told that a former function has its own say: it has with each token.
    was_told: AtomicBool,
}

impl Adder {
    pub(crate) fn new(claim: Claim) -> Self {
        Self { claim, was_told: AtomicBool::new(false) }
    }

    /// What to say to a trigger event instead of this answer; nothing where the answer is to stay.
    ///
    /// # Errors
    /// Why a user's token goes without the claim, if that is to be counted.
    pub(crate) fn add(&self, event: &str, answer: &str) -> Result<Option<Box<RawValue>>, Missing> {
        let name = match &self.claim {
            Claim::Off => return Ok(None),
            Claim::On(name) => Ok(name),
            Claim::Misconfigured(why) => Err(why),
        };
        let added = catch_unwind(AssertUnwindSafe(|| added(name, event, answer)));
        match added.unwrap_or(Err(Missing::Panicked)) {
            Err(Missing::NotAdded(NotAdded::Taken)) if self.was_told.swap(true, Ordering::Relaxed) => {
                Ok(None)
            }
            added => added,
        }
    }
}

fn added(
    name: Result<&ClaimName, &String>,
    event: &str,
    answer: &str,
) -> Result<Option<Box<RawValue>>, Missing> {
    let sub = match whose(event) {
        Ok(sub) => sub,
        Err(nobody @ NotAdded::NoUser) => return Err(Missing::NotAdded(nobody)),
        // Nothing here can take a claim; what is no event at all is counted as a loss.
        Err(_) => return Ok(None),
    };
    let name = name.map_err(|why| Missing::Misconfigured(why.clone()))?;
    // The sub is not the user id: the backend asks for it, as for every token without the claim.
    if may_be_born_elsewhere(event) {
        return Ok(None);
    }
    let id = UserId::from(&OldSub::from(sub));
    let answer = in_answer(event, answer, name, &id).map_err(Missing::NotAdded)?;
    RawValue::from_string(answer).map(Some).map_err(|_| Missing::NotAdded(NotAdded::Odd))
}
