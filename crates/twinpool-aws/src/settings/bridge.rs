//! The settings of the password bridge.

use twinpool_core::id::{ClientId, PoolId};

use super::{NewPlace, Result, Source, pools, required, unusable};

/// What the bridge function is told.
#[derive(Debug, Clone)]
pub struct BridgeSettings {
    /// The pool being left.
    pub old_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    pub old_pool_endpoint: Option<String>,
    /// The app client of the old pool that passwords are checked through.
    pub old_pool_client: ClientId,
    /// The pool being moved to.
    pub new_pool: PoolId,
    /// Where the new pool answers, if not where AWS has it: a local stand-in.
    pub new_pool_endpoint: Option<String>,
    /// Where the new pool is, if not where the stack is.
    pub new_place: NewPlace,
    /// The app client of the new pool that passwords are checked through after a rollback; `None`: none is carried back.
    pub new_pool_client: Option<ClientId>,
    /// The table of links.
    pub links_table: String,
}

impl BridgeSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        const CLIENT: &str = "TWINPOOL_OLD_POOL_CLIENT_ID";
        const NEW_CLIENT: &str = "TWINPOOL_NEW_CLIENT_ID";
        let (old_pool, new_pool) = pools(source)?;
        let client = |key, id: String| {
            ClientId::parse(id).map_err(|_| unusable(key, "it should be the id of an app client"))
        };
        let new_pool_client = source.get(NEW_CLIENT).map(|id| client(NEW_CLIENT, id));
        Ok(Self {
            old_pool,
            old_pool_endpoint: source.get("TWINPOOL_OLD_POOL_ENDPOINT_URL"),
            old_pool_client: client(CLIENT, required(source, CLIENT)?)?,
            new_pool_client: new_pool_client.transpose()?,
            new_pool,
            new_pool_endpoint: source.get("TWINPOOL_NEW_POOL_ENDPOINT_URL"),
            new_place: NewPlace::read(source)?,
            links_table: required(source, "TWINPOOL_LINKS_TABLE")?,
        })
    }
}
