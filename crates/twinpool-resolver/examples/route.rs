//! A backend that tells applications which pool to sign somebody in to: `GET /pool/{user id}`.
//!
//! `docs/backends.md` has the variables that it reads. An argument is the address to listen on, instead of 127.0.0.1:8080.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::settings::{Environment, RouteSettings};
use twinpool_core::id::{Pool, UserId};
use twinpool_core::route::Asker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = axum::Router::new().route("/pool/{user_id}", get(told)).with_state(Arc::new(router().await?));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    writeln!(std::io::stdout(), "http://{}/pool/", listener.local_addr()?)?;
    Ok(axum::serve(listener, app).await?)
}

async fn told(
    State(router): State<Arc<twinpool_resolver::Router<Links>>>,
    Path(user_id): Path<String>,
) -> Result<&'static str, StatusCode> {
    let user_id = UserId::parse(user_id).map_err(|_| StatusCode::NOT_FOUND)?;
    pool(&router, &user_id).await
}

/// Where somebody signs in. Once per process: it keeps the phase for five seconds.
async fn router() -> Result<twinpool_resolver::Router<Links>, Box<dyn Error>> {
    let RouteSettings { links_table, key, .. } = RouteSettings::read(&Environment)?;
    let config = client::load(Patience::REQUEST).await;
    Ok(twinpool_resolver::Router::new(Links::connect(&config, links_table, None), key))
}

/// The pool of the next sign-in. Without an answer whoever asks stays with the one of before.
async fn pool(
    router: &twinpool_resolver::Router<Links>,
    user_id: &UserId,
) -> Result<&'static str, StatusCode> {
    let asker = Asker { id: Some(user_id.to_string()), ..Asker::default() };
    let route = router.route(&asker).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(match route.routed.pool {
        Pool::Old => "old",
        Pool::New => "new",
    })
}
