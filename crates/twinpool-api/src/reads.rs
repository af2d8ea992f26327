//! One user: by user id, by sub. And the description of all this.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{Pool, Sub, UserId};
use twinpool_core::listing::Stage;

use crate::problem::Problem;
use crate::{OPENAPI, answer, asked};

/// `GET /v1/users/{id}`: everybody whom a user id stands for.
pub(crate) async fn user<R: IdReader + 'static>(
    State(ids): State<Arc<R>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = path.ok().and_then(|Path(text)| UserId::parse(text).ok()).ok_or(Problem::UnknownId)?;
    let accounts = ids.accounts(&id).await?.ok_or(Problem::UnknownId)?;
    Ok(answer::kept(&headers, told(&accounts).to_string()))
}

/// `GET /v1/subs/{sub}`: the user id of a user of either pool.
pub(crate) async fn sub<R: IdReader + 'static>(
    State(ids): State<Arc<R>>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::field("query", "it cannot be read"))?;
    let pools = match asked::pool(&query)? {
        Some(pool) => vec![pool],
        None => vec![Pool::Old, Pool::New],
    };
    let sub = path.ok().and_then(|Path(text)| Sub::parse(text).ok()).ok_or(Problem::UnknownId)?;
    let accounts: Vec<_> = pools.into_iter().map(|pool| Account { pool, sub: sub.clone() }).collect();
    let found = ids.user_ids(&accounts).await?;
    let mut known = accounts.iter().zip(found).filter_map(|(account, id)| Some((account, id?)));
    match (known.next(), known.next()) {
        (Some((account, id)), None) => Ok(answer::kept(&headers, of_account(account, Some(&id)).to_string())),
        (Some(_), Some(_)) => Err(Problem::Ambiguous),
        (None, _) => Err(Problem::UnknownId),
    }
}

/// `GET /v1/openapi.json`.
pub(crate) async fn description(headers: HeaderMap) -> Response {
    answer::kept(&headers, OPENAPI.to_owned())
}

/// An account and its user id.
pub(crate) fn of_account(account: &Account, id: Option<&UserId>) -> serde_json::Value {
    json!({
        "pool": account.pool.code(),
        "sub": account.sub.as_str(),
        "user_id": id.map(UserId::as_str),
    })
}

/// Everybody whom a user id stands for.
fn told(accounts: &Accounts) -> serde_json::Value {
    let old: BTreeSet<_> = accounts.old.iter().map(|sub| sub.as_str()).collect();
    let new: BTreeSet<_> = accounts.new.iter().map(|sub| sub.as_str()).collect();
    json!({
        "user_id": accounts.user_id.as_str(),
        "state": accounts.stage.map(Stage::code),
        "old_subs": old,
        "new_subs": new,
    })
}
