//! What the mirror may do with each pool: what it calls, and writing the old one only where the owner says so.

use std::collections::BTreeSet;

use crate::permissions::{actions, operations, resource, set};

/// The statements of a role about one pool: the actions of each.
fn about_pool(role: &str, pool: &str) -> Vec<BTreeSet<String>> {
    let text = resource(role);
    let mut parts: Vec<_> = text.split(&format!("userpool/${{{pool}}}")).collect();
    parts.pop();
    let statement = |part: &&str| actions(part.rsplit("Action:").next().unwrap_or_default(), "cognito-idp");
    parts.iter().map(statement).collect()
}

/// What the mirror may do with each user and group of a pool that it writes, beside reading.
const WRITES: [&str; 13] = [
    "AdminCreateUser",
    "AdminSetUserPassword",
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminEnableUser",
    "AdminDisableUser",
    "AdminDeleteUser",
    "AdminLinkProviderForUser",
    "AdminDisableProviderForUser",
    "AdminSetUserMFAPreference",
    "CreateGroup",
];

#[test]
fn the_mirror_may_call_in_cognito_what_it_calls() {
    let reads = set(&[
        "DescribeUserPool",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminGetUserAuthFactors",
        "AdminListDevices",
        "ListUsers",
        "GetGroup",
    ]);
    let [old, back] = about_pool("MirrorRole", "OldPoolId").try_into().unwrap();
    let [new] = about_pool("MirrorRole", "NewPoolId").try_into().unwrap();
    assert_eq!(old, reads);
    // Of the new pool nobody asks for what cannot be carried over.
    let unasked = set(&["AdminGetUserAuthFactors", "AdminListDevices"]);
    let called = operations("cognito");
    assert!(called.is_superset(&reads));
    assert_eq!(new, called.difference(&unasked).cloned().collect());
    // Groups of the old pool keep their definitions.
    let kept = set(&["UpdateGroup", "DeleteGroup"]);
    assert_eq!(back, set(&WRITES));
    assert_eq!(new.difference(&reads).cloned().collect::<BTreeSet<_>>(), &back | &kept);
}

#[test]
fn the_old_pool_may_be_written_only_where_the_owner_says_so() {
    let role = resource("MirrorRole");
    let (before, after) = role.split_once("- cognito-idp:AdminCreateUser\n").unwrap();
    assert!(before.ends_with(
        "- !If\n                - SyncsBack\n                - Effect: Allow\n                  Action:\n                    "
    ));
    let (back, _) = after.split_once("- !Ref AWS::NoValue").unwrap();
    assert!(back.contains("userpool/${OldPoolId}") && !back.contains("userpool/${NewPoolId}"), "{back}");
    // It is off unless somebody turns it on, and the mirror is told the same.
    assert!(resource("ReverseSync").contains("Default: \"off\""));
    assert!(resource("Mirror").contains("TWINPOOL_REVERSE_SYNC: !Ref ReverseSync\n"));
    let writes = set(&WRITES);
    for role in ["CaptureRole", "SweepRole", "SignInRole", "ResolveRole", "AuthorizerRole"] {
        for statement in about_pool(role, "OldPoolId") {
            assert!(statement.is_disjoint(&writes), "{role}: {statement:?}");
        }
    }
}
