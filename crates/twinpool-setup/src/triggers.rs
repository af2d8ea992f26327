//! The trigger slots of a pool: `LambdaConfig` (F§6).

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::port::{FunctionArn, Json};

/// A slot that a function of ours goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// After a sign-up, a first federated sign-in and a forgotten password.
    PostConfirmation,
    /// Before each token.
    PreTokenGeneration,
    /// Before each message to a user.
    CustomMessage,
    /// Before a user is made.
    PreSignUp,
    /// At the sign-in of somebody whom the pool does not know.
    UserMigration,
    /// Of a sign-in of one's own: which step is next.
    DefineAuthChallenge,
    /// Of a sign-in of one's own: what is asked.
    CreateAuthChallenge,
    /// Of a sign-in of one's own: whether the answer is right.
    VerifyAuthChallengeResponse,
}

impl Slot {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PostConfirmation,
        Self::PreTokenGeneration,
        Self::CustomMessage,
        Self::PreSignUp,
        Self::UserMigration,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
    ];

    /// As `LambdaConfig` names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PostConfirmation => "PostConfirmation",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::CustomMessage => "CustomMessage",
            Self::PreSignUp => "PreSignUp",
            Self::UserMigration => "UserMigration",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
        }
    }

    /// The variable of our function that names the one which it calls first. `None`: the slot is served by one function alone.
    #[must_use]
    pub fn variable(self) -> Option<&'static str> {
        match self {
            Self::PostConfirmation => Some("TWINPOOL_CHAIN_POST_CONFIRMATION"),
            Self::PreTokenGeneration => Some("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION"),
            Self::CustomMessage => Some("TWINPOOL_CHAIN_CUSTOM_MESSAGE"),
            Self::PreSignUp => Some("TWINPOOL_CHAIN_PRE_SIGN_UP"),
            Self::UserMigration
            | Self::DefineAuthChallenge
            | Self::CreateAuthChallenge
            | Self::VerifyAuthChallengeResponse => None,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The function in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its ARN, as the pool says it.
    pub function: String,
    /// The version of the events that it gets, where the slot has one.
    pub version: Option<String>,
}

impl Held {
    /// Whether this is that function, by whatever alias or version.
    #[must_use]
    pub fn is(&self, function: &FunctionArn) -> bool {
        let unqualified: Vec<_> = self.function.split(':').take(7).collect();
        unqualified.join(":") == function.unqualified().as_str()
    }
}

const CONFIG: &str = "PreTokenGenerationConfig";

/// Every slot that holds a function, those of new kinds too. `PreTokenGenerationConfig` counts as `PreTokenGeneration`.
#[must_use]
pub fn held(description: &Json) -> BTreeMap<String, Held> {
    let lambda = lambda_config(&normal(description));
    let slots = lambda.iter().filter(|(name, _)| *name != CONFIG && *name != "KMSKeyID");
    let read_all = slots.filter_map(|(name, value)| Some((name.clone(), read(value)?)));
    let mut held: BTreeMap<_, _> = read_all.filter(|(_, held)| !held.function.is_empty()).collect();
    if let (Some(slot), Some(config)) = (held.get_mut(Slot::PreTokenGeneration.name()), lambda.get(CONFIG)) {
        slot.version = read(config).and_then(|config| config.version);
    }
    held
}

/// Whether a function is in any slot at all, by whatever alias or version.
#[must_use]
pub fn is_anywhere(description: &Json, function: &FunctionArn) -> bool {
    held(description).values().any(|held| held.is(function))
}

/// The function in one slot.
#[must_use]
pub fn in_slot(description: &Json, slot: Slot) -> Option<Held> {
    held(description).remove(slot.name())
}

/// Whether the pool names one function only for the tokens, and each of these slots in a form that is known.
#[must_use]
pub fn is_clear(description: &Json, slots: &[Slot]) -> bool {
    let lambda = lambda_config(description);
    let known = |slot: Slot| {
        let value = lambda.get(slot.name());
        value.is_none_or(|value| value.is_string() || value.is_null())
    };
    let config = lambda.get(CONFIG).filter(|config| !config.is_null());
    let arn = config.and_then(|config| config.get("LambdaArn"));
    let plain = lambda.get(Slot::PreTokenGeneration.name()).filter(|value| !value.is_null());
    let is_one = plain.is_none() || arn.is_none() || plain == arn;
    slots.iter().copied().all(known) && config.is_none_or(|config| read(config).is_some()) && is_one
}

