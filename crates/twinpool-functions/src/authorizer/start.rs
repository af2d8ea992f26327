//! What happens once, before the first request.

use std::time::Duration;

use tokio::time::timeout;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::UserIds;
use twinpool_aws::jwks::HttpsKeys;
use twinpool_aws::settings::BackendSettings;
use twinpool_core::account::{Account, IdReader as _};
use twinpool_core::id::{Pool, Sub};
use twinpool_core::token::KeySource;
use twinpool_resolver::{Authenticator, Resolver, SystemClock, Trust, Verifier};

use super::Authorizer;

/// What the authorizer believes on AWS.
pub type Aws = Authenticator<HttpsKeys, UserIds>;

/// Two attempts in less than [`super::PATIENCE`].
const TABLE: Patience = Patience {
    connect: Duration::from_millis(500),
    attempt: Duration::from_millis(1_500),
    attempts: 2,
    backoff: Duration::from_millis(50),
};

/// A cold start waits no longer for keys and table that are out of reach.
const WARM_UP: Duration = Duration::from_secs(2);

/// Makes the function from its settings. Keys or table that are out of reach do not keep it from starting: they are asked again with
/// the first token that needs them.
///
/// # Errors
/// When the settings cannot be meant.
pub async fn start(settings: BackendSettings) -> anyhow::Result<Authorizer<Aws, SystemClock>> {
    let config = client::load(TABLE).await;
    let tokens = settings.tokens;
    let trust = Trust::new(tokens.old, tokens.new)?.for_uses(tokens.uses).believing(tokens.claim);
    let verifier = Verifier::new(trust, HttpsKeys::connect(&config)?, SystemClock);
    let user_ids = UserIds::connect(&config, settings.links_table);
    warm_up(&verifier, &user_ids).await;
    Ok(Authorizer::new(Authenticator::new(verifier, Resolver::new(user_ids)), SystemClock))
}

/// Reads the keys of both pools, and opens the connection to the table with a read of nobody.
async fn warm_up(verifier: &Verifier<impl KeySource, SystemClock>, user_ids: &UserIds) {
    let nobody = Sub::parse("nobody").map(|sub| Account { pool: Pool::New, sub });
    let table = async {
        if let Ok(nobody) = nobody
            && let Err(problem) = Box::pin(user_ids.user_ids(&[nobody])).await
        {
            tracing::warn!(reason = %problem, "the table of links cannot be read yet");
        }
    };
    let both = async { tokio::join!(verifier.warm(), table) };
    if timeout(WARM_UP, both).await.is_err() {
        tracing::warn!(
            "keys or table did not answer while the authorizer started: the first requests wait for them"
        );
    }
}
