//! Who calls.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use twinpool_core::port::{Answer, Class, PortError};

use crate::code::port_error;

/// The number of the account that the credentials belong to. Needs no permission.
///
/// # Errors
/// Those of STS, by their code.
pub async fn number(config: &SdkConfig) -> Answer<String> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| port_error(OPERATION, &error))?;
    answer.account.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoAccount"))
}

/// Who calls, as the history of the phase keeps it: the user or the role with its account, such as `role/Admin of 123456789012`. The
/// name of a role's session is often an address, and is left out where it is one.
///
/// # Errors
/// Those of STS, by their code.
pub async fn caller(config: &SdkConfig) -> Answer<String> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| port_error(OPERATION, &error))?;
    let arn = answer.arn.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoArn"))?;
    named(&arn).ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "UnreadableArn"))
}

/// `arn:aws:sts::<account>:assumed-role/<role>/<session>`, `arn:aws:iam::<account>:user/<path>/<name>`, `arn:aws:iam::<account>:root`.
fn named(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, who) = (parts.next()?, parts.next()?);
    let words: Vec<_> = who.split('/').collect();
    let who = match words.as_slice() {
        ["assumed-role", role, session] if session.contains('@') => format!("role/{role}"),
        ["assumed-role", role, session] => format!("role/{role}/{session}"),
        [kind, .., name] => format!("{kind}/{name}"),
        _ => who.to_owned(),
    };
    // A user may be named by an address too.
    if who.contains('@') {
        return Some(format!("a user of {account}"));
    }
    Some(format!("{who} of {account}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_named_without_anybody_s_address() {
        let named = |arn: &str| named(arn).unwrap();
        assert_eq!(named("arn:aws:sts::123:assumed-role/Admin/jane@example.com"), "role/Admin of 123");
        assert_eq!(named("arn:aws:sts::123:assumed-role/Admin/deploy-7"), "role/Admin/deploy-7 of 123");
        assert_eq!(named("arn:aws:iam::123:user/team/jane"), "user/jane of 123");
        assert_eq!(named("arn:aws:iam::123:user/jane@example.com"), "a user of 123");
        assert_eq!(named("arn:aws:iam::123:root"), "root of 123");
        assert_eq!(super::named("nonsense"), None);
    }
}
