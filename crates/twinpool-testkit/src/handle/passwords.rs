//! Passwords of a pool, as one process asks about them and sets them.

use twinpool_core::id::{NewSub, UserSub, Username};
use twinpool_core::password::{
    Checked, Inviter, Password, PasswordChecker, PasswordResetter, PasswordSet, PasswordSetter,
};
use twinpool_core::port::Answer;

use crate::handle::PoolHandle;
use crate::passwords::{Kind, RESET, SET};
use crate::strict;

impl PasswordChecker for PoolHandle {
    async fn check(&self, who: &Username, password: &Password) -> Answer<Checked> {
        const OPERATION: &str = "AdminInitiateAuth";
        if password.reveal().is_empty() {
            return Ok(Checked::Wrong);
        }
        self.call(OPERATION, Some(who.as_str()), || {
            strict::check_parameter(OPERATION, who.as_str())?;
            Ok(self.pool.sign_in(who.as_str(), password.reveal()))
        })
        .await
    }
}

impl<S: UserSub> PasswordSetter<S> for PoolHandle {
    async fn set_password(&self, sub: &S, password: &Password) -> Answer<PasswordSet> {
        self.call(SET, Some(sub.as_str()), || {
            self.pool.set_password_as_admin(sub, password.reveal(), Kind::Permanent)
        })
        .await
    }
}

impl<S: UserSub> PasswordResetter<S> for PoolHandle {
    async fn reset_password(&self, sub: &S) -> Answer<()> {
        self.call(RESET, Some(sub.as_str()), || self.pool.require_reset(sub)).await
    }
}

impl Inviter for PoolHandle {
    async fn set_temporary_password(&self, sub: &NewSub) -> Answer<()> {
        self.call(SET, Some(sub.as_str()), || self.pool.set_unseen_password(sub, Kind::Temporary)).await
    }

    async fn send_invitation(&self, username: &Username) -> Answer<()> {
        self.call("AdminCreateUser", Some(username.as_str()), || {
            self.pool.resend_invitation(username.as_str())
        })
        .await
    }
}
