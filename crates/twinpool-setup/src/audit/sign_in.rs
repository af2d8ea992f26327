//! With what people sign in, here and there.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::pool::{PoolShape, SignIn};

use super::Pools;
use super::code::Code;
use super::facts::listed;
use super::finding::Findings;

const LOST: Code = Code::warns(
    "sign-in-way-lost",
    [
        "what people type to sign in to the old pool is no sign-in name in the new one",
        "Who types it today is refused after the switch, and has to type something else.",
        "tell the users and change the sign-in page, or make a new pool with these sign-in options: they cannot be changed later",
    ],
);
const GAINED: Code = Code::notes(
    "sign-in-way-gained",
    [
        "the new pool signs in with more than the old one",
        "It must be unique there: users who share a value cannot all have it. case-twins and shared-sign-in-name count them.",
        "nothing, if this is wanted",
    ],
);
const CASE_STRICT: Code = Code::warns(
    "case-sensitive-new",
    [
        "the new pool tells upper and lower case apart",
        "Jane@example.com and jane@example.com are two people there: who types other case than at sign-up is refused.",
        "make a new pool with UsernameConfiguration CaseSensitive=false: this cannot be changed later",
    ],
);
const CASE_FOLDS: Code = Code::notes(
    "case-folds",
    [
        "the old pool tells upper and lower case apart, and the new one does not",
        "Names that differ in case only become one name; case-twins counts whom that concerns.",
        "nothing, if this is wanted",
    ],
);

pub(super) const CODES: &[Code] = &[LOST, CASE_STRICT, GAINED, CASE_FOLDS];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let (old, new) = (ways(pools.old.shape), ways(pools.new.shape));
    if old.difference(&new).next().is_some() {
        let both = format!(
            "the old pool takes {}, the new one {}",
            listed(old.iter().copied()),
            listed(new.iter().copied())
        );
        found.add(&LOST).says(both).about(old.difference(&new));
    }
    found.add_about(&GAINED, new.difference(&old));
    let by_email = pools.new.shape.sign_in.is_unique(&Contact::Email.address_attribute());
    match (pools.old.shape.case_sensitive, pools.new.shape.case_sensitive) {
        (true, false) => {
            found.add(&CASE_FOLDS);
        }
        (false, true) => {
            found.add(&CASE_STRICT);
        }
        (true, true) if by_email => {
            found.add(&CASE_STRICT);
        }
        (true, true) | (false, false) => {}
    }
}

fn ways(shape: &PoolShape) -> BTreeSet<&'static str> {
    match &shape.sign_in {
        SignIn::Contact(names) => names.iter().map(|contact| contact.name()).collect(),
        SignIn::Username { contacts, preferred_username } => {
            let aliases = contacts.iter().map(|contact| contact.name());
            aliases.chain(["username"]).chain(preferred_username.then_some("preferred_username")).collect()
        }
    }
}
