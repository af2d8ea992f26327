//! How people of the old pool get into the new one, as the deployed function says it: that decides which slots it needs.

use std::fmt;

use crate::port::Json;
use crate::triggers::Slot;

/// The variable of the sign-in function.
pub const VARIABLE: &str = "TWINPOOL_CONTINUITY";

/// `TWINPOOL_CONTINUITY` of the sign-in function, `SignInContinuity` of the template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Continuity {
    /// Neither.
    #[default]
    None,
    /// Whom nobody has mirrored yet comes over at the first sign-in.
    Migration,
    /// Who was mirrored ahead brings the old password, or answers with a code.
    Challenges,
    /// Both.
    All,
}

/// A value that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{VARIABLE} of the sign-in function is {0:?}, which is none, migration, challenges nor all: deploy with SignInContinuity \
     set to one of them, or take the version of twinpool that knows it"
)]
pub struct UnknownContinuity(String);

impl Continuity {
    /// What GetFunctionConfiguration says. Not said, or empty: none.
    ///
    /// # Errors
    /// When it is not known.
    pub fn of(configuration: &Json) -> Result<Self, UnknownContinuity> {
        let variables = configuration.get("Environment").and_then(|it| it.get("Variables"));
        let said = variables.and_then(|it| it.get(VARIABLE)).and_then(|it| it.as_str());
        match said.unwrap_or_default() {
            "" | "none" => Ok(Self::None),
            "migration" => Ok(Self::Migration),
            "challenges" => Ok(Self::Challenges),
            "all" => Ok(Self::All),
            other => Err(UnknownContinuity(other.to_owned())),
        }
    }

    /// Whether the function needs this slot of the new pool.
    #[must_use]
    pub fn wants(self, slot: Slot) -> bool {
        match slot {
            Slot::PostConfirmation | Slot::PreTokenGeneration => true,
            Slot::PreSignUp | Slot::UserMigration => self.migrates(),
            Slot::DefineAuthChallenge | Slot::CreateAuthChallenge | Slot::VerifyAuthChallengeResponse => {
                self.challenges()
            }
            Slot::CustomMessage => false,
        }
    }

    /// Whether the first sign-in makes users.
    #[must_use]
    pub fn migrates(self) -> bool {
        matches!(self, Self::Migration | Self::All)
    }

    /// Whether there is a sign-in by challenges.
    #[must_use]
    pub fn challenges(self) -> bool {
        matches!(self, Self::Challenges | Self::All)
    }

    /// What is left without the slot, as the template takes it.
    #[must_use]
    pub fn without(self, slot: Slot) -> Self {
        let left = |keeps: bool, with: Self| if keeps { with } else { Self::None };
        match slot {
            Slot::PreSignUp | Slot::UserMigration => left(self.challenges(), Self::Challenges),
            Slot::DefineAuthChallenge | Slot::CreateAuthChallenge | Slot::VerifyAuthChallengeResponse => {
                left(self.migrates(), Self::Migration)
            }
            Slot::PostConfirmation | Slot::PreTokenGeneration | Slot::CustomMessage => self,
        }
    }
}

impl fmt::Display for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Migration => "migration",
            Self::Challenges => "challenges",
            Self::All => "all",
        })
    }
}
