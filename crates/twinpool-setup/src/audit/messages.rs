//! Whether mirroring messages anybody: the proof, or the setting that spoils it (F§4.2).

use serde_json::Value;
use twinpool_core::attribute::Contact;

use super::code::Code;
use super::facts::{at, listed};
use super::finding::Findings;
use super::{Pools, Side};

const NOBODY: Code = Code::notes(
    "nobody-is-messaged",
    [
        "mirroring sends no e-mail and no text message to anybody",
        "Users notice nothing of being mirrored.",
        "leave these settings as they are while the mirror runs",
    ],
);
const WOULD_MESSAGE: Code = Code::bars(
    "would-message",
    [
        "a setting of the new pool could make Cognito message users while they are mirrored",
        "Users could get codes that they never asked for.",
        "switch it off in the console of the new pool {new} while the mirror runs, or use a twinpool that knows it; \
         a plain aws cognito-idp update-user-pool would reset all other settings",
    ],
);
const HELD_BACK: Code = Code::warns(
    "unverified-held-back",
    [
        "later changes of unverified addresses are held back, because writing them could message their users",
        "An unverified address comes over when its user is made, and is not updated after that.",
        "to let them follow: switch off automatic verification, and verification before update, in the console of {new} \
         while the mirror runs. Not for an address or number that people sign in with while users are made at their first sign-in \
         (SignInContinuity=migration or all): then leave both on and let the mirror hold back, or anybody who is signed in to the \
         new pool can take the address of a user of the old one",
    ],
);

pub(super) const CODES: &[Code] = &[WOULD_MESSAGE, HELD_BACK, NOBODY];

/// Settings under which an address that is written unverified sends a code, or waits for one.
const SETTINGS: [&[&str]; 2] = [
    &["AutoVerifiedAttributes"],
    &["UserAttributeUpdateSettings", "AttributesRequireVerificationBeforeUpdate"],
];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let users =
        pools.census().map_or_else(|| "all users".to_owned(), |census| format!("{} users", census.users));
    let mut is_proven = true;
    let mut proof = vec![
        "users are made with MessageAction=SUPPRESS".to_owned(),
        "passwords, groups, second factors, disabling and deleting send nothing".to_owned(),
    ];
    for setting in SETTINGS {
        let name = setting.join(".");
        match verified_by(&pools.new, setting) {
            Ok(contacts) if contacts.is_empty() => proof.push(format!("{name} is empty")),
            Ok(contacts) => proof.push(format!(
                "{name} has {}: verified addresses are written together with their flag, which sends nothing, and unverified ones are held back",
                listed(contacts.iter().map(|contact| contact.name()))
            )),
            Err(strange) => {
                is_proven = false;
                let what = format!("{name} says {strange}, which twinpool does not know: it could message {users}");
                found.add(&WOULD_MESSAGE).says(what).about([name]);
            }
        }
    }
    if is_proven {
        found.add(&NOBODY).says(proof.join("; "));
    }
    for contact in &pools.new.shape.verifies {
        let Some(tally) = pools.census().and_then(|census| census.unverified.get(contact)) else { continue };
        if let Some(finding) = found.add_of(&HELD_BACK, tally) {
            finding.about([contact.name()]);
        }
    }
}

/// The contacts that a setting names, if the mirror too knows that it holds them back. Otherwise what is strange about it.
fn verified_by(new: &Side<'_>, setting: &[&str]) -> Result<Vec<Contact>, String> {
    let all = match at(new.json, setting) {
        Value::Null => return Ok(Vec::new()),
        Value::Array(all) => all,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err("something other than a list".to_owned());
        }
    };
    let contact = |value: &Value| {
        let known = Contact::ALL.into_iter().find(|contact| value.as_str() == Some(contact.name()));
        let held = known.filter(|contact| new.shape.verifies.contains(contact));
        held.ok_or_else(|| value.as_str().unwrap_or("something other than a name").to_owned())
    };
    all.iter().map(contact).collect()
}
