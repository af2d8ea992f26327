//! Users by sub. Cognito takes the sub of a local user for a username, and of a federated one not (F§4): their username is
//! looked up each time, because a username can be somebody else's tomorrow. The list may be some seconds old (F§4.6).

use std::future::Future;

use aws_sdk_cognitoidentityprovider::types::AttributeType;
use twinpool_core::port::{Answer, Class, PortError};

use super::{CognitoPool, unless_empty};
use crate::code::port_error;

/// Of a filtered list, whose pages may be empty (F§4.6).
const MOST_PAGES: usize = 20;

impl CognitoPool {
    /// Calls with the sub as `Username`, and if nobody has it, with the username of whoever has this sub.
    pub(super) async fn reach<T, F>(&self, sub: &str, call: impl Fn(String) -> F + Send + Sync) -> Answer<T>
    where
        F: Future<Output = Answer<T>> + Send,
        T: Send,
    {
        match call(sub.to_owned()).await {
            Err(error) if error.class == Class::NotFound && error.code == "UserNotFoundException" => {
                match self.username_of(sub).await? {
                    Some(username) if username != sub => call(username).await,
                    _ => Err(error),
                }
            }
            answer => answer,
        }
    }

    async fn username_of(&self, sub: &str) -> Answer<Option<String>> {
        let is_sub = |attribute: &AttributeType| attribute.name() == "sub" && attribute.value() == Some(sub);
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.client.list_users().user_pool_id(self.id());
            let call = call.filter(format!("sub = \"{sub}\"")).limit(60).set_pagination_token(token);
            let page = call.send().await.map_err(|error| port_error("ListUsers", &error))?;
            // Servers that do not know the filter give anybody.
            let it = page.users().iter().find(|user| user.attributes().iter().any(is_sub));
            if let Some(username) = it.and_then(|user| user.username()) {
                return Ok(Some(username.to_owned()));
            }
            // Pages may be empty before the last (F§4.6).
            token = unless_empty(page.pagination_token);
            if token.is_none() {
                return Ok(None);
            }
        }
        Err(PortError::new(Class::Unavailable, "ListUsers", "EndlessPages"))
    }
}
