//! What the claims of a token say, once its signature is proven (F§9).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};
use twinpool_core::claim::ClaimName;
use twinpool_core::id::{ClientId, GroupName, Pool, Sub, Timestamp, UserId, Username};
use twinpool_core::token::TokenUse;

use super::{Trust, Verified};
use crate::Refusal;

/// Checks the claims of a token of this pool, in this order: times, use, client, user.
pub(super) fn check(
    claims: Map<String, Value>,
    pool: Pool,
    trust: &Trust,
    now: Timestamp,
) -> Result<Verified, Refusal> {
    in_time(&claims, trust.leeway, now)?;
    let token_use = token_use(&claims, &trust.uses)?;
    let client_id = client(&claims, token_use, &trust.pool(pool).clients)?;
    let sub = Sub::parse(text(&claims, "sub")?).map_err(|_| Refusal::NoUser)?;
    // A machine's token has its client as sub, and nobody's name.
    if sub.as_str() == client_id.as_str() {
        return Err(Refusal::NoUser);
    }
    let username = match token_use {
        TokenUse::Access => text(&claims, "username")?,
        TokenUse::Id => text(&claims, "cognito:username")?,
    };
    Ok(Verified {
        pool,
        sub,
        username: Username::parse(username).map_err(|_| Refusal::NoUser)?,
        groups: groups(&claims)?,
        client_id,
        token_use,
        claimed: trust.believed.as_ref().and_then(|name| user_id(&claims, name)),
        claims,
    })
}

/// `exp` and `iat` stand in every token of Cognito, `nbf` in none. A token of the future is one of a wrong clock.
fn in_time(claims: &Map<String, Value>, leeway: Duration, now: Timestamp) -> Result<(), Refusal> {
    let (now, leeway) = (now.0 / 1000, leeway.as_secs());
    if now >= seconds(claims, "exp")?.saturating_add(leeway) {
        return Err(Refusal::Expired);
    }
    let mut from = seconds(claims, "iat")?;
    if claims.contains_key("nbf") {
        from = from.max(seconds(claims, "nbf")?);
    }
    if now.saturating_add(leeway) < from { Err(Refusal::NotYetValid) } else { Ok(()) }
}

fn token_use(claims: &Map<String, Value>, accepted: &BTreeSet<TokenUse>) -> Result<TokenUse, Refusal> {
    let said = text(claims, "token_use")?;
    accepted.iter().copied().find(|wanted| wanted.as_str() == said).ok_or(Refusal::TokenUse)
}

/// The client stands under `client_id` in an access token, and under `aud` in an ID token.
fn client(
    claims: &Map<String, Value>,
    token_use: TokenUse,
    accepted: &BTreeSet<ClientId>,
) -> Result<ClientId, Refusal> {
    let said = match token_use {
        TokenUse::Access => text(claims, "client_id")?,
        TokenUse::Id => text(claims, "aud")?,
    };
    accepted.iter().find(|client| client.as_str() == said).cloned().ok_or(Refusal::Client)
}

/// A trigger function may write any names. Those that no group can have are left out: fewer rights, never more.
fn groups(claims: &Map<String, Value>) -> Result<BTreeSet<GroupName>, Refusal> {
    let name = |name: &Value| GroupName::parse(name.as_str()?).ok();
    match claims.get("cognito:groups") {
        None => Ok(BTreeSet::new()),
        Some(Value::Array(names)) => Ok(names.iter().filter_map(name).collect()),
        Some(_) => Err(Refusal::NoUser),
    }
}

fn user_id(claims: &Map<String, Value>, name: &ClaimName) -> Option<UserId> {
    text(claims, name.as_str()).ok().and_then(|id| UserId::parse(id).ok())
}

/// By when the token was made, as far as it says itself: before its signature is proven, so only to tell whether a key that is not
/// known may be newer than the keys that are.
pub(super) fn made_by(claims: &Map<String, Value>, leeway: Duration, now: Timestamp) -> Timestamp {
    let iat = seconds(claims, "iat").unwrap_or(0);
    let made = iat.saturating_add(leeway.as_secs()).saturating_mul(1000);
    Timestamp(made.min(now.0))
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Result<&'c str, Refusal> {
    claims.get(name).and_then(Value::as_str).ok_or(Refusal::NoUser)
}

fn seconds(claims: &Map<String, Value>, name: &str) -> Result<u64, Refusal> {
    claims.get(name).and_then(Value::as_u64).ok_or(Refusal::NoUser)
}
