//! Passwords of a pool in memory: who has which, what a wrong one costs, and what the people themselves do with them.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use twinpool_core::attribute::Contact;
use twinpool_core::id::{Sub, UserSub};
use twinpool_core::password::{Checked, PasswordSet};
use twinpool_core::pool::MfaMode;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::{Mfa, Status};

use crate::pool::{MemoryPool, Person, not_found};
use crate::quota::Now;
use crate::strict;
use crate::uuid::uuid;

mod lock;
mod reset;

use lock::Lock;

pub(crate) const SET: &str = "AdminSetUserPassword";
pub(crate) const RESET: &str = "AdminResetUserPassword";
const RESEND: &str = "AdminCreateUser";
/// Challenges that can only follow a right password (F§8).
const FACTORS: [&str; 5] = ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SELECT_MFA_TYPE", "MFA_SETUP"];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a pool says of passwords.
#[derive(Debug, Clone, Copy)]
pub struct PasswordRules {
    /// The shortest one that can be set.
    pub min_length: usize,
    /// So many of the latest ones cannot be set again (F§4.3).
    pub history: usize,
    /// How long a temporary one works (F§4.1).
    pub temporary_for: Duration,
    /// Whether an unconfirmed user is told from others whatever the password. Not documented.
    pub tells_unconfirmed_first: bool,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: 8, history: 0, temporary_for: DAY * 7, tells_unconfirmed_first: false }
    }
}

/// How long a password lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Until it is changed.
    Permanent,
    /// Until the first sign-in, or until it expires.
    Temporary,
}

/// What is known of the password of one user.
#[derive(Default)]
struct Secret {
    /// The latest one is the last.
    texts: Vec<String>,
    set_at: Duration,
    lock: Lock,
    asked: u32,
    challenge: Option<String>,
    mailed: Vec<String>,
}

/// All passwords of a pool.
#[derive(Default)]
pub(crate) struct Passwords {
    rules: PasswordRules,
    now: Option<Now>,
    of: BTreeMap<Sub, Secret>,
    strangers: BTreeMap<String, u32>,
    made: u64,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Passwords {
    fn now(&self) -> Duration {
        self.now.as_ref().map_or(Duration::ZERO, |now| now())
    }

    fn keep(&mut self, sub: &Sub, text: &str) {
        let now = self.now();
        let secret = self.of.entry(sub.clone()).or_default();
        secret.texts.push(text.to_owned());
        secret.set_at = now;
    }

    fn refuses(&self, sub: &Sub, text: &str) -> bool {
        let old = self.of.get(sub).map(|secret| secret.texts.as_slice()).unwrap_or_default();
        text.chars().count() < self.rules.min_length
            || old.iter().rev().take(self.rules.history).any(|known| known == text)
    }

    /// One that nobody has seen, of every class of characters, and long enough.
    fn unseen(&mut self) -> String {
        self.made += 1;
        let noise = uuid("password", self.made);
        format!("Aa1!{}", noise.repeat(1 + self.rules.min_length / noise.len()))
    }
}

impl MemoryPool {
    fn passwords(&self) -> MutexGuard<'_, Passwords> {
        self.passwords.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the pool says of passwords from now on.
    pub fn set_password_rules(&self, rules: PasswordRules) {
        self.passwords().rules = rules;
    }

    /// The clock of locks and of temporary passwords; without one the time stands still.
    pub fn keep_time(&self, now: &Now) {
        self.passwords().now = Some(Now::clone(now));
    }

    /// Lets a user have this password, as if it had always been so. Whoever was put into the pool has one that nobody knows.
    pub fn give_password(&self, sub: &Sub, password: &str) {
        self.passwords().keep(sub, password);
    }

    /// From now on this challenge follows a right password of the user: a second factor, `CUSTOM_CHALLENGE`, or one of tomorrow.
    pub fn challenge_after_password(&self, sub: &Sub, challenge: &str) {
        self.passwords().of.entry(sub.clone()).or_default().challenge = Some(challenge.to_owned());
    }

