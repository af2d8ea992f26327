//! The trigger UserMigration: somebody whom the new pool does not know signs in with a password, or forgot it (F§8).

use std::collections::BTreeMap;

use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use twinpool_core::password::Password;
use twinpool_engine::{Gate, GatePorts, Newcomer, No, NotAdmitted};
use twinpool_trigger::with_response;

use super::gate::{Event, Outcome, Refusal, Said, due};

/// What Cognito takes (F§1.3, F§8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    final_user_status: &'static str,
    message_action: &'static str,
    force_alias_creation: bool,
    #[serde(rename = "enableSMSMFA", skip_serializing_if = "std::ops::Not::not")]
    enable_sms_mfa: bool,
}

impl<'a> Response<'a> {
    fn of(newcomer: &'a Newcomer) -> Self {
        let attributes = newcomer.attributes.iter();
        let mut all: BTreeMap<_, _> =
            attributes.map(|(name, value)| (name.as_str(), value.reveal())).collect();
        all.extend(newcomer.username.iter().map(|name| ("username", name.as_str())));
        Self {
            user_attributes: all,
            final_user_status: if newcomer.is_confirmed { "CONFIRMED" } else { "RESET_REQUIRED" },
            // Else Cognito welcomes people who have been there for years.
            message_action: "SUPPRESS",
            // Never takes an alias from anybody.
            force_alias_creation: false,
            enable_sms_mfa: newcomer.sms_mfa,
        }
    }
}

/// An empty response: the app client sees what it sees of a wrong password, or of nobody, as its PreventUserExistenceErrors says
/// (F§8).
#[derive(Serialize)]
struct Nothing {}

/// Answers an event of the sources `UserMigration_Authentication` and `UserMigration_ForgotPassword`.
///
/// # Errors
/// Where it cannot be said now whom the new pool should make; trying again helps, after too many attempts later.
pub async fn answer<P: GatePorts>(gate: &Gate<P>, raw: &str, until: Instant) -> Result<Said, Refusal> {
    let event = Event::read(raw)?;
    let admitted = timeout_at(due(until), admit(gate, event)).await;
    let (text, outcome) = match admitted.map_err(|_| Refusal::TooSlow)? {
        Ok(newcomer) => {
            let outcome = if newcomer.is_confirmed { Outcome::LetIn } else { Outcome::ResetFirst };
            (with_response(raw, &Response::of(&newcomer)), outcome)
        }
        // As the challenge says it: else whoever types the right password next is told that it is wrong.
        Err(NotAdmitted::No(no @ (No::TooMany | No::Locked))) => return Err(Refusal::TooMany(no)),
        Err(NotAdmitted::No(no)) => (with_response(raw, &Nothing {}), Outcome::Nobody(no)),
        Err(NotAdmitted::NotNow(why)) => return Err(Refusal::NotNow(why)),
    };
    Ok(Said { event: text.ok_or(Refusal::Unreadable)?, outcome })
}

async fn admit<P: GatePorts>(gate: &Gate<P>, mut event: Event<'_>) -> Result<Newcomer, NotAdmitted> {
    let password = event.request.password.take().map(Password::new);
    let name = event.username().ok_or(No::Nobody)?;
    match (event.source.as_ref(), password) {
        ("UserMigration_Authentication", Some(password)) => gate.sign_in(&name, &password).await,
        ("UserMigration_ForgotPassword", _) => gate.reset(&name).await,
        // A source of tomorrow: nobody is made of whom nothing was proven.
        _ => Err(No::Nobody.into()),
    }
}
