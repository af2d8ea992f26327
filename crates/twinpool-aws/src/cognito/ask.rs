//! Whether a password is right: a sign-in by ADMIN_USER_PASSWORD_AUTH, of which only the verdict is kept (F§8).

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ChallengeNameType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{ClientId, GroupName, Username};
use twinpool_core::listing::ContactSearch;
use twinpool_core::password::{Checked, Password, PasswordChecker};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader, PortError};
use twinpool_core::snapshot::{Factor, Snapshot};
use twinpool_core::value::Value;

use super::{CognitoPool, once};
use crate::code::port_error;

const OPERATION: &str = "AdminInitiateAuth";

/// Before a throttled question is asked once more.
const PAUSE: Duration = Duration::from_millis(200);

/// A user pool that is read, and asked about passwords through an app client of twinpool's own: without a secret, with
/// `ALLOW_ADMIN_USER_PASSWORD_AUTH`.
#[derive(Debug, Clone)]
pub struct PasswordPool {
    pool: CognitoPool,
    client: ClientId,
    within: Duration,
}

impl PasswordPool {
    /// How long an answer may take, where Cognito waits five seconds for the whole function (F§2): the pool's own triggers run
    /// before it answers.
    pub const WITHIN: Duration = Duration::from_millis(2_500);

    /// The pool, asked through this app client, which answers within this time or not at all.
    #[must_use]
    pub fn new(pool: CognitoPool, client: ClientId, within: Duration) -> Self {
        Self { pool, client, within }
    }

    /// One attempt. A throttled one was not looked at, and is made once more.
    async fn ask(&self, who: &Username, password: &Password) -> Answer<Checked> {
        match self.sign_in(who, password).await {
            Err(error) if error.class == Class::Throttled => {
                tokio::time::sleep(PAUSE).await;
                self.sign_in(who, password).await
            }
            answer => answer,
        }
    }

    async fn sign_in(&self, who: &Username, password: &Password) -> Answer<Checked> {
        // The time for the whole is kept around this.
        let patience = TimeoutConfig::builder().operation_attempt_timeout(self.within).build();
        let call = self.pool.client.admin_initiate_auth().user_pool_id(self.pool.id());
        let call = call
            .client_id(self.client.as_str())
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", who.as_str())
            .auth_parameters("PASSWORD", password.reveal());
        let answer = call.customize().config_override(once().timeout_config(patience)).send().await;
        match answer {
            Ok(answer) => verdict(&answer),
            Err(error) => {
                // Read for what it says of the user, and dropped: it may quote the username.
                let message = error.as_service_error().and_then(|error| error.message()).unwrap_or_default();
                refusal(port_error(OPERATION, &error), message)
            }
        }
    }
}

impl PasswordChecker for PasswordPool {
    async fn check(&self, who: &Username, password: &Password) -> Answer<Checked> {
        // Nobody has such a password, and Cognito might call it a bad parameter, which reads like a fault of ours.
        if !(1..=256).contains(&password.reveal().chars().count()) {
            return Ok(Checked::Wrong);
        }
        let late = |_| Err(PortError::new(Class::Unavailable, OPERATION, "TimedOut"));
        tokio::time::timeout(self.within, self.ask(who, password)).await.unwrap_or_else(late)
    }
}

/// Tokens that came are dropped here.
fn verdict(answer: &AdminInitiateAuthOutput) -> Answer<Checked> {
    let Some(challenge) = answer.challenge_name() else {
        return match answer.authentication_result() {
            Some(_) => Ok(Checked::Right { second_factor: false }),
            None => Err(PortError::new(Class::Unreadable, OPERATION, "NoVerdict")),
        };
    };
    Ok(match challenge {
        ChallengeNameType::SmsMfa
        | ChallengeNameType::SoftwareTokenMfa
        | ChallengeNameType::EmailOtp
        | ChallengeNameType::SelectMfaType
        | ChallengeNameType::MfaSetup => Checked::Right { second_factor: true },
        ChallengeNameType::NewPasswordRequired => Checked::Temporary,
        other => Checked::Unclear(other.as_str().to_owned()),
    })
}

