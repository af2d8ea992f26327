//! What made twinpool look.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::RunId;

const AUDIT_TRAIL: &str = "CloudTrail_";
const OPERATOR: &str = "Operator_";
const RUN: &str = "Run_";
const SWEEP: &str = "Sweep_";
const NEW_POOL: &str = "NewPool_";

/// The way by which a change event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A trigger of the pool: seconds, and only part of the changes (F§1.4).
    Trigger,
    /// CloudTrail: minutes, and every call (F§3).
    AuditTrail,
    /// A walk over the whole pool.
    Walk,
    /// A person with the command line.
    Operator,
    /// The new pool: an account of it has no user id, or has got one just now.
    NewPool,
}

/// What became of a user's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordNews {
    /// The user chose one. Of the hosted pages' other forms it is not known which of them ends it: the trigger tells.
    Chosen,
    /// An administrator gave the user one.
    Given,
    /// It works no more, and the user is asked to reset it.
    Invalid,
}

/// What made twinpool look at a user: a trigger source, `CloudTrail_` with an operation, `Operator_` with a
/// command, `Run_` with a run, `Sweep_` with what it found, or `NewPool_` with what showed there. Kept only if it looks like one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Cause(String);

impl From<String> for Cause {
    fn from(text: String) -> Self {
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !text.is_empty() && text.len() <= 64 && text.chars().all(sound) {
            Self(text)
        } else {
            Self("unknown".to_owned())
        }
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.0
    }
}

impl Cause {
    /// The cause as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An operation that the audit trail tells of.
    #[must_use]
    pub fn audit_trail(operation: &str) -> Self {
        Self::from(format!("{AUDIT_TRAIL}{operation}"))
    }

    /// Something that an operator asked for.
    #[must_use]
    pub fn operator(command: &str) -> Self {
        Self::from(format!("{OPERATOR}{command}"))
    }

    /// A run that works on the whole pool.
    #[must_use]
    pub fn run(id: &RunId) -> Self {
        Self::from(format!("{RUN}{}", id.as_str().replace('-', "_")))
    }

    /// Which run that was.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        RunId::parse(self.0.strip_prefix(RUN)?.replace('_', "-")).ok()
    }

    /// What a sweep found.
    #[must_use]
    pub fn sweep(found: &str) -> Self {
        Self::from(format!("{SWEEP}{found}"))
    }

    /// What showed in the new pool.
    #[must_use]
    pub fn new_pool(seen: &str) -> Self {
        Self::from(format!("{NEW_POOL}{seen}"))
    }

    /// By which way the event came.
    #[must_use]
    pub fn channel(&self) -> Channel {
        if self.0.starts_with(AUDIT_TRAIL) {
            Channel::AuditTrail
        } else if self.0.starts_with(OPERATOR) {
            Channel::Operator
        } else if self.0.starts_with(RUN) || self.0.starts_with(SWEEP) {
            Channel::Walk
        } else if self.0.starts_with(NEW_POOL) {
            Channel::NewPool
        } else {
            Channel::Trigger
        }
    }

    /// Whether it says that the user was deleted.
    #[must_use]
    pub fn tells_of_deletion(&self) -> bool {
        matches!(self.0.strip_prefix(AUDIT_TRAIL), Some("AdminDeleteUser" | "DeleteUser"))
    }

    /// What it says of the user's password.
    #[must_use]
    pub fn password(&self) -> Option<PasswordNews> {
        // The second is of whoever has changed a temporary password, as the first sign-in with it asks.
        if ["PostConfirmation_ConfirmForgotPassword", "TokenGeneration_NewPasswordChallenge"]
            .contains(&self.0.as_str())
        {
            return Some(PasswordNews::Chosen);
        }
        match self.0.strip_prefix(AUDIT_TRAIL)? {
            "ChangePassword" | "ConfirmForgotPassword" | "ConfirmForgotPassword_POST" => {
                Some(PasswordNews::Chosen)
            }
            "AdminSetUserPassword" => Some(PasswordNews::Given),
            "AdminResetUserPassword" => Some(PasswordNews::Invalid),
            _ => None,
        }
    }

    /// Whether it says nothing of the user but of the password, which no pool gives out: there is nothing to be carried over.
    #[must_use]
    pub fn is_of_password_alone(&self) -> bool {
        matches!(self.0.strip_prefix(AUDIT_TRAIL), Some("ChangePassword" | "AdminResetUserPassword"))
    }

    /// Whether a token is made, which every sign-in and refresh does.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.0.starts_with("TokenGeneration_")
    }

    /// Whether Cognito says this only of users who are confirmed.
    #[must_use]
    pub fn implies_confirmed(&self) -> bool {
        self.is_token() || self.0.starts_with("PostConfirmation_")
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_is_not_a_trigger_source_is_not_kept() {
        assert_eq!(Cause::from("jane@example.com".to_owned()).as_str(), "unknown");
    }

    #[test]
    fn a_cause_tells_of_a_password() {
        let news = |operation| Cause::audit_trail(operation).password();
        assert_eq!(news("ChangePassword"), Some(PasswordNews::Chosen));
        assert_eq!(news("AdminSetUserPassword"), Some(PasswordNews::Given));
        assert_eq!(news("AdminResetUserPassword"), Some(PasswordNews::Invalid));
        assert_eq!((news("ForgotPassword"), news("AdminUpdateUserAttributes")), (None, None));
        let changed = Cause::from("TokenGeneration_NewPasswordChallenge".to_owned());
        assert_eq!(changed.password(), Some(PasswordNews::Chosen));
        let trigger = Cause::from("PostConfirmation_ConfirmForgotPassword".to_owned());
        assert_eq!(trigger.password(), Some(PasswordNews::Chosen));
        assert_eq!(Cause::from("PostConfirmation_ConfirmSignUp".to_owned()).password(), None);
        // A contact that the code went to may be verified by it, and the user may be confirmed.
        assert!(
            !trigger.is_of_password_alone()
                && !Cause::audit_trail("AdminSetUserPassword").is_of_password_alone()
        );
        assert!(Cause::audit_trail("ChangePassword").is_of_password_alone());
    }

    #[test]
    fn a_cause_tells_its_channel() {
        let channel = |text: &str| Cause::from(text.to_owned()).channel();
        assert_eq!(channel("TokenGeneration_Authentication"), Channel::Trigger);
        assert_eq!(Cause::audit_trail("AdminDeleteUser").channel(), Channel::AuditTrail);
        assert_eq!(Cause::operator("Sync").channel(), Channel::Operator);
        assert_eq!(channel("unknown"), Channel::Trigger);
        assert_eq!(Cause::sweep("Missing").channel(), Channel::Walk);
        assert_eq!(Cause::new_pool("UserId").channel(), Channel::NewPool);
        let run = RunId::parse("20261121-144455-k3f").unwrap();
        assert_eq!(Cause::run(&run).channel(), Channel::Walk);
        assert_eq!(Cause::run(&run).run_id(), Some(run));
    }
}
