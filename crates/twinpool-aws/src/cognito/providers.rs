//! The identity providers of a pool.

use std::collections::BTreeSet;

use twinpool_core::id::ProviderName;
use twinpool_core::port::{Answer, Class, PortError};

use super::{CognitoPool, unless_empty};
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
            token = unless_empty(page.next_token);
            if token.is_none() {
                return Ok(names);
            }
        }
        Err(PortError::new(Class::Unavailable, OPERATION, "EndlessPages"))
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use twinpool_core::id::PoolId;

    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn an_empty_token_ends_the_list() {
        let (address, _seen) =
            server([(200, "", r#"{"Providers":[{"ProviderName":"Google"}],"NextToken":""}"#)]);
        let pool = PoolId::parse("eu-west-1_Old").unwrap();
        let found = CognitoPool::connect(&config(&address).await, None, pool).providers().await;
        assert_eq!(found.unwrap().len(), 1);
    }
}
