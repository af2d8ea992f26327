//! The route beside the API of user ids, where enough is known for it.

use std::collections::BTreeSet;

use clap::Args;
use twinpool_api::route::Told;
use twinpool_aws::dynamodb::Links;
use twinpool_core::destination::Destinations;
use twinpool_core::id::PoolId;
use twinpool_resolver::Router;

use crate::digest_key;
use crate::options::a_pool;
use crate::route::{Clients, some_clients};

/// As the stack's own is unless set.
const SECONDS: u16 = 30;

/// What the route tells.
#[derive(Debug, Args)]
#[command(next_help_heading = "For /v1/route, which pool to sign in to")]
pub(super) struct Routing {
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    new_pool: Option<PoolId>,
    /// Which app client takes the place of which, with commas between.
    #[arg(long, env = "TWINPOOL_CLIENT_MAP", hide_env_values = true, value_name = "OLD=NEW", value_parser = some_clients)]
    clients: Option<Clients>,
}

impl Routing {
    /// The route, where both pools and the key are known.
    pub(super) fn router(&self, table: Links) -> anyhow::Result<Option<axum::Router>> {
        let pools = self.old_pool.clone().zip(self.new_pool.clone());
        let Some((old, new)) = pools.filter(|_| digest_key::from() != digest_key::From::Nowhere) else {
            return Ok(None);
        };
        let clients = self.clients.clone().unwrap_or_default().0;
        let told = Told {
            destinations: Destinations { old, new, clients },
            seconds: SECONDS,
            origins: BTreeSet::new(),
        };
        Ok(Some(twinpool_api::route::router(Router::new(table, digest_key::find()?), told)))
    }
}
