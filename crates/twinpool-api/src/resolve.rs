//! `POST /v1/resolve`: the user ids of many.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use twinpool_core::account::{Account, IdReader};

use crate::asked::Object;
use crate::problem::Problem;
use crate::reads::of_account;
use crate::{answer, asked};

const MOST: usize = 1_000;
const WANTED: &str = "it should be a list of at most 1000 accounts";

/// The user ids of accounts, in their order.
pub(crate) async fn resolve<R: IdReader + 'static>(
    State(ids): State<Arc<R>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = asked::body(&headers, body)?;
    let listed = Object::whole(&body)?.list("accounts", MOST, WANTED)?;
    let accounts: Vec<_> = listed.iter().enumerate().map(account).collect::<Result<_, _>>()?;
    let found = if accounts.is_empty() { Vec::new() } else { ids.user_ids(&accounts).await? };
    let told = accounts.iter().zip(&found).map(|(account, id)| of_account(account, id.as_ref()));
    Ok(answer::fleeting(json!({ "accounts": told.collect::<Vec<_>>() }).to_string()))
}

fn account((number, value): (usize, &Value)) -> Result<Account, Problem> {
    let object = Object::at(format!("accounts[{number}]"), value)?;
    Ok(Account { pool: object.pool("pool")?, sub: object.sub("sub")? })
}
