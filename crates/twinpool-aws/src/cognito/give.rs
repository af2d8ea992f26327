//! Passwords that people get: the one they typed, or a temporary one by mail.

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::types::{DeliveryMediumType, MessageActionType};
use twinpool_core::id::{NewSub, UserSub, Username};
use twinpool_core::password::{Inviter, Password, PasswordSet, PasswordSetter};
use twinpool_core::port::{Answer, Class, PortError};

use super::{CognitoPool, once, password};
use crate::code::port_error;

const SET: &str = "AdminSetUserPassword";

/// Before a throttled call is made once more.
const PAUSE: Duration = Duration::from_millis(200);

impl CognitoPool {
    /// By sub, which finds local users only (F§4): a federated profile is given no password.
    async fn set(&self, sub: &impl UserSub, password: &str, permanent: bool) -> Answer<()> {
        let call = self.client.admin_set_user_password().user_pool_id(self.id()).username(sub.as_str());
        let call = call.password(password).permanent(permanent);
        // A second one would meet the history that the first one wrote, and call a password refused that is set.
        let answer = call.customize().config_override(once()).send().await;
        answer.map(drop).map_err(|error| port_error(SET, &error))
    }
}

impl<S: UserSub> PasswordSetter<S> for CognitoPool {
    async fn set_password(&self, sub: &S, password: &Password) -> Answer<PasswordSet> {
        if !is_password(password.reveal()) {
            return Ok(PasswordSet::Refused);
        }
        let mut answer = self.set(sub, password.reveal(), true).await;
        if answer.as_ref().is_err_and(|error| error.class == Class::Throttled) {
            tokio::time::sleep(PAUSE).await;
            answer = self.set(sub, password.reveal(), true).await;
        }
        match answer {
            Ok(()) => Ok(PasswordSet::Done),
            Err(error) => match error.code.as_str() {
                "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => {
                    Ok(PasswordSet::Refused)
                }
                _ => Err(error),
            },
        }
    }
}

/// What is none is refused as a parameter, and not by the policy (API reference, `PasswordType`: at most 256 characters, two of
/// them not white space, which stand at its ends).
fn is_password(text: &str) -> bool {
    (2..=256).contains(&text.chars().count())
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.contains(['\n', '\r'])
}

impl Inviter for CognitoPool {
    async fn set_temporary_password(&self, sub: &NewSub) -> Answer<()> {
        let random =
            password::random().ok_or_else(|| PortError::new(Class::Unavailable, SET, "NoRandomness"))?;
        self.set(sub, &random, false).await
    }

    async fn send_invitation(&self, username: &Username) -> Answer<()> {
        let call = self.client.admin_create_user().user_pool_id(self.id()).username(username.as_str());
        let call = call.message_action(MessageActionType::Resend);
        // A text message, unless told (F§4.1).
        let call = call.desired_delivery_mediums(DeliveryMediumType::Email);
        // A second one would send a second message, whose password makes the first one's wrong.
        let answer = call.customize().config_override(once()).send().await;
        answer.map(drop).map_err(|error| port_error("AdminCreateUser", &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cognito_takes_for_no_password_is_known() {
        for text in ["", "a", " leading", "trailing ", "two\nlines", &"a".repeat(257)] {
            assert!(!is_password(text), "{text:?}");
        }
        for text in ["ab", "correct horse", "\u{e4}\u{f6}", &"\u{e4}".repeat(256)] {
            assert!(is_password(text), "{text:?}");
        }
    }
}
