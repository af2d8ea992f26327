//! Passwords: asked about, set, sent.

use serde_json::{Value, json};
use twinpool_core::id::{NewSub, Username};
use twinpool_core::password::{Checked, Inviter as _, PasswordSet};
use twinpool_core::snapshot::Factor;
use twinpool_testkit::{Kind, Person};

use super::super::refusal::{Refusal, text};
use super::directory::{Directory, now};

/// AdminInitiateAuth with a password, as AWS words it (F§8).
pub(super) fn sign_in(pool: &dyn Directory, body: &Value) -> Result<Value, Refusal> {
    text(body, "ClientId")?;
    if text(body, "AuthFlow")? != "ADMIN_USER_PASSWORD_AUTH" {
        return Err(Refusal::parameter("this server knows ADMIN_USER_PASSWORD_AUTH only"));
    }
    let parameter = |name: &str| match text(&body["AuthParameters"], name) {
        Ok("") | Err(_) => Err(Refusal::parameter(format!("Missing required parameter {name}"))),
        given => given,
    };
    let (name, password) = (parameter("USERNAME")?, parameter("PASSWORD")?);
    let refuse = |code: &str, message: &str| Err(Refusal::new(code, message));
    match pool.memory()?.sign_in(name, password) {
        Checked::Right { second_factor: false } => Ok(json!({
            "AuthenticationResult": { "AccessToken": "a", "IdToken": "i", "RefreshToken": "r", "ExpiresIn": 300, "TokenType": "Bearer" },
            "ChallengeParameters": {},
        })),
        Checked::Right { second_factor: true } => {
            Ok(challenge(pool.find(name).map_or("MFA_SETUP", |person| factor(&person))))
        }
        Checked::Temporary => Ok(challenge("NEW_PASSWORD_REQUIRED")),
        Checked::Unclear(name) => Ok(challenge(&name)),
        Checked::Wrong if pool.find(name).is_none() => {
            refuse("UserNotFoundException", "User does not exist.")
        }
        Checked::Wrong => refuse("NotAuthorizedException", "Incorrect username or password."),
        Checked::Locked => refuse("NotAuthorizedException", "Password attempts exceeded"),
        Checked::Disabled => refuse("NotAuthorizedException", "User is disabled."),
        Checked::NotConfirmed => refuse("UserNotConfirmedException", "User is not confirmed."),
        Checked::ResetRequired => {
            refuse("PasswordResetRequiredException", "Password reset required for the user")
        }
    }
}

fn challenge(name: &str) -> Value {
    json!({ "ChallengeName": name, "Session": "session", "ChallengeParameters": {} })
}

fn factor(person: &Person) -> &'static str {
    match (person.mfa.preferred, person.mfa.sms, person.mfa.email, person.mfa.totp) {
        (Some(Factor::Sms), ..) | (None, true, false, false) => "SMS_MFA",
        (Some(Factor::Email), ..) | (None, false, true, false) => "EMAIL_OTP",
        (Some(Factor::Totp), ..) | (None, false, false, true) => "SOFTWARE_TOKEN_MFA",
        _ => "SELECT_MFA_TYPE",
    }
}

/// AdminSetUserPassword.
pub(super) fn set(pool: &dyn Directory, sub: &NewSub, body: &Value) -> Result<(), Refusal> {
    let password = text(body, "Password")?;
    check_policy(password)?;
    let kind = if body["Permanent"] == json!(true) { Kind::Permanent } else { Kind::Temporary };
    match pool.memory()?.set_password_as_admin(sub, password, kind)? {
        PasswordSet::Done => Ok(()),
        PasswordSet::Refused => Err(Refusal::new("InvalidPasswordException", "the policy")),
    }
}

/// AdminCreateUser with RESEND. A text message, unless told (F§4.1).
pub(super) fn invite(pool: &dyn Directory, username: &Username, body: &Value) -> Result<Value, Refusal> {
    if body["DesiredDeliveryMediums"] != json!(["EMAIL"]) || body["TemporaryPassword"].is_string() {
        return Err(Refusal::parameter("this server sends passwords of its own, by e-mail"));
    }
    now(pool.writer()?.send_invitation(username))?;
    Ok(json!({ "User": { "Username": pool.user(username.as_str())?.username.as_str() } }))
}

/// The policy of a pool that was made without one.
pub(super) fn check_policy(password: &str) -> Result<(), Refusal> {
    let has = |class: fn(&char) -> bool| password.chars().any(|c| class(&c));
    let is_fine = (8..=256).contains(&password.len())
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_punctuation);
    if is_fine { Ok(()) } else { Err(Refusal::new("InvalidPasswordException", "the policy")) }
}
