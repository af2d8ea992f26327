//! A few users of a pool, to show what rules make of them. For the command line only: no function lists users.

use aws_sdk_cognitoidentityprovider::types::UserType;
use twinpool_core::id::{Timestamp, Username};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::{Mfa, Snapshot, Status};

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
        answer.users().iter().map(snapshot).collect()
    }
}

fn snapshot(user: &UserType) -> Answer<Snapshot> {
    let username = Username::parse(user.username().unwrap_or_default());
    let created = user.user_create_date().and_then(|date| date.to_millis().ok()).unwrap_or_default();
    Ok(Snapshot {
        sub: decode::sub(OPERATION, user.attributes())?,
        username: username.map_err(|_| PortError::new(Class::Unreadable, OPERATION, "BadUsername"))?,
        status: Status::parse(user.user_status().map_or("", |status| status.as_str())),
        enabled: user.enabled(),
        attributes: Snapshot::attributes_that_travel(decode::attributes(user.attributes())),
        groups: [].into(),
        identities: decode::identities(user.attributes())?,
        mfa: Mfa::default(),
        factors: [].into(),
        created_at: Timestamp(created.unsigned_abs()),
    })
}