fn read(value: &Value) -> Option<Held> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (arn, version) = match value {
        Value::Object(config) => (config.get("LambdaArn")?, config.get("LambdaVersion").and_then(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => (value, None),
    };
    Some(Held { function: text(arn)?, version })
}

/// Puts a function into a slot. The version of the events stays: they are what the former function expects (F§6, trap 6).
/// Where nobody was there, it is `fresh`.
pub fn put(description: &mut Json, slot: Slot, function: &str, fresh: &str) {
    let version = in_slot(description, slot).and_then(|held| held.version);
    edit(description, |lambda| {
        lambda.insert(slot.name().to_owned(), json!(function));
        if slot == Slot::PreTokenGeneration {
            set_config(lambda, version.as_deref().unwrap_or(fresh), function);
        }
    });
}

/// Sets the version of the events before tokens, if the slot holds a function.
pub fn set_version(description: &mut Json, version: &str) {
    if let Some(held) = in_slot(description, Slot::PreTokenGeneration) {
        edit(description, |lambda| set_config(lambda, version, &held.function));
    }
}

/// Gives a slot what another description has in it, or nothing.
pub fn copy(description: &mut Json, slot: Slot, from: &Json) {
    let former = lambda_config(from);
    edit(description, |lambda| {
        let fields: &[&str] =
            if slot == Slot::PreTokenGeneration { &[slot.name(), CONFIG] } else { &[slot.name()] };
        for field in fields {
            lambda.remove(*field);
            lambda.extend(former.get(*field).map(|value| ((*field).to_owned(), value.clone())));
        }
    });
}

/// Gives a slot its former function back. A version of the events that was changed since stays.
pub fn give_back(description: &mut Json, slot: Slot, from: &Json) {
    let (now, was) = (in_slot(description, slot), in_slot(from, slot));
    copy(description, slot, from);
    if let (Some(now), Some(was)) = (now.and_then(|now| now.version), was)
        && was.version.as_ref() != Some(&now)
    {
        edit(description, |lambda| set_config(lambda, &now, &was.function));
    }
}

/// Takes whatever is in a slot out of it.
pub fn empty(description: &mut Json, slot: Slot) {
    copy(description, slot, &Json::new());
}

/// A description that names the function for the tokens in both ways, in which a pool may tell it (F§6, trap 6).
#[must_use]
pub fn normal(description: &Json) -> Json {
    let mut normal = description.clone();
    let lambda = lambda_config(description);
    let name = Slot::PreTokenGeneration.name();
    let plain = lambda.get(name).and_then(Value::as_str);
    let arn = lambda.get(CONFIG).and_then(|config| config.get("LambdaArn")).filter(|value| value.is_string());
    match (plain, arn) {
        (Some(plain), None) => edit(&mut normal, |lambda| set_config(lambda, "V1_0", plain)),
        (None, Some(arn)) => edit(&mut normal, |lambda| {
            lambda.insert(name.to_owned(), arn.clone());
        }),
        (None, None) | (Some(_), Some(_)) => {}
    }
    normal
}

fn set_config(lambda: &mut Json, version: &str, function: &str) {
    let mut config = lambda.get(CONFIG).and_then(Value::as_object).cloned().unwrap_or_default();
    config.insert("LambdaVersion".to_owned(), json!(version));
    config.insert("LambdaArn".to_owned(), json!(function));
    lambda.insert(CONFIG.to_owned(), Value::Object(config));
}

fn lambda_config(description: &Json) -> Json {
    description.get("LambdaConfig").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn edit(description: &mut Json, change: impl FnOnce(&mut Json)) {
    let mut lambda = lambda_config(description);
    change(&mut lambda);
    description.insert("LambdaConfig".to_owned(), Value::Object(lambda));
}
