//! One user pool, read and written over the Cognito API.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::Builder;
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};

mod ask;
mod decode;
#[cfg(feature = "raw")]
pub mod facts;
mod give;
#[cfg(feature = "raw")]
pub mod import_job;
mod list;
mod password;
mod providers;
mod reach;
mod read;
mod reset;
mod sample;
mod search;
mod shape;
mod write;

pub use ask::PasswordPool;

/// A user pool.
#[derive(Debug, Clone)]
pub struct CognitoPool {
    client: Client,
    pool: PoolId,
}

impl CognitoPool {
    /// The pool with this id, through a client of its own, which calls `endpoint` instead of AWS if there is one.
    #[must_use]
    pub fn connect(config: &SdkConfig, endpoint: Option<String>, pool: PoolId) -> Self {
        let config = Builder::from(config);
        let config = match endpoint {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config,
        };
        Self { client: Client::from_conf(config.build()), pool }
    }

    fn id(&self) -> String {
        self.pool.to_string()
    }
}

/// For calls that are not the same when they are made twice: the SDK would repeat one whose answer is late or lost.
fn once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// `None` where the user is not there. A pool that is not there is an error: everyone would seem to be deleted.
fn or_no_user<T>(result: Answer<T>) -> Answer<Option<T>> {
    or_none(result, "UserNotFoundException")
}

/// `None` where the group is not there.
///
/// Cognito has one code for a missing group and a missing pool. Whoever deletes because a group is not there asks for the pool
/// first; every decision about a user begins with reading a user, which fails.
fn or_no_group<T>(result: Answer<T>) -> Answer<Option<T>> {
    or_none(result, "ResourceNotFoundException")
}

/// Where a list goes on. An empty token is its end.
fn unless_empty(token: Option<String>) -> Option<String> {
    token.filter(|token| !token.is_empty())
}

fn or_none<T>(result: Answer<T>, code: &str) -> Answer<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.class == Class::NotFound && error.code == code => Ok(None),
        Err(error) => Err(error),
    }
}

/// Creating is refused with "not found" where an attribute is the user's own name (aws/aws-sdk-net#761).
fn refused_if_not_found(error: PortError) -> PortError {
    if error.code == "UserNotFoundException" { PortError { class: Class::Rejected, ..error } } else { error }
}
