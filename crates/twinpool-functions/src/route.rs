//! Which pool to sign in to, behind a function URL or an HTTP API of API Gateway (payload 2.0).

use std::time::Duration;

use twinpool_api::route::Told;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::settings::RouteSettings;
use twinpool_resolver::Router;

/// The router on AWS.
pub type OnAws = Router<Links>;

/// A person waits before the sign-in begins, and a client that gets no answer goes by the one of before.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(1),
    attempts: 2,
    backoff: Duration::from_millis(50),
};

/// Makes the router from its settings, and what it tells. Nothing is asked yet.
pub async fn start(settings: RouteSettings) -> (OnAws, Told) {
    let config = client::load(PATIENCE).await;
    // Names of users who are being made are nothing to it, so the table gets no key.
    let table = Links::connect(&config, settings.links_table, None);
    let RouteSettings { destinations, key, seconds, origins, .. } = settings;
    (Router::new(table, key), Told { destinations, seconds, origins })
}
