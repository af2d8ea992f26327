//! What is said of the pools as a whole.

use twinpool_core::attribute::Contact;
use twinpool_core::pool::{PoolShape, SignIn};

use super::Pools;

/// Sentences.
pub(super) fn of(pools: &Pools<'_>) -> Vec<String> {
    let mut notes = vec![format!(
        "The old pool signs in with {}, the new one with {}.",
        ways(pools.old),
        ways(pools.new)
    )];
    if let SignIn::Contact(_) = pools.new.sign_in {
        notes.push("Whoever has no such address that is verified is held back.".to_owned());
    }
    match (pools.old.case_sensitive, pools.new.case_sensitive) {
        (true, false) => notes.push(
            "The new pool takes upper and lower case for the same, and the old one does not: of two users who differ in case \
             only, one is held back. `twinpool audit` counts them."
                .to_owned(),
        ),
        (false, true) => notes.push(
            "The new pool tells upper and lower case apart, and the old one does not. This cannot be changed later.".to_owned(),
        ),
        (true, true) | (false, false) => {}
    }
    if !pools.new.attributes.contains_key(pools.marker) {
        notes.push(format!(
            "The new pool lacks {}, by which twinpool knows whom it made: `twinpool rules check` says how to add it.",
            pools.marker
        ));
    }
    notes
}

fn ways(pool: &PoolShape) -> String {
    let plural = |contact: &Contact| match contact {
        Contact::Email => "e-mail addresses",
        Contact::Phone => "phone numbers",
    };
    match &pool.sign_in {
        SignIn::Contact(contacts) => listed(contacts.iter().map(plural).collect()),
        SignIn::Username { contacts, preferred_username } => {
            let aliases =
                contacts.iter().map(plural).chain(preferred_username.then_some("preferred usernames"));
            listed(std::iter::once("usernames").chain(aliases).collect())
        }
    }
}

fn listed(words: Vec<&str>) -> String {
    match words.as_slice() {
        [] => "nothing that is known".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
