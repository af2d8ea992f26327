//! `POST /v1/links/check`: what would become of two users who were said to be one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use twinpool_core::account::{Account, IdReader};
use twinpool_core::clash::Clash;
use twinpool_core::id::{NewSub, OldSub, UserId};

use crate::asked::Object;
use crate::problem::Problem;
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
    // The sub of a user of the old pool who was never seen will be the user id.
    let id = of_old.cloned().unwrap_or_else(|| UserId::from(&old));
    let tied_to = ids.accounts(&id).await?.map(|accounts| accounts.new).unwrap_or_default();
    let clash = Clash::between(&id, &tied_to, &new, of_new);
    let verdict = verdict(clash.as_ref(), tied_to.contains(&new));
    let (tied_to, belongs_to) = clash.map(|clash| (clash.tied_to, clash.belongs_to)).unwrap_or_default();
    let tied_to: Vec<_> = tied_to.iter().map(NewSub::as_str).collect();
    let belongs_to = belongs_to.as_ref().map(UserId::as_str);
    let told = json!({ "verdict": verdict, "tied_to": tied_to, "belongs_to": belongs_to });
    Ok(answer::fleeting(told.to_string()))
}

fn verdict(clash: Option<&Clash>, is_linked: bool) -> &'static str {
    match clash.map(|clash| (clash.tied_to.is_empty(), clash.belongs_to.is_some())) {
        None if is_linked => "linked",
        None => "free",
        Some((false, false)) => "old_side",
        Some((true, _)) => "new_side",
        Some((false, true)) => "both",
    }
}
