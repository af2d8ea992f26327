//! A few users of a pool, to show what rules make of them.

use twinpool_core::port::Answer;
use twinpool_core::snapshot::Snapshot;

use super::{CognitoPool, decode};
use crate::code::port_error;

const OPERATION: &str = "ListUsers";

impl CognitoPool {
    /// Some users, without groups and second factors, which the list does not tell; who cannot be read is left out. Makes nobody a
    /// monthly active user (F§0.4).
    ///
    /// # Errors
    /// When the pool refuses.
    pub async fn sample(&self, users: u8) -> Answer<Vec<Snapshot>> {
        let limit = i32::from(users.clamp(1, 60));
        let call = self.client.list_users().user_pool_id(self.id()).limit(limit);
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        Ok(answer.users().iter().filter_map(|user| decode::listed(OPERATION, user).ok()).collect())
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use twinpool_core::id::PoolId;

    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_damaged_user_does_not_hide_the_others() {
        let users = r#"{"Users":[{"Username":"nobody"},
            {"Username":"jane","Attributes":[{"Name":"sub","Value":"s-1"}],"Enabled":true,"UserStatus":"CONFIRMED"}]}"#;
        let (address, _seen) = server([(200, "", users)]);
        let pool = PoolId::parse("eu-west-1_Old").unwrap();
        let found = CognitoPool::connect(&config(&address).await, None, pool).sample(10).await.unwrap();
        assert_eq!(found.iter().map(|user| user.sub.as_str()).collect::<Vec<_>>(), ["s-1"]);
    }
}
