//! What could not be read, and pools that are one.

use twinpool_core::port::PortError;

use super::code::Code;
use super::finding::Findings;
use super::{Input, PoolFacts};

const SAME_POOL: Code = Code::bars(
    "same-pool",
    [
        "the same pool is named as the old and as the new one",
        "The mirror would write into the pool that it reads.",
        "correct --old-pool / TWINPOOL_OLD_POOL_ID or --new-pool / TWINPOOL_NEW_POOL_ID",
    ],
);
const NOT_DESCRIBED: Code = Code::bars(
    "pool-not-described",
    [
        "the settings of a pool cannot be read",
        "Nothing can be said about it, not even that nobody will be messaged.",
        "correct the id, the Region (AWS_REGION) and the credentials; allow cognito-idp:DescribeUserPool on this pool",
    ],
);
const NOT_READ: Code = Code::warns(
    "could-not-be-read",
    [
        "something was not looked at, because it could not be read",
        "What it would have shown is not in this audit.",
        "allow these operations to your role and run the audit again, or accept that they are not looked at",
    ],
);
const NOT_LOOKED_AT: Code = Code::warns(
    "users-not-looked-at",
    [
        "nobody looked at the users",
        "Findings about users, such as case twins, are missing.",
        "run twinpool audit without --skip-users; it makes nobody a monthly active user",
    ],
);
const UNREADABLE_USERS: Code = Code::warns(
    "users-unreadable",
    [
        "users of the old pool cannot be read",
        "They are not counted here, and the mirror may not be able to read them either.",
        "run the audit again; if they stay, look for users whose name or attribute identities is damaged: \
         aws cognito-idp list-users --user-pool-id {old}",
    ],
);

pub(super) const CODES: &[Code] = &[SAME_POOL, NOT_DESCRIBED, NOT_READ, NOT_LOOKED_AT, UNREADABLE_USERS];

pub(super) fn check(input: &Input<'_>, found: &mut Findings) {
    if input.old.id == input.new.id {
        found.add(&SAME_POOL);
    }
    for (side, facts) in [("old pool", input.old), ("new pool", input.new)] {
        if let Err(error) = &facts.description {
            found.add(&NOT_DESCRIBED).says(format!("the {side} {}: {error}", facts.id));
        }
        for error in problems(facts) {
            let operation = error.operation;
            found.add(&NOT_READ).says(format!("the {side} {}: {error}", facts.id)).about([operation]);
        }
    }
    if let Some(error) = &input.quotas.problem {
        found.add(&NOT_READ).says(format!("the quotas: {error}")).about([error.operation]);
    }
    match input.census {
        None => {
            found.add(&NOT_LOOKED_AT);
        }
        Some(census) if census.broken.is_some() => {
            let why = census.broken.as_ref().map(ToString::to_string).unwrap_or_default();
            found.add(&NOT_LOOKED_AT).says(why).counts(census.users).fixed_by(
                "allow cognito-idp:ListUsers on {old}, and run twinpool audit again; so far, these users were counted",
            );
        }
        Some(_) => {}
    }
    if let Some(unreadable) = input.census.map(|census| census.unreadable).filter(|number| *number > 0) {
        found.add(&UNREADABLE_USERS).counts(unreadable);
    }
}

fn problems(facts: &PoolFacts) -> impl Iterator<Item = &PortError> {
    let lists = [&facts.providers, &facts.clients, &facts.groups, &facts.replicas];
    facts.mfa.as_ref().err().into_iter().chain(lists.into_iter().filter_map(|list| list.as_ref().err()))
}
