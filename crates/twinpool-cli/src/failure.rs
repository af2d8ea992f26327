//! What to say when a command cannot go on.

use std::fmt;

use twinpool_aws::new_pool::is_role_refused;
use twinpool_core::port::{Class, PortError};

const ROLE_NAMED_BY: &str = "of --new-pool-role-arn / TWINPOOL_NEW_POOL_ROLE_ARN";

/// The words make no sense together, or name what is not meant: nothing was done.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

/// Why something of AWS cannot be used. `what`: such as `the table links`; `named_by`: the option that names it.
pub(crate) fn unusable(what: &str, named_by: &str, error: PortError) -> anyhow::Error {
    let sentence = sentence(what, named_by, &error);
    anyhow::Error::new(error).context(sentence)
}

fn sentence(what: &str, named_by: &str, error: &PortError) -> String {
    let operation = error.operation;
    match error.code.as_str() {
        _ if is_role_refused(error) && error.class == Class::Denied => format!(
            "cannot use {what}: you may not assume the role {ROLE_NAMED_BY}: its trust policy has to name you, with the same external id; or name a profile instead: --new-pool-profile"
        ),
        "NotSent" => format!(
            "cannot use {what}: there are no AWS credentials, or they cannot be got: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ),
        "ConnectionFailed" => format!(
            "cannot use {what}: nobody answers at the endpoint: check AWS_ENDPOINT_URL, AWS_REGION and the network"
        ),
        "TimedOut" => format!("cannot use {what}: no answer in time: check the network, and try again"),
        "ResourceNotFoundException" | "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => {
            format!("{what} is not there in this Region: correct {named_by}, or AWS_REGION")
        }
        "AccessDeniedException" | "AccessDenied" => {
            format!("you may not use {what}: your role lacks {operation}")
        }
        "ExpiredTokenException"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch" => {
            format!("cannot use {what}: AWS does not take your credentials: they are wrong or have expired")
        }
        _ => format!("cannot use {what}: check {named_by}, AWS_REGION and your permissions"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_has_its_own_sentence() {
        let codes = [
            "NotSent",
            "ConnectionFailed",
            "TimedOut",
            "ResourceNotFoundException",
            "AccessDeniedException",
            "ExpiredTokenException",
            "InternalServerError",
        ];
        let said = codes.map(|code| {
            let error = PortError::new(Class::Unavailable, "GetItem", code);
            sentence("the table links", "--table", &error)
        });
        insta::assert_snapshot!(said.join("\n"));
    }
}
