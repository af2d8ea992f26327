//! What is read of the events of CUSTOM_AUTH (F§1.3). Tolerant of everything that is not needed; a proof that is not there to the
//! letter is none.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use twinpool_bridge::challenge::{Kind, Round};
use twinpool_core::id::{NewSub, PoolId, ProviderName};
use twinpool_core::password::Password;

/// An event of one of the three triggers.
#[derive(Debug)]
pub(super) struct Event {
    /// Of which pool.
    pub(super) pool: PoolId,
    /// Who wants to come in; `None`: nobody whom the pool knows.
    pub(super) who: Option<NewSub>,
    /// The identity providers of the user, as the new pool names them.
    pub(super) providers: BTreeSet<ProviderName>,
    /// The rounds that were answered.
    pub(super) rounds: Vec<Round>,
    /// What the latest of them asked for, if it was answered right.
    pub(super) latest: Option<Kind>,
    /// What was asked for in this round.
    pub(super) asked: Option<Kind>,
    /// The answer.
    pub(super) answer: Option<Password>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    user_pool_id: String,
    #[serde(borrow)]
    request: Request<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(default, deserialize_with = "or_default")]
    user_attributes: Attributes,
    #[serde(default)]
    user_not_found: Value,
    #[serde(default, deserialize_with = "or_default")]
    session: Vec<Past>,
    #[serde(default, deserialize_with = "or_default")]
    private_challenge_parameters: Private,
    /// As it stands there: read into a [`Password`] at once, and never into anything else.
    #[serde(borrow, default)]
    challenge_answer: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    identities: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Past {
    #[serde(default)]
    challenge_name: Value,
    #[serde(default)]
    challenge_result: Value,
    #[serde(default)]
    challenge_metadata: Value,
}

#[derive(Default, Deserialize)]
struct Private {
    #[serde(default)]
    kind: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    provider_name: String,
}

/// Cognito writes `null` for what is not there.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(reader: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(reader)?.unwrap_or_default())
}

impl Event {
    /// `None`: not such an event.
    pub(super) fn read(raw: &str) -> Option<Self> {
        let Outer { user_pool_id, request } = serde_json::from_str(raw).ok()?;
        let is_there = matches!(request.user_not_found, Value::Null | Value::Bool(false));
        let sub = request.user_attributes.sub.as_str().filter(|_| is_there);
        let answer = request.challenge_answer.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let latest = request.session.last().filter(|past| past.is_right());
        Some(Self {
            pool: PoolId::parse(user_pool_id).ok()?,
            who: sub.and_then(|sub| NewSub::parse(sub).ok()),
            providers: providers(&request.user_attributes.identities),
            latest: latest.and_then(|past| Kind::parse(past.challenge_metadata.as_str()?)),
            rounds: request.session.iter().map(Past::round).collect(),
            asked: request.private_challenge_parameters.kind.as_str().and_then(Kind::parse),
            answer: answer.map(Password::new),
        })
    }
}

impl Past {
    fn is_right(&self) -> bool {
        self.challenge_result == Value::Bool(true)
    }

    fn round(&self) -> Round {
        let name = self.challenge_name.as_str().unwrap_or_default();
        Round::read(name, self.challenge_metadata.as_str(), self.is_right())
    }
}

/// JSON inside a string (F§1.1). Only the names of providers are looked at.
fn providers(identities: &Value) -> BTreeSet<ProviderName> {
    let all = identities.as_str().and_then(|text| serde_json::from_str::<Vec<Identity>>(text).ok());
    let names = all.unwrap_or_default().into_iter().map(|identity| identity.provider_name);
    names.filter_map(|name| ProviderName::try_from(name).ok()).collect()
}
