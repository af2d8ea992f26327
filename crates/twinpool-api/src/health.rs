//! `GET /v1/health`: whether the table can be read.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use twinpool_core::account::IdReader;
use twinpool_core::id::UserId;
use twinpool_core::port::{Class, PortError};

use crate::answer;
use crate::problem::Problem;

/// Looks for nobody, by the call that most answers need.
pub(crate) async fn health<R: IdReader + 'static>(State(ids): State<Arc<R>>) -> Result<Response, Problem> {
    let nobody =
        UserId::parse("health").map_err(|_| PortError::new(Class::Unreadable, "BatchGetItem", "BadId"))?;
    ids.accounts(&nobody).await?;
    Ok(answer::fleeting(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }).to_string()))
}
