//! Passwords, on the way from a person to a pool: in memory only, and nothing that is made of one is kept.

use std::fmt;
use std::future::Future;

use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::id::{NewSub, OldSub, UserSub, Username};

/// A password, as somebody typed it. `Debug` shows `«redacted»`; there is no `Display`, no `Serialize` and no `Clone`, and the memory
/// is overwritten.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes what somebody typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The password itself, for the call that carries it to a pool, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(«redacted»)")
    }
}

/// What a pool says to a password (F§8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the user's.
    Right {
        /// Whether the pool asks for a second factor next: `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`, `SELECT_MFA_TYPE`,
        /// `MFA_SETUP`. They can only follow a right password in ADMIN_USER_PASSWORD_AUTH.
        second_factor: bool,
    },
    /// It is the user's, and temporary: an administrator gave it, and it must be changed (`NEW_PASSWORD_REQUIRED`).
    Temporary,
    /// It is not, or there is no such user: pools may not tell which.
    Wrong,
    /// The pool takes no password from this user for a while, after too many wrong ones.
    Locked,
    /// The user is disabled.
    Disabled,
    /// The sign-up was never confirmed (`UserNotConfirmedException`).
    NotConfirmed,
    /// The password must be reset (`PasswordResetRequiredException`), whether it was right or not.
    ResetRequired,
    /// A challenge of which it is not known that it can only follow a right password. Its name.
    Unclear(String),
}

/// Asks a pool whether a password is right.
///
/// Each question is a sign-in there: it runs the pool's triggers, counts as activity, may send a second factor, and a wrong one counts
/// towards the pool's own lock (F§8). So one question is one attempt: it is never sent twice.
pub trait PasswordChecker: Send + Sync {
    /// What the pool says. `who`: the user's username.
    ///
    /// # Errors
    /// When the pool did not say: throttled, out of reach, or it does not allow the question.
    fn check(&self, who: &Username, password: &Password) -> impl Future<Output = Answer<Checked>> + Send;
}

impl<C: PasswordChecker> PasswordChecker for &C {
    fn check(&self, who: &Username, password: &Password) -> impl Future<Output = Answer<Checked>> + Send {
        (*self).check(who, password)
    }
}

/// What became of a password that was to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordSet {
    /// The user signs in with it from now on, and is CONFIRMED.
    Done,
    /// The pool's password policy, or its history of passwords, refuses it: a user migration is exempt from that, this is not (F§8).
    Refused,
}

/// Gives users of one pool passwords.
pub trait PasswordSetter<S: UserSub = NewSub>: Send + Sync {
    /// Sets a permanent password. Safe to repeat.
    fn set_password(&self, sub: &S, password: &Password) -> impl Future<Output = Answer<PasswordSet>> + Send;
}

impl<S: UserSub, P: PasswordSetter<S>> PasswordSetter<S> for &P {
    fn set_password(&self, sub: &S, password: &Password) -> impl Future<Output = Answer<PasswordSet>> + Send {
        (*self).set_password(sub, password)
    }
}

/// Has users of one pool reset their passwords.
pub trait PasswordResetter<S: UserSub = OldSub>: Send + Sync {
    /// Makes the password invalid, and has the pool send the user a code to choose another: the user is RESET_REQUIRED then. Repeated,
    /// it sends another message.
    ///
    /// # Errors
    /// When the user has no verified address or number, is disabled, or is in a state in which nothing can be reset (F§4.4).
    fn reset_password(&self, sub: &S) -> impl Future<Output = Answer<()>> + Send;
}

/// Sends people of the new pool a temporary password.
pub trait Inviter: Send + Sync {
    /// Gives the user a temporary password that nobody has seen. The user is FORCE_CHANGE_PASSWORD then, and cannot reset it by
    /// themselves (F§0.5) until [`crate::port::PoolWriter::set_random_password`] or the first sign-in.
    fn set_temporary_password(&self, sub: &NewSub) -> impl Future<Output = Answer<()>> + Send;

    /// Has the pool send its invitation message, with a new temporary password, to a user who is FORCE_CHANGE_PASSWORD
    /// (AdminCreateUser, `RESEND`).
    fn send_invitation(&self, username: &Username) -> impl Future<Output = Answer<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_redacted_wherever_it_is_debugged() {
        let shown = format!("{:?}", Some(Password::new("correct horse")));
        assert!(!shown.contains("horse"), "{shown}");
    }
}