/// What a refusal says of the password.
fn refusal(error: PortError, message: &str) -> Answer<Checked> {
    match error.code.as_str() {
        // About the app client and not about the user: else every password would be wrong.
        "NotAuthorizedException"
            if message.to_ascii_lowercase().replace('_', " ").contains("secret hash") =>
        {
            Err(PortError { code: "ClientHasASecret".to_owned(), ..error })
        }
        "NotAuthorizedException" if message.starts_with("Password attempts exceeded") => Ok(Checked::Locked),
        "NotAuthorizedException" if message.starts_with("User is disabled") => Ok(Checked::Disabled),
        "NotAuthorizedException" | "UserNotFoundException" => Ok(Checked::Wrong),
        "UserNotConfirmedException" => Ok(Checked::NotConfirmed),
        "PasswordResetRequiredException" => Ok(Checked::ResetRequired),
        // A function of the owner's said no to this user, before or after the password was looked at.
        "UserLambdaValidationException" => Err(PortError { class: Class::Rejected, ..error }),
        _ => Err(error),
    }
}

impl PoolReader for PasswordPool {
    async fn shape(&self) -> Answer<PoolShape> {
        self.pool.shape().await
    }

    async fn user(&self, who: &UserRef) -> Answer<Option<Snapshot>> {
        self.pool.user(who).await
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        self.pool.groups(who).await
    }

    async fn factors(&self, who: &UserRef, shape: &PoolShape) -> Answer<BTreeSet<Factor>> {
        self.pool.factors(who, shape).await
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        self.pool.group(name).await
    }
}

impl ContactSearch for PasswordPool {
    async fn with_contact(&self, contact: Contact, text: &Value) -> Answer<Vec<Snapshot>> {
        self.pool.with_contact(contact, text).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::class;

    fn said(code: &str, message: &str) -> Result<Checked, (Class, String)> {
        let answer = refusal(PortError::new(class(code), OPERATION, code), message);
        answer.map_err(|error| (error.class, error.code))
    }

    #[test]
    fn each_refusal_says_what_it_says_of_the_user() {
        const NO: &str = "NotAuthorizedException";
        for (code, message, expected) in [
            (NO, "Incorrect username or password.", Checked::Wrong),
            (NO, "Password attempts exceeded", Checked::Locked),
            (NO, "User is disabled.", Checked::Disabled),
            (NO, "Temporary password has expired and must be reset by an administrator.", Checked::Wrong),
            (NO, "Something of tomorrow", Checked::Wrong),
            ("UserNotFoundException", "User does not exist.", Checked::Wrong),
            ("UserNotConfirmedException", "User is not confirmed.", Checked::NotConfirmed),
            (
                "PasswordResetRequiredException",
                "Password reset required for the user",
                Checked::ResetRequired,
            ),
        ] {
            assert_eq!(said(code, message), Ok(expected), "{message}");
        }
    }

    #[test]
    fn a_client_that_cannot_ask_makes_no_password_wrong() {
        for message in [
            "Unable to verify secret hash for client 1abc",
            "Client 1abc is configured with secret but SECRET_HASH was not received",
        ] {
            let error = said("NotAuthorizedException", message);
            assert_eq!(error, Err((Class::Denied, "ClientHasASecret".to_owned())));
        }
        for (code, expected) in [
            ("AccessDeniedException", Class::Denied),
            ("ResourceNotFoundException", Class::NotFound),
            ("InvalidParameterException", Class::Rejected),
            ("UserLambdaValidationException", Class::Rejected),
            ("UnexpectedLambdaException", Class::Unavailable),
            ("InternalErrorException", Class::Unavailable),
        ] {
            assert_eq!(said(code, ""), Err((expected, code.to_owned())));
        }
    }

    #[test]
    fn only_challenges_that_follow_a_right_password_say_that_it_is_right() {
        let answered = |name: ChallengeNameType| {
            verdict(&AdminInitiateAuthOutput::builder().challenge_name(name).build())
        };
        for name in ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SELECT_MFA_TYPE", "MFA_SETUP"] {
            assert_eq!(answered(name.into()), Ok(Checked::Right { second_factor: true }), "{name}");
        }
        assert_eq!(answered("NEW_PASSWORD_REQUIRED".into()), Ok(Checked::Temporary));
        for name in ["CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH", "PASSWORD_VERIFIER", "SMS_OTP", "OF_TOMORROW"] {
            assert_eq!(answered(name.into()), Ok(Checked::Unclear(name.to_owned())));
        }
        let empty = verdict(&AdminInitiateAuthOutput::builder().build());
        assert_eq!(empty.map_err(|error| error.class), Err(Class::Unreadable));
    }
}
