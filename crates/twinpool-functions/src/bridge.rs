//! The password bridge over HTTP, behind a function URL or an HTTP API of API Gateway (payload 2.0).

use std::time::Duration;

use twinpool_aws::client::{self, Patience};
use twinpool_aws::cognito::{CognitoPool, PasswordPool};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::new_pool::{self, OtherRegion};
use twinpool_aws::settings::BridgeSettings;
use twinpool_bridge::{Back, Bridge, Wired};
use twinpool_core::arrival::{Limit, Way};
use twinpool_core::link::Link;
use twinpool_core::port::Clock as _;
use twinpool_core::snapshot::{Identity, Snapshot};
use twinpool_engine::{Comer, way_of};
use twinpool_rules::Rules;

use crate::wiring::SystemClock;

mod count;

pub use count::Counted;

/// The bridge on AWS.
pub type OnAws = Bridge<Wired<PasswordPool, Counted<CognitoPool>, Links, SystemClock>>;

/// The way back on AWS.
pub type BackOnAws = Back<Wired<CognitoPool, PasswordPool, Links, SystemClock>>;

/// An answer comes within this time: the function itself may take some seconds more, and a gateway 29.
pub const WITHIN: Duration = Duration::from_secs(9);

/// The old pool's own triggers run before it answers, cold perhaps, and no trigger of Cognito's waits here.
const CHECK: Duration = Duration::from_millis(3_800);

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(2),
    attempts: 2,
    backoff: Duration::from_millis(100),
};

/// By which way the owner lets a user in, of the link and the user of the new pool.
pub fn way(rules: Rules) -> impl Fn(&Link, &Snapshot) -> Way {
    move |link, user| {
        let old_name = |identity: &Identity| rules.old_provider(&identity.provider);
        let providers = user.identities.iter().filter_map(old_name).collect();
        let comer = Comer { link: Some(link), old: None, providers: &providers };
        way_of(&rules, comer, SystemClock.now())
    }
}

/// Makes the bridge from its settings, and the way back where there is an app client of the new pool for it. Nothing is asked yet.
///
/// # Errors
/// When the id of the new pool names another Region than the settings.
pub async fn start(settings: BridgeSettings) -> Result<(OnAws, Option<BackOnAws>), OtherRegion> {
    let config = client::load(PATIENCE).await;
    let of_new =
        new_pool::config(&config, &settings.new_place, &settings.new_pool, "bridge", PATIENCE).await?;
    let old = CognitoPool::connect(&config, settings.old_pool_endpoint, settings.old_pool);
    let new_pool = CognitoPool::connect(&of_new, settings.new_pool_endpoint, settings.new_pool);
    // Names of users who are being made are nothing to it, so it has no key.
    let table = Links::connect(&config, settings.links_table, None);
    let back = settings.new_pool_client.map(|client| {
        let new_pool = PasswordPool::new(new_pool.clone(), client, CHECK);
        let ports = Wired { old: old.clone(), new_pool, table: table.clone(), clock: SystemClock };
        Back::new(ports, Limit::PASSWORDS)
    });
    let old = PasswordPool::new(old, settings.old_pool_client, CHECK);
    let new_pool = Counted(new_pool);
    Ok((Bridge::new(Wired { old, new_pool, table, clock: SystemClock }, Limit::PASSWORDS), back))
}