    /// How often the pool was asked about a password of this user, or of this name where nobody has it.
    #[must_use]
    pub fn times_asked(&self, name: &str) -> u32 {
        let found = self.person(name);
        let passwords = self.passwords();
        match found {
            Some(person) => passwords.of.get(&person.sub).map_or(0, |secret| secret.asked),
            None => passwords.strangers.get(name).copied().unwrap_or_default(),
        }
    }

    /// The temporary passwords that the user was sent, the latest one last.
    #[must_use]
    pub fn mailed_passwords(&self, sub: &Sub) -> Vec<String> {
        self.passwords().of.get(sub).map(|secret| secret.mailed.clone()).unwrap_or_default()
    }

    /// A sign-in with a password (ADMIN_USER_PASSWORD_AUTH, USER_PASSWORD_AUTH): by username or alias, and counted.
    pub fn sign_in(&self, name: &str, password: &str) -> Checked {
        // `USERNAME` is no sub, but where the sub is the username (F§4, F§4.1).
        let found = self.person(name).filter(|person| {
            person.sub.as_str() != name || strict::is_same(&self.shape, person.username.as_str(), name)
        });
        let mut passwords = self.passwords();
        match found {
            Some(person) => passwords.check(&person, password, self.shape().mfa),
            // UserNotFoundException, or NotAuthorizedException where the app client hides who exists (F§8).
            None => {
                *passwords.strangers.entry(name.to_owned()).or_default() += 1;
                Checked::Wrong
            }
        }
    }

    /// The user forgot the password and chooses a new one: ForgotPassword and ConfirmForgotPassword.
    ///
    /// # Errors
    /// As AWS: nobody, a state in which nothing can be reset (F§0.5), no verified contact, a password that the policy refuses.
    pub fn reset_password(&self, name: &str, new: &str) -> Answer<()> {
        const OPERATION: &str = "ForgotPassword";
        let refuse = |class, code: &str| Err(PortError::new(class, OPERATION, code));
        let Some(person) = self.person(name) else {
            return Err(not_found(OPERATION, "UserNotFoundException"));
        };
        let has_state = matches!(person.status, Status::Confirmed | Status::ResetRequired);
        if !person.enabled || !has_state {
            return refuse(Class::Denied, "NotAuthorizedException");
        }
        if !Contact::ALL.into_iter().any(|contact| person.is_verified(contact)) {
            return refuse(Class::Rejected, "InvalidParameterException");
        }
        self.choose(&person.sub, new, OPERATION)
    }

    /// The user signs in with a temporary password and chooses another: the answer to NEW_PASSWORD_REQUIRED.
    ///
    /// # Errors
    /// When the temporary one does not work, or the policy refuses the other.
    pub fn change_temporary_password(&self, name: &str, temporary: &str, new: &str) -> Answer<()> {
        const OPERATION: &str = "RespondToAuthChallenge";
        match (self.sign_in(name, temporary), self.person(name)) {
            (Checked::Temporary, Some(person)) => self.choose(&person.sub, new, OPERATION),
            _ => Err(PortError::new(Class::Denied, OPERATION, "NotAuthorizedException")),
        }
    }

    fn choose(&self, sub: &Sub, new: &str, operation: &'static str) -> Answer<()> {
        if self.passwords().refuses(sub, new) {
            return Err(PortError::new(Class::Rejected, operation, "InvalidPasswordException"));
        }
        self.passwords().keep(sub, new);
        self.edit(sub, |person| person.status = Status::Confirmed);
        Ok(())
    }

