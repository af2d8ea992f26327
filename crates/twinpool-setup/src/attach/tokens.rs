//! Which version of the events before tokens capture gets: it decides which tokens can take the user id.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{Chained, Json, Refusal, Warning};
use crate::triggers::{Slot, in_slot, set_version};

/// The version of the events of PreTokenGeneration (F§1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenVersion {
    /// Claims go into the ID token. On every plan.
    V1,
    /// Into the access token, too. On the plans Essentials and Plus.
    V2,
    /// The same, and machines' tokens ask, too.
    V3,
}

/// A text that is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it should be V1_0, V2_0 or V3_0")]
pub struct NoVersion;

impl TokenVersion {
    /// As `LambdaConfig` names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "V1_0",
            Self::V2 => "V2_0",
            Self::V3 => "V3_0",
        }
    }

    /// Whether the plan of the pool has it. A pool that does not tell its plan is let through: AWS says no itself.
    ///
    /// # Errors
    /// When it has not.
    pub fn check(self, description: &Json) -> Result<(), Refusal> {
        let is_lite = description.get("UserPoolTier").and_then(Value::as_str) == Some("LITE");
        if is_lite && self != Self::V1 { Err(Refusal::Plan(self)) } else { Ok(()) }
    }
}

impl fmt::Display for TokenVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TokenVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        [Self::V1, Self::V2, Self::V3].into_iter().find(|it| it.as_str() == text).ok_or(NoVersion)
    }
}

/// Sets the version, unless capture calls a former function first: that one was written for the version it gets.
pub(super) fn wish(
    after: &mut Json,
    chained: &Chained,
    version: Option<TokenVersion>,
) -> Result<Option<Warning>, Refusal> {
    let slot = Slot::PreTokenGeneration;
    let now = in_slot(after, slot).and_then(|held| held.version).unwrap_or_default();
    let Some(version) = version.filter(|version| version.as_str() != now) else {
        return Ok(None);
    };
    if let Some(former) = chained.get(&slot) {
        return Ok(Some(Warning::VersionStays { version: now, former: former.clone() }));
    }
    version.check(after)?;
    set_version(after, version.as_str());
    Ok(None)
}
