//! Users by sub. Cognito takes the sub of a local user for a username, and of a federated one not (F§4): their username is
//! looked up, which reads a list that may be some seconds old (F§4.6).

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use twinpool_core::port::{Answer, Class};

use super::CognitoPool;
use crate::code::port_error;

/// Usernames of federated users by sub, for as long as the process lives: usernames never change (F§4.1).
#[derive(Clone, Default)]
pub(super) struct Usernames(Arc<Mutex<BTreeMap<String, String>>>);

impl std::fmt::Debug for Usernames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Usernames(«redacted»)")
    }
}

impl Usernames {
    fn of(&self, sub: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(sub).cloned()
    }

    fn keep(&self, sub: &str, username: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(sub.to_owned(), username.to_owned());
    }
}

impl CognitoPool {
    /// Calls with the sub as `Username`, and if nobody has it, with the username of whoever has this sub.
    pub(super) async fn reach<T, F>(&self, sub: &str, call: impl Fn(String) -> F + Send + Sync) -> Answer<T>
    where
        F: Future<Output = Answer<T>> + Send,
        T: Send,
    {
        if let Some(username) = self.usernames.of(sub) {
            return call(username).await;
        }
        match call(sub.to_owned()).await {
            Err(error) if error.class == Class::NotFound && error.code == "UserNotFoundException" => {
                match self.username_of(sub).await? {
                    Some(username) if username != sub => {
                        let answer = call(username.clone()).await?;
                        self.usernames.keep(sub, &username);
                        Ok(answer)
                    }
                    _ => Err(error),
                }
            }
            answer => answer,
        }
    }

    async fn username_of(&self, sub: &str) -> Answer<Option<String>> {
        let call = self.client.list_users().user_pool_id(self.id()).filter(format!("sub = \"{sub}\""));
        let answer = call.limit(1).send().await.map_err(|error| port_error("ListUsers", &error))?;
        // Servers that do not know the filter give anybody.
        let is_it = |user: &&aws_sdk_cognitoidentityprovider::types::UserType| {
            user.attributes()
                .iter()
                .any(|attribute| attribute.name() == "sub" && attribute.value() == Some(sub))
        };
        Ok(answer.users().iter().find(is_it).and_then(|user| user.username().map(str::to_owned)))
    }
}