    /// AdminSetUserPassword (F§4.3): the policy is obeyed, and the user is CONFIRMED, or FORCE_CHANGE_PASSWORD with a temporary one.
    ///
    /// # Errors
    /// When there is no such user, or the user is disabled.
    pub fn set_password_as_admin(&self, sub: &impl UserSub, text: &str, kind: Kind) -> Answer<PasswordSet> {
        self.change(sub, SET, |person| strict::check_enabled(person, SET))??;
        if self.passwords().refuses(&sub.sub(), text) {
            return Ok(PasswordSet::Refused);
        }
        self.passwords().keep(&sub.sub(), text);
        let status = match kind {
            Kind::Permanent => Status::Confirmed,
            Kind::Temporary => Status::ForceChangePassword,
        };
        self.change(sub, SET, |person| person.status = status)?;
        Ok(PasswordSet::Done)
    }

    /// The same, with one that nobody has seen.
    pub(crate) fn set_unseen_password(&self, sub: &impl UserSub, kind: Kind) -> Answer<()> {
        let text = self.passwords().unseen();
        self.set_password_as_admin(sub, &text, kind).map(drop)
    }

    /// AdminCreateUser with `RESEND`: a new temporary password, by e-mail, for FORCE_CHANGE_PASSWORD users only (F§4.1).
    pub(crate) fn resend_invitation(&self, username: &str) -> Answer<()> {
        let refuse = |code: &str| Err(PortError::new(Class::Rejected, RESEND, code));
        strict::check_parameter(RESEND, username)?;
        // Whether a pool of contacts takes the UUID there is not known: the contact it takes.
        strict::check_username(&self.shape, username)?;
        let Some(person) = self.person(username) else {
            return Err(not_found(RESEND, "UserNotFoundException"));
        };
        if person.status != Status::ForceChangePassword {
            return refuse("UnsupportedUserStateException");
        }
        if person.contact(Contact::Email).is_none() {
            return refuse("InvalidParameterException");
        }
        let mut passwords = self.passwords();
        let text = passwords.unseen();
        passwords.keep(&person.sub, &text);
        passwords.of.entry(person.sub.clone()).or_default().mailed.push(text);
        drop(passwords);
        self.edit(&person.sub, |person| person.messages += 1);
        Ok(())
    }
}

impl Passwords {
    /// What ADMIN_USER_PASSWORD_AUTH says, in the order in which AWS looks (F§8).
    fn check(&mut self, person: &Person, text: &str, mfa: MfaMode) -> Checked {
        let (now, rules) = (self.now(), self.rules);
        let secret = self.of.entry(person.sub.clone()).or_default();
        secret.asked += 1;
        if !person.enabled {
            return Checked::Disabled;
        }
        if secret.lock.holds(now) {
            return Checked::Locked;
        }
        match person.status {
            // PasswordResetRequiredException, whatever the password (F§8).
            Status::ResetRequired => return Checked::ResetRequired,
            Status::Unconfirmed if rules.tells_unconfirmed_first => return Checked::NotConfirmed,
            _ => {}
        }
        let is_temporary = person.status == Status::ForceChangePassword;
        let is_expired = is_temporary && now >= secret.set_at + rules.temporary_for;
        // A federated profile has no password (F§4.8).
        let has_one = person.status != Status::ExternalProvider && !is_expired;
        if !has_one || secret.texts.last().is_none_or(|known| known != text) {
            secret.lock.one_more(now);
            return Checked::Wrong;
        }
        secret.lock = Lock::default();
        match (&person.status, &secret.challenge) {
            (Status::Unconfirmed, _) => Checked::NotConfirmed,
            (Status::ForceChangePassword, _) => Checked::Temporary,
            (_, Some(challenge)) if FACTORS.contains(&challenge.as_str()) => {
                Checked::Right { second_factor: true }
            }
            (_, Some(challenge)) => Checked::Unclear(challenge.clone()),
            // Who has set up none is sent to set one up.
            (_, None) => Checked::Right { second_factor: mfa == MfaMode::Required || has_factor(person.mfa) },
        }
    }
}

fn has_factor(mfa: Mfa) -> bool {
    mfa.sms || mfa.email || mfa.totp
}
