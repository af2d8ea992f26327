//! A few users of a pool, to show what rules make of them.

use twinpool_core::port::Answer;
use twinpool_core::snapshot::Snapshot;

use super::{CognitoPool, decode};
use crate::code::port_error;

const OPERATION: &str = "ListUsers";

impl CognitoPool {
    /// Some users, without groups and second factors, which the list does not tell. Makes nobody a monthly active user
    /// (F§0.4).
    ///
    /// # Errors
    /// When the pool refuses.
    pub async fn sample(&self, users: u8) -> Answer<Vec<Snapshot>> {
        let limit = i32::from(users.clamp(1, 60));
        let call = self.client.list_users().user_pool_id(self.id()).limit(limit);
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        answer.users().iter().map(|user| decode::listed(OPERATION, user)).collect()
    }
}
