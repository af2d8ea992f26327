//! The users of the old pool.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Pools;
use super::census::{Census, Tally};
use super::code::Code;
use super::finding::Findings;

const TWINS: Code = Code::blocks(
    "case-twins",
    [
        "users have sign-in names that differ in case only, and the new pool takes them as one",
        "The first of them comes over; the others wait as conflicts and cannot sign in to the new pool.",
        "decide who is who, after the backfill, with twinpool conflicts resolve (--merge-into, --leave-out), or give one of \
         them another address in the old pool now",
    ],
);
const SHARED: Code = Code::blocks(
    "shared-sign-in-name",
    [
        "users share a value that only one user of the new pool can have",
        "The first of them comes over; the others wait as conflicts and cannot sign in to the new pool.",
        "decide who is who, after the backfill, with twinpool conflicts resolve (--merge-into, --leave-out), or give one of \
         them another address in the old pool now",
    ],
);
const NAMELESS: Code = Code::blocks(
    "no-sign-in-name",
    [
        "users have nothing that the new pool signs in with",
        "They cannot be made there, and wait as conflicts.",
        "ask them for an address before the switch, or leave them out in twinpool.toml: [users] leave_out_groups",
    ],
);
const UNPROVEN: Code = Code::blocks(
    "unverified-sign-in-name",
    [
        "users have an address that the new pool signs in with, and never verified it",
        "They cannot be made there, or whoever claimed somebody else's address would get the account; they wait as conflicts.",
        "let them verify it in the old pool, or verify it for those whom you know: aws cognito-idp \
         admin-update-user-attributes --user-pool-id {old} --username <sub> --user-attributes Name=email_verified,Value=true",
    ],
);
const UNREACHABLE: Code = Code::warns(
    "no-verified-contact",
    [
        "users have no verified e-mail address and no verified phone number",
        "They cannot reset a password: where the old one does not let them in (SignInContinuity), they are locked out after the \
         switch.",
        "ask them to verify an address while they can still sign in to the old pool",
    ],
);
const RENAMED: Code = Code::warns(
    "username-replaced",
    [
        "usernames look like an address that the new pool takes as an alias, which it refuses as a username",
        "These users get another username; who types the old one is let in only if it is a verified alias too.",
        "make sure that they have this address as a verified contact",
    ],
);
const UNFIT: Code = Code::warns(
    "value-unfit",
    [
        "users have values that the new pool refuses: too long, too short, or of another type",
        "These values stay behind; the users come over without them.",
        "map or drop the attribute in twinpool.toml, or correct the values in the old pool",
    ],
);
const INCONVERTIBLE: Code = Code::warns(
    "value-not-convertible",
    [
        "users have values that the rules of twinpool.toml can make nothing of",
        "These values stay behind; the users come over without them.",
        "extend the rule (map, e164), or correct the values in the old pool",
    ],
);
const LACKING: Code = Code::warns(
    "required-value-missing",
    [
        "users lack an attribute that the new pool requires",
        "They come over without it; the new pool's own pages may insist on it.",
        "give a default in twinpool.toml",
    ],
);
const SAMPLED: Code = Code::warns(
    "names-sampled",
    [
        "the pool has more names than are remembered, so that case twins and shared names are estimated",
        "A few pairs may not have been seen; the backfill names each as a conflict.",
        "nothing, or accept; twinpool conflicts list shows all after the backfill",
    ],
);
const COUNTED: Code = Code::notes(
    "users-counted",
    [
        "who is in the old pool",
        "Whoever is unconfirmed comes over when confirmed; temporary passwords do not come over; disabled users stay disabled.",
        "nothing",
    ],
);

pub(super) const CODES: &[Code] =
    &[TWINS, SHARED, NAMELESS, UNPROVEN, UNREACHABLE, RENAMED, UNFIT, INCONVERTIBLE, LACKING, SAMPLED];
/// What is told last.
pub(super) const COUNTS: &[Code] = &[COUNTED];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let Some(census) = pools.census() else {
        return;
    };
    each(&TWINS, &census.twins, found);
    each(&SHARED, &census.shared, found);
    found.add_of(&NAMELESS, &census.nameless);
    found.add_of(&UNPROVEN, &census.unproven);
    found.add_of(&UNREACHABLE, &census.unreachable);
    found.add_of(&RENAMED, &census.renamed);
    each(&UNFIT, &census.unfit, found);
    each(&INCONVERTIBLE, &census.inconvertible, found);
    each(&LACKING, &census.lacking, found);
    if census.one_in() > 1 {
        found.add(&SAMPLED).says(format!("one in {} names was compared", census.one_in()));
    }
    if census.users > 0 {
        found.add(&COUNTED).says(counted(census)).counts(census.users);
    }
}

fn each<K: Display>(code: &'static Code, tallies: &BTreeMap<K, Tally>, found: &mut Findings) {
    for (name, tally) in tallies {
        if let Some(finding) = found.add_of(code, tally) {
            finding.about([name]);
        }
    }
}

fn counted(census: &Census<'_>) -> String {
    let statuses = census.statuses.iter().map(|(status, number)| format!("{status} {number}"));
    let others = [("disabled", census.disabled), ("left out by the rules", census.left_out)];
    let others = others.into_iter().filter(|(_, number)| *number > 0);
    statuses.chain(others.map(|(what, number)| format!("{what} {number}"))).collect::<Vec<_>>().join(", ")
}
