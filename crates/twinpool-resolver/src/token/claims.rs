//! What the claims of a token say, once its signature is proven (F§9).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};
use twinpool_core::id::{GroupName, Pool, Sub, Timestamp, UserId, Username};
use twinpool_core::token::{ClientId, TokenUse};

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
        claimed: text(&claims, trust.claim.as_str()).ok().and_then(|id| UserId::parse(id).ok()),
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

fn groups(claims: &Map<String, Value>) -> Result<BTreeSet<GroupName>, Refusal> {
    let names = match claims.get("cognito:groups") {
        None => return Ok(BTreeSet::new()),
        Some(Value::Array(names)) => names,
        Some(_) => return Err(Refusal::NoUser),
    };
    let name = |name: &Value| GroupName::parse(name.as_str()?).ok();
    names.iter().map(name).collect::<Option<_>>().ok_or(Refusal::NoUser)
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Result<&'c str, Refusal> {
    claims.get(name).and_then(Value::as_str).ok_or(Refusal::NoUser)
}

fn seconds(claims: &Map<String, Value>, name: &str) -> Result<u64, Refusal> {
    claims.get(name).and_then(Value::as_u64).ok_or(Refusal::NoUser)
}
