//! Which tokens are accepted.

use std::collections::BTreeSet;

use twinpool_core::claim::ClaimName;
use twinpool_core::id::ClientId;
use twinpool_core::token::{TokenUse, TrustedPool, keys_url, standard_issuer};

use super::{Result, Source, pool_id, required, unusable, user_id_claim};

/// What whoever verifies tokens is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// What is accepted of the pool being left.
    pub old: TrustedPool,
    /// What is accepted of the pool being moved to.
    pub new: TrustedPool,
    /// For which uses.
    pub uses: BTreeSet<TokenUse>,
    /// The claim of the new pool's tokens that is believed to be the user id, without a look at the table: none unless set.
    pub claim: Option<ClaimName>,
}

/// The variables of one pool.
struct Keys {
    id: &'static str,
    clients: &'static str,
    issuers: &'static str,
    jwks_url: &'static str,
}

const OLD: Keys = Keys {
    id: "TWINPOOL_OLD_POOL_ID",
    clients: "TWINPOOL_OLD_CLIENT_IDS",
    issuers: "TWINPOOL_OLD_ISSUERS",
    jwks_url: "TWINPOOL_OLD_JWKS_URL",
};

const NEW: Keys = Keys {
    id: "TWINPOOL_NEW_POOL_ID",
    clients: "TWINPOOL_NEW_CLIENT_IDS",
    issuers: "TWINPOOL_NEW_ISSUERS",
    jwks_url: "TWINPOOL_NEW_JWKS_URL",
};

impl TokenSettings {
    /// Reads the settings. Of a pool without app clients no token is accepted.
    ///
    /// # Errors
    /// When one is missing or cannot be used, or neither pool has an app client.
    pub fn read(source: &impl Source) -> Result<Self> {
        let (old, new) = (pool(source, &OLD)?, pool(source, &NEW)?);
        if required(source, OLD.id)? == required(source, NEW.id)? {
            return Err(unusable(NEW.id, "it is the old pool"));
        }
        if !old.issuers.is_disjoint(&new.issuers) {
            return Err(unusable(NEW.issuers, "one of them is an issuer of the old pool"));
        }
        if old.clients.is_empty() && new.clients.is_empty() {
            let both = "it is not set, and neither is TWINPOOL_NEW_CLIENT_IDS: name the app clients of both pools \
                        whose tokens are accepted, separated by commas";
            return Err(unusable(OLD.clients, both));
        }
        Ok(Self { old, new, uses: uses(source)?, claim: user_id_claim(source)? })
    }
}

fn pool(source: &impl Source, keys: &Keys) -> Result<TrustedPool> {
    let id = pool_id(source, keys.id)?;
    let mut issuers = list(source, keys.issuers);
    if !issuers.iter().all(|issuer| is_address(issuer)) {
        return Err(unusable(keys.issuers, "each should begin with https://"));
    }
    let standard = standard_issuer(&id);
    if issuers.is_empty() {
        let unknown = "it is not set, and the id of the pool names no Region: set it to what the pool's tokens have as iss";
        issuers.insert(standard.clone().ok_or_else(|| unusable(keys.issuers, unknown))?);
    }
    // The keys stand under the issuer (F§9): under the one that is named, and of several under the standard one.
    let url =
        source.get(keys.jwks_url).or_else(|| only(&issuers).or(standard).map(|issuer| keys_url(&issuer)));
    let unknown = "it is not set, and there are several issuers: set it to the address of the pool's keys";
    let keys_url = url.ok_or_else(|| unusable(keys.jwks_url, unknown))?;
    if !is_address(&keys_url) {
        return Err(unusable(keys.jwks_url, "it should begin with https://"));
    }
    let clients = list(source, keys.clients).into_iter().map(|id| ClientId::parse(id).ok());
    let wanted = "it should be ids of app clients, separated by commas";
    let clients = clients.collect::<Option<_>>().ok_or_else(|| unusable(keys.clients, wanted))?;
    Ok(TrustedPool { issuers, keys_url, clients })
}

fn uses(source: &impl Source) -> Result<BTreeSet<TokenUse>> {
    const KEY: &str = "TWINPOOL_TOKEN_USE";
    let said = list(source, KEY);
    if said.is_empty() {
        return Ok(BTreeSet::from([TokenUse::Access]));
    }
    let one = |text: &String| [TokenUse::Access, TokenUse::Id].into_iter().find(|it| it.as_str() == text);
    let uses = said.iter().map(one).collect::<Option<_>>();
    uses.ok_or_else(|| unusable(KEY, "it should be access, id, or access,id"))
}

/// What stands between commas, if anything does.
fn list(source: &impl Source, key: &'static str) -> BTreeSet<String> {
    let text = source.get(key).unwrap_or_default();
    text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Local stand-ins speak HTTP; whoever fetches keys allows that on this machine only.
fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn only(issuers: &BTreeSet<String>) -> Option<String> {
    issuers.first().filter(|_| issuers.len() == 1).cloned()
}

#[cfg(test)]
mod tests;
