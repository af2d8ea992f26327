//! Checks of checkov that the templates do not follow, each with its reason. One that is not found any more fails, so that this list
//! cannot outlive its reasons.

use super::findings::Accepted;

const fn accepted(check: &'static str, resources: &'static [&'static str], why: &'static str) -> Accepted {
    Accepted { check, resources, why }
}

/// All of them.
pub(super) const ACCEPTED: &[Accepted] = &[
    accepted(
        "CKV_AWS_115",
        &["Mirror", "AuditTrail", "Sweep", "Watch", "Resolve", "Bridge", "Authorizer"],
        "reserved concurrency takes from the account's; the mirror is bounded by its event source, whose deliveries it would throttle \
         into the dead-letter queue",
    ),
    accepted(
        "CKV_AWS_116",
        &[],
        "a dead-letter queue is for asynchronous calls: the audit trail has one as its OnFailure destination, the mirror by its queue, and \
         the others are waited for, or run again by a schedule",
    ),
    accepted(
        "CKV_AWS_117",
        &[],
        "everything that is called is a public endpoint of AWS, over TLS; a VPC would need a NAT, and be one more way for a sign-in to fail",
    ),
    accepted("CKV_AWS_119", &["Links"], "the table has AWS's own key of the account, and holds no values"),
    accepted(
        "CKV_AWS_158",
        &[],
        "logs are encrypted by CloudWatch with its own key, and hold nothing personal",
    ),
    accepted(
        "CKV_AWS_173",
        &[],
        "variables are encrypted with AWS's own key of the account; whoever may read the configuration of a function reads them with \
         another key too, if they may use it",
    ),
    accepted(
        "CKV_AWS_258",
        &["RouteFunctionUrl"],
        "applications ask before a sign-in, without credentials; off unless it is wanted",
    ),
    accepted(
        "CKV_AWS_364",
        &["AuthorizerInvokedByApi"],
        "its SourceArn is a parameter, and empty where there is no permission",
    ),
];
