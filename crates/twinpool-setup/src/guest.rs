//! Which function of ours goes into which slots of which pool.

use std::fmt;

use serde_json::Value;

use crate::continuity::{Continuity, UnknownContinuity};
use crate::port::Json;
use crate::triggers::Slot;

const CAPTURE: &[Slot] = &[Slot::PostConfirmation, Slot::PreTokenGeneration, Slot::CustomMessage];
const SIGN_IN: &[Slot] = &[
    Slot::PostConfirmation,
    Slot::PreTokenGeneration,
    Slot::PreSignUp,
    Slot::UserMigration,
    Slot::DefineAuthChallenge,
    Slot::CreateAuthChallenge,
    Slot::VerifyAuthChallengeResponse,
];

/// A function of ours that a pool calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guest {
    /// Of the old pool: hears what happens.
    Capture,
    /// Of the new pool: puts the user id into the tokens, and lets people of the old pool in.
    SignIn,
}

/// Which version of its events a function gets where nobody was before it: with the first one it can change ID tokens only, and
/// the plans below Essentials have no other (F§1.2).
const EVERY_PLAN: &str = "V1_0";
const ESSENTIALS: &str = "V2_0";

impl Guest {
    /// Every slot that it may go into.
    #[must_use]
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Self::Capture => CAPTURE,
            Self::SignIn => SIGN_IN,
        }
    }

    /// The slots that the function as it is deployed goes into: GetFunctionConfiguration tells.
    ///
    /// # Errors
    /// When its environment asks for something that is not known.
    pub fn wanted(self, configuration: &Json) -> Result<Vec<Slot>, UnknownContinuity> {
        let slots = self.slots().iter().copied();
        match self {
            Self::Capture => Ok(slots.collect()),
            Self::SignIn => {
                let continuity = Continuity::of(configuration)?;
                Ok(slots.filter(|slot| continuity.wants(*slot)).collect())
            }
        }
    }

    /// The parameter of the template that names the function which it calls first; of a slot that one function alone can serve,
    /// the one that decides whether it goes there.
    #[must_use]
    pub fn parameter(self, slot: Slot) -> &'static str {
        match (self, slot) {
            (Self::Capture, Slot::PostConfirmation) => "ChainPostConfirmation",
            (Self::Capture, Slot::PreTokenGeneration) => "ChainPreTokenGeneration",
            (Self::Capture, Slot::CustomMessage) => "ChainCustomMessage",
            (Self::SignIn, Slot::PostConfirmation) => "NewPoolChainPostConfirmation",
            (Self::SignIn, Slot::PreTokenGeneration) => "NewPoolChainPreTokenGeneration",
            (Self::SignIn, Slot::PreSignUp) => "NewPoolChainPreSignUp",
            (Self::SignIn | Self::Capture, _) => "SignInContinuity",
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
