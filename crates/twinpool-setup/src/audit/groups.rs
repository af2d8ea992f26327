//! Groups.

use std::collections::BTreeSet;

use twinpool_core::id::GroupName;

use super::Pools;
use super::code::Code;
use super::facts::{each, text};
use super::finding::Findings;

const CLASH: Code = Code::warns(
    "group-there-already",
    [
        "groups of the old pool have a name that the new pool has already",
        "Members of the old group become members of that one, with whatever rights it gives there.",
        "nothing, if they are the same; else rename the group in twinpool.toml: [groups] rename = { <old> = \"<new>\" }",
    ],
);
const TOO_MANY: Code = Code::blocks(
    "too-many-groups",
    [
        "with the groups of the old pool, the new one would have more than Cognito allows",
        "Memberships of the groups that cannot be made stay behind.",
        "leave groups out in twinpool.toml: [groups] leave_out = [\"<pattern>\"]",
    ],
);
const ROLES: Code = Code::warns(
    "group-role",
    [
        "groups of the old pool have IAM roles, which do not travel",
        "Who gets AWS credentials by such a group gets none in the new pool.",
        "give the groups their roles in the new pool, after they are made: aws cognito-idp update-group --user-pool-id {new} \
         --group-name <name> --role-arn <role> --precedence <as it is> --description <as it is>",
    ],
);
const MADE: Code = Code::notes(
    "group-will-be-made",
    [
        "groups are not in the new pool yet",
        "twinpool makes them, with description and precedence.",
        "nothing; who is not to come over is left out in twinpool.toml: [groups] leave_out",
    ],
);

pub(super) const CODES: &[Code] = &[TOO_MANY, CLASH, ROLES, MADE];

/// A pool has at most so many groups (F§5).
const MOST: usize = 10_000;
/// More are counted, and not named.
const NAMED: usize = 20;

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let (Ok(old), Ok(new)) = (&pools.old.facts.groups, &pools.new.facts.groups) else {
        return;
    };
    let target = |name: &str| pools.rules().group(&GroupName::parse(name).ok()?);
    let there: BTreeSet<String> = each(new, "GroupName").map(str::to_owned).collect();
    let wanted: BTreeSet<String> =
        each(old, "GroupName").filter_map(target).map(|name| name.to_string()).collect();
    let all = there.union(&wanted).count();
    if all > MOST {
        found.add(&TOO_MANY).says(format!("{all} groups, of {MOST} that are allowed"));
    }
    let with_role = old.iter().filter(|group| text(group, &["RoleArn"]).is_some());
    let roles = with_role.filter_map(|group| target(text(group, &["GroupName"])?));
    some(found, &CLASH, there.intersection(&wanted).cloned().collect());
    some(found, &ROLES, roles.map(|name| name.to_string()).collect());
    some(found, &MADE, wanted.difference(&there).cloned().collect());
}

/// The first of them by name.
fn some(found: &mut Findings, code: &'static Code, names: Vec<String>) {
    let all = names.len();
    if let Some(finding) = found.add_about(code, names.into_iter().take(NAMED))
        && all > NAMED
    {
        finding.says(format!("{all} groups, of which {NAMED} are named"));
    }
}
