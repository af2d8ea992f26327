//! Which trigger an event is of (F§1).

use serde::Deserialize;
use twinpool_core::change_event::trigger_source;
use twinpool_core::id::PoolId;

/// Which trigger an event is of, with the source in Cognito's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// PreTokenGeneration, for a person's token.
    Token(String),
    /// PostConfirmation, after a forgotten password was reset.
    PasswordReset,
    /// PostConfirmation, after a sign-up.
    Confirmed(String),
    /// One of the three of CUSTOM_AUTH.
    Challenge(Step, String),
    /// UserMigration.
    Migration(String),
    /// PreSignUp.
    SignUp(String),
    /// Anything else: nothing is done about it.
    Other,
}

/// One of the three triggers of CUSTOM_AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Define,
    Create,
    Verify,
}

/// Of which pool an event is; `None` where it does not say.
pub(super) fn pool_of(raw: &str) -> Option<PoolId> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "userPoolId")]
        pool: String,
    }
    let head: Head = serde_json::from_str(raw).ok()?;
    PoolId::parse(head.pool).ok()
}

const RESET: &str = "PostConfirmation_ConfirmForgotPassword";

/// A temporary password was changed: the user has one of their own.
const CHANGED_A_PASSWORD: &str = "TokenGeneration_NewPasswordChallenge";

impl Source {
    /// What an event says. Total: any text gives an answer.
    pub(super) fn of(raw: &str) -> Self {
        let source = trigger_source(raw).unwrap_or_default();
        match source.split_once('_') {
            Some(("TokenGeneration", kind)) if kind != "ClientCredentials" => Self::Token(source),
            Some(("PostConfirmation", _)) if source == RESET => Self::PasswordReset,
            Some(("PostConfirmation", _)) => Self::Confirmed(source),
            Some(("DefineAuthChallenge", _)) => Self::Challenge(Step::Define, source),
            Some(("CreateAuthChallenge", _)) => Self::Challenge(Step::Create, source),
            // AWS's guide has both names (F§1.3).
            Some(("VerifyAuthChallengeResponse" | "VerifyAuthChallenge", _)) => {
                Self::Challenge(Step::Verify, source)
            }
            Some(("UserMigration", _)) => Self::Migration(source),
            Some(("PreSignUp", _)) => Self::SignUp(source),
            _ => Self::Other,
        }
    }

    /// Whether the user has just chosen a password in the new pool.
    pub(super) fn chose_a_password(&self) -> bool {
        matches!(self.word(), Some(RESET | CHANGED_A_PASSWORD))
    }

    /// Whether the event shows a user of the pool as the user now is.
    pub(super) fn shows_the_user(&self) -> bool {
        match self {
            Self::Token(_) | Self::PasswordReset | Self::Confirmed(_) => true,
            Self::Challenge(..) | Self::Migration(_) | Self::SignUp(_) | Self::Other => false,
        }
    }

    /// Cognito's word, for lines.
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Token(source)
            | Self::Confirmed(source)
            | Self::Challenge(_, source)
            | Self::Migration(source)
            | Self::SignUp(source) => Some(source),
            Self::PasswordReset => Some(RESET),
            Self::Other => None,
        }
    }
}
