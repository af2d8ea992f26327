//! The identity providers of a pool.

use std::collections::BTreeSet;

use twinpool_core::id::ProviderName;
use twinpool_core::port::{Answer, Class, PortError};

use super::CognitoPool;
use crate::code::port_error;

const PAGE: i32 = 60;
/// 1,200 providers: a list that does not end is an error, and not half a list.
const MOST_PAGES: usize = 20;

impl CognitoPool {
    /// Their names. Of no person.
    ///
    /// # Errors
    /// Those of Cognito, by their code.
    pub async fn providers(&self) -> Answer<BTreeSet<ProviderName>> {
        const OPERATION: &str = "ListIdentityProviders";
        let mut names = BTreeSet::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.client.list_identity_providers().user_pool_id(self.id());
            let call = call.max_results(PAGE).set_next_token(token);
            let page = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
            let named = page.providers.into_iter().filter_map(|provider| provider.provider_name);
            names.extend(named.filter_map(|name| ProviderName::parse(name).ok()));
            token = page.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
        Err(PortError::new(Class::Unavailable, OPERATION, "EndlessPages"))
    }
}
