//! A service of a product that moves from one user pool to another: `GET /me` says who is asking, whichever pool signed the token.
//!
//! `docs/backends.md` has the variables that it reads. An argument is the address to listen on, instead of 127.0.0.1:8080.

use std::error::Error;
use std::io::Write as _;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::UserIds;
use twinpool_aws::jwks::HttpsKeys;
use twinpool_aws::settings::{BackendSettings, Environment};
use twinpool_core::id::Pool;
use twinpool_resolver::middleware::Authentication;
use twinpool_resolver::{Authenticator, NoPrincipal, Principal, Resolver, SystemClock, Trust, Verifier};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let authentication = Authentication::required(authenticator().await?).observed_by(log);
    let app = Router::new().route("/me", get(me)).layer(authentication);
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    writeln!(std::io::stdout(), "http://{}/me", listener.local_addr()?)?;
    Ok(axum::serve(listener, app).await?)
}

/// Whoever gets here has a token of either pool. The user id is what to store.
async fn me(user: Principal) -> Json<Value> {
    let pool = match user.pool {
        Pool::Old => "old",
        Pool::New => "new",
    };
    Json(json!({ "user_id": user.user_id, "pool": pool, "groups": user.groups }))
}

/// Once per process: it keeps the keys of the pools, and the user ids that it has read.
async fn authenticator() -> Result<Authenticator<HttpsKeys, UserIds>, Box<dyn Error>> {
    let BackendSettings { tokens, links_table } = BackendSettings::read(&Environment)?;
    let config = client::load(Patience::REQUEST).await;
    let trust = Trust::new(tokens.old, tokens.new)?.for_uses(tokens.uses).believing(tokens.claim);
    let verifier = Verifier::new(trust, HttpsKeys::connect(&config)?, SystemClock);
    verifier.warm().await;
    Ok(Authenticator::new(verifier, Resolver::new(UserIds::connect(&config, links_table))))
}

/// The caller learns 401 or 503, and nothing else.
fn log(why: NoPrincipal) {
    drop(writeln!(std::io::stderr(), "not authenticated: {}", why.code()));
}
