//! From the error of an SDK to what the caller can do about it.

use aws_smithy_runtime_api::client::result::SdkError;
#[cfg(any(feature = "cloudformation", feature = "cognito", feature = "dynamodb", feature = "sqs"))]
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use twinpool_core::port::{Class, PortError};

/// Keeps the code and drops the message, which quotes usernames and addresses.
#[cfg(any(feature = "cloudformation", feature = "cognito", feature = "dynamodb", feature = "sqs"))]
pub(crate) fn port_error<E, R>(operation: &'static str, error: &SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("NoErrorCode");
            PortError::new(class(code), operation, code)
        }
        unanswered => no_answer(operation, unanswered),
    }
}

/// Why there is no answer of the service.
pub(crate) fn no_answer<E, R>(operation: &'static str, error: &SdkError<E, R>) -> PortError {
    let unavailable = |code: &str| PortError::new(Class::Unavailable, operation, code);
    match error {
        SdkError::TimeoutError(_) => unavailable("TimedOut"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unavailable("TimedOut"),
        SdkError::DispatchFailure(failure) if failure.is_io() => unavailable("ConnectionFailed"),
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().and_then(refused_role).unwrap_or_else(|| unavailable("NotSent"))
        }
        SdkError::ResponseError(_) => unavailable("UnreadableResponse"),
        SdkError::ConstructionFailure(_) => PortError::new(Class::Rejected, operation, "BadRequest"),
        _ => unavailable("UnknownFailure"),
    }
}

/// A call is not sent where the role for it cannot be assumed.
#[cfg(feature = "role")]
pub(crate) fn refused_role(error: &(impl std::error::Error + 'static)) -> Option<PortError> {
    crate::new_pool::refusal(error)
}

#[cfg(not(feature = "role"))]
pub(crate) fn refused_role(_error: &(impl std::error::Error + 'static)) -> Option<PortError> {
    None
}

/// What an error code means for the caller. Unknown codes pass for a passing failure: nothing is dropped that way, and
/// what does not pass ends in the DLQ.
pub(crate) fn class(code: &str) -> Class {
    match code {
        "UserNotFoundException"
        | "ResourceNotFoundException"
        | "NoSuchResourceException"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue" => Class::NotFound,
        "UsernameExistsException"
        | "AliasExistsException"
        | "GroupExistsException"
        | "ResourceConflictException" => Class::Taken,
        // LimitExceededException is a hard quota, although the SDK takes it for throttling (F§2.1).
        "InvalidParameterException"
        | "InvalidPasswordException"
        | "LimitExceededException"
        | "UnsupportedUserStateException"
        | "PasswordResetRequiredException"
        | "UserNotConfirmedException"
        | "FeatureUnavailableInTierException"
        | "InvalidUserPoolConfigurationException"
        | "OperationNotEnabledException"
        | "PreconditionNotMetException"
        | "ValidationError"
        | "ValidationException"
        | "UnsupportedOperationException"
        | "UserImportInProgressException"
        | "TierChangeNotAllowedException"
        | "UserPoolTaggingException"
        | "InvalidEmailRoleAccessPolicyException"
        | "InvalidSmsRoleAccessPolicyException"
        | "InvalidSmsRoleTrustRelationshipException"
        | "InvalidParameterValueException"
        | "PolicyLengthExceededException"
        | "InvalidMessageContents"
        | "MessageRejected"
        | "MailFromDomainNotVerifiedException"
        | "AccountSuspendedException"
        | "SendingPausedException"
        | "BadRequestException"
        | "InvalidParameter" => Class::Rejected,
        "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestThrottled"
        | "Throttled"
        | "RequestLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "KMS.ThrottlingException" => Class::Throttled,
        "AccessDeniedException"
        | "AccessDenied"
        | "AuthorizationError"
        | "NotAuthorizedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "KMS.AccessDeniedException"
        | "KMS.DisabledException"
        | "KMS.InvalidStateException"
        | "KMS.NotFoundException"
        | "InvalidClientTokenId"
        | "MissingAuthenticationToken" => Class::Denied,
        "ConditionalCheckFailedException" | "ConcurrentModificationException" => Class::Stale,
        _ => Class::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_says_what_to_do() {
        let table = [
            ("UserNotFoundException", Class::NotFound),
            ("AliasExistsException", Class::Taken),
            ("UsernameExistsException", Class::Taken),
            ("LimitExceededException", Class::Rejected),
            ("TooManyRequestsException", Class::Throttled),
            ("AccessDeniedException", Class::Denied),
            ("KMS.AccessDeniedException", Class::Denied),
            ("KMS.ThrottlingException", Class::Throttled),
            // A trigger of the new pool may fail today and not tomorrow.
            ("UserLambdaValidationException", Class::Unavailable),
            ("ConditionalCheckFailedException", Class::Stale),
            ("InternalErrorException", Class::Unavailable),
            ("SomethingOfTomorrow", Class::Unavailable),
        ];
        for (code, expected) in table {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}
