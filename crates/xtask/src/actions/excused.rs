//! Permissions that no end-to-end test can use, each with its reason. One that is used after all fails the tests, so that this list
//! cannot outlive its reasons.

use super::compare::Excuse;

const fn excuse(role: &'static str, action: &'static str, on: &'static str, why: &'static str) -> Excuse {
    Excuse { role, action, on, why }
}

const LAMBDA_READS: &str = "Lambda reads the queue for the function, and the local one asks no role";

const NO_DEVICES: &str = "asked of pools that have passkeys or remember devices, and the local ones do not";

const BY_SUB: &str =
    "asked where AdminGetUser knows no sub: federated profiles, which the local pools cannot make";

const NO_PROVIDERS: &str =
    "no local pool has identity providers; crates/twinpool-engine/tests/it/federated.rs runs it";

const NO_CLIENT_BACK: &str = "only with NewPoolClientId, which no local stack is given; crates/twinpool-bridge/tests/it/back.rs runs it";

/// All of them.
pub(super) const EXCUSED: &[Excuse] = &[
    excuse("*", "logs:*", "*", "Lambda and Cognito write the logs, and the local ones ask no role"),
    excuse("*", "kms:*", "KmsKeyArn", "SQS calls KMS for whoever sends or receives; the local one does not"),
    excuse("*", "xray:*", "*", "the daemon of Lambda sends the traces, and none runs here"),
    excuse("MirrorRole", "sqs:ReceiveMessage", "ChangeEvents", LAMBDA_READS),
    excuse("MirrorRole", "sqs:DeleteMessage", "ChangeEvents", LAMBDA_READS),
    excuse("MirrorRole", "sqs:GetQueueAttributes", "ChangeEvents", LAMBDA_READS),
    excuse(
        "AuditTrailRole",
        "sqs:SendMessage",
        "AuditTrailDeadLetters",
        "Lambda sends what the function failed at, and the local one asks no role",
    ),
    excuse(
        "*",
        "lambda:InvokeFunction",
        "ChainPostConfirmation",
        "MiniStack never calls this trigger; tests/functions/chained.rs does, without roles",
    ),
    excuse(
        "*",
        "lambda:InvokeFunction",
        "NewPoolChainPostConfirmation",
        "MiniStack never calls this trigger; the other two slots are chained in tests/local/whole.rs",
    ),
    excuse(
        "CaptureRole",
        "lambda:InvokeFunction",
        "ChainCustomMessage",
        "in tests/local/chained.rs one function stands in two slots, and the call counts for the other",
    ),
    excuse(
        "AuthorizerRole",
        "dynamodb:GetItem",
        "Links",
        "it fetches the keys of pools over HTTPS from AWS, which the local AWS is not; tests/functions/authorizer.rs runs it",
    ),
    excuse("*", "cognito-idp:AdminGetUserAuthFactors", "OldPoolId", NO_DEVICES),
    excuse("*", "cognito-idp:AdminListDevices", "OldPoolId", NO_DEVICES),
    excuse("MirrorRole", "cognito-idp:ListUsers", "NewPoolId", BY_SUB),
    excuse("SignInRole", "cognito-idp:ListUsers", "NewPoolId", BY_SUB),
    excuse("BridgeRole", "cognito-idp:ListUsers", "*", BY_SUB),
    excuse("MirrorRole", "cognito-idp:AdminLinkProviderForUser", "*", NO_PROVIDERS),
    excuse("MirrorRole", "cognito-idp:AdminDisableProviderForUser", "*", NO_PROVIDERS),
    excuse(
        "MirrorRole",
        "cognito-idp:AdminSetUserMFAPreference",
        "*",
        "no local pool asks for codes; crates/twinpool-engine/tests/it/factors.rs runs it",
    ),
    excuse(
        "MirrorRole",
        "cognito-idp:UpdateGroup",
        "NewPoolId",
        "MiniStack cannot change a group; crates/twinpool-engine/tests/it/groups.rs runs it",
    ),
    excuse(
        "MirrorRole",
        "cognito-idp:AdminDeleteUser",
        "OldPoolId",
        "only where the rules say so, or a birth is undone; crates/twinpool-engine/tests/it/born/deletions.rs runs it",
    ),
    excuse("BridgeRole", "cognito-idp:AdminInitiateAuth", "NewPoolId", NO_CLIENT_BACK),
    excuse("BridgeRole", "cognito-idp:AdminSetUserPassword", "OldPoolId", NO_CLIENT_BACK),
    excuse(
        "SignInRole",
        "sns:Publish",
        "*",
        "no stack sends text messages to anybody; tests/contracts/messages.rs does, without roles",
    ),
    excuse("*", "sts:AssumeRole", "NewPoolRoleArn", "the local AWS has one account"),
    excuse(
        "NewPoolRole",
        "*",
        "*",
        "the local AWS has one account; tests/architecture/new_pool_role.rs holds it",
    ),
];
