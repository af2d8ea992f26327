//! `POST /v1/links/check`: what would become of two users who were said to be one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{NewSub, OldSub, UserId};

use crate::asked::Object;
use crate::problem::Problem;
use crate::reads::told;
use crate::{answer, asked};

/// Says which side is taken, and by whom.
pub(crate) async fn check<R: IdReader + 'static>(
    State(ids): State<Arc<R>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = asked::body(&headers, body)?;
    let object = Object::whole(&body)?;
    let old = OldSub::from(object.sub("old_sub")?);
    let new = NewSub::from(object.sub("new_sub")?);
    let found = ids.user_ids(&[Account::from(&old), Account::from(&new)]).await?;
    let [of_old, of_new] = [found.first(), found.get(1)].map(|id| id.and_then(Option::as_ref));
    if of_old.is_some() && of_old == of_new {
        return Ok(said("linked", None, None));
    }
    let old_held_by = everybody(&*ids, of_old).await?.filter(|them| !them.new.is_empty());
    // A user id is given once: also an account that no user of the old pool has is taken with it.
    let new_held_by = everybody(&*ids, of_new).await?;
    let verdict = match (&old_held_by, &new_held_by) {
        (None, None) => "free",
        (Some(_), None) => "old_side",
        (None, Some(_)) => "new_side",
        (Some(_), Some(_)) => "both",
    };
    Ok(said(verdict, old_held_by.as_ref(), new_held_by.as_ref()))
}

async fn everybody<R: IdReader>(ids: &R, id: Option<&UserId>) -> Result<Option<Accounts>, Problem> {
    let Some(id) = id else {
        return Ok(None);
    };
    // Gone between two reads: whoever asks again gets an answer that fits together.
    ids.accounts(id).await?.map(Some).ok_or(Problem::Unavailable { retry_after: 1 })
}

fn said(verdict: &str, old: Option<&Accounts>, new: Option<&Accounts>) -> Response {
    let holder = |them: Option<&Accounts>| them.map_or(Value::Null, told);
    let all = json!({ "verdict": verdict, "old_held_by": holder(old), "new_held_by": holder(new) });
    answer::fleeting(all.to_string())
}
