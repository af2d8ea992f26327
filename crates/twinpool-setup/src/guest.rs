//! Which function of ours goes into which slots of which pool.

use std::fmt;

use serde_json::Value;

use crate::port::Json;
use crate::triggers::Slot;

/// A function of ours that a pool calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guest {
    /// Of the old pool: hears what happens.
    Capture,
    /// Of the new pool: puts the user id into the tokens.
    SignIn,
}

/// Which version of its events a function gets where nobody was before it: with the first one it can change ID tokens only, and
/// the plans below Essentials have no other (F§1.2).
const EVERY_PLAN: &str = "V1_0";
const ESSENTIALS: &str = "V2_0";

impl Guest {
    /// The slots that it goes into.
    #[must_use]
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Self::Capture => &Slot::ALL,
            Self::SignIn => &[Slot::PreTokenGeneration],
        }
    }

    /// The parameter of the template that names the function which it calls first.
    #[must_use]
    pub fn parameter(self, slot: Slot) -> &'static str {
        match (self, slot) {
            (Self::SignIn, _) => "NewPoolChainPreTokenGeneration",
            (Self::Capture, Slot::PostConfirmation) => "ChainPostConfirmation",
            (Self::Capture, Slot::PreTokenGeneration) => "ChainPreTokenGeneration",
            (Self::Capture, Slot::CustomMessage) => "ChainCustomMessage",
        }
    }

    /// The version of the events before tokens, in a slot that was empty.
    #[must_use]
    pub fn version(self, description: &Json) -> &'static str {
        let tier = description.get("UserPoolTier").and_then(Value::as_str);
        match (self, tier) {
            (Self::SignIn, Some("ESSENTIALS" | "PLUS")) => ESSENTIALS,
            (Self::SignIn | Self::Capture, _) => EVERY_PLAN,
        }
    }

    /// Whether what it says with events of this version reaches access tokens. `None`: it says nothing.
    #[must_use]
    pub fn reaches_access_tokens(self, version: &str) -> Option<bool> {
        match self {
            Self::Capture => None,
            Self::SignIn => Some(version != EVERY_PLAN),
        }
    }
}

impl fmt::Display for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Capture => "capture",
            Self::SignIn => "the sign-in function",
        })
    }
}
