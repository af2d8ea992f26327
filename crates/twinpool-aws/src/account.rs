//! Who calls.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use twinpool_core::port::{Answer, Class, PortError};

use crate::code::port_error;

/// The number of the account that the credentials belong to.
///
/// # Errors
/// Those of STS, by their code.
pub async fn number(config: &SdkConfig) -> Answer<String> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| port_error(OPERATION, &error))?;
    answer.account.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoAccount"))
}
