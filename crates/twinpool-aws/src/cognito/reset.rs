//! Passwords that people have to choose anew. No function calls this: operators do.

use twinpool_core::id::UserSub;
use twinpool_core::password::PasswordResetter;
use twinpool_core::port::Answer;

use super::{CognitoPool, once};
use crate::code::port_error;

impl<S: UserSub> PasswordResetter<S> for CognitoPool {
    async fn reset_password(&self, sub: &S) -> Answer<()> {
        let call = self.client.admin_reset_user_password().user_pool_id(self.id()).username(sub.as_str());
        // A second one would send a second message, whose code makes the first one's wrong.
        let answer = call.customize().config_override(once()).send().await;
        answer.map(drop).map_err(|error| port_error("AdminResetUserPassword", &error))
    }
}
