//! Whether a user is equal under the rules: told again here in other words, so that a mistake of the plan does not pass itself.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::link::{Link, LinkState, Linked};
use twinpool_core::snapshot::{Factor, Status};
use twinpool_testkit::world::{MARKER, attribute};
use twinpool_testkit::{Person, World};

pub(super) enum Verdict {
    Equal,
    Listed(Reason),
    NotConfirmed,
    Different(String),
}

pub(super) fn verdict(world: &World, old: &Person, link: Option<&Link>) -> Verdict {
    let Some(link) = link else {
        if old.status == Status::Unconfirmed {
            return Verdict::NotConfirmed;
        }
        return Verdict::Different("no link".to_owned());
    };
    match &link.state {
        LinkState::Conflict { reason, .. } => Verdict::Listed(*reason),
        LinkState::Linked(linked) => compare(world, old, linked),
        other => Verdict::Different(format!("{other:?}")),
    }
}

fn compare(world: &World, old: &Person, linked: &Linked) -> Verdict {
    let Some(new) = world.new.person(linked.new_sub.as_str()) else {
        return Verdict::Different("nobody in the new pool".to_owned());
    };
    let held: BTreeMap<_, _> =
        linked.held_back.iter().map(|held| (held.subject.clone(), held.reason)).collect();
    if held.get(&Subject::User) == Some(&Reason::LeftOut) {
        return Verdict::Listed(Reason::LeftOut);
    }
    let differences = attributes(old, &new).into_iter().map(|name| Subject::Attribute(attribute(&name)));
    let groups =
        groups(old, &new).into_iter().map(|name| Subject::Group(twinpool_testkit::world::group(&name)));
    for subject in differences.chain(groups).chain(factors(old, &new)) {
        if !held.contains_key(&subject) && !is_held_with_its_contact(&held, &subject) {
            return Verdict::Different(format!("{subject}, and only {:?} are held back", held.keys()));
        }
    }
    if old.enabled != new.enabled {
        return Verdict::Different("enabled".to_owned());
    }
    if let Some(provider) = identities(old, &new).filter(|_| !is_held_identity(&held)) {
        return Verdict::Different(format!("identity {provider}"));
    }
    if new.messages > 0 {
        return Verdict::Different("was messaged".to_owned());
    }
    if old.status != Status::ExternalProvider && new.status != Status::Confirmed {
        return Verdict::Different("cannot reset a password".to_owned());
    }
    held.values().next().map_or(Verdict::Equal, |reason| Verdict::Listed(*reason))
}

/// What the rules of this pool make of the attributes.
fn expected(old: &Person) -> BTreeMap<String, String> {
    let mut expected = BTreeMap::new();
    for (name, value) in &old.attributes {
        let (name, value) = (name.as_str(), value.reveal());
        let (name, value) = match name {
            "nickname" => continue,
            "email" => (name, value.to_lowercase()),
            "phone_number" => (name, value.replacen("0151 ", "+49151", 1)),
            "custom:company" => ("custom:tenant", format!("t-{value}")),
            _ => (name, value.to_owned()),
        };
        expected.insert(name.to_owned(), value);
    }
    let providers: BTreeSet<_> = old.identities.iter().map(|identity| identity.provider.as_str()).collect();
    let trusted = old.status == Status::ExternalProvider && providers == BTreeSet::from(["Google"]);
    if trusted && expected.contains_key("email") {
        expected.insert("email_verified".to_owned(), "true".to_owned());
    }
    expected
}

fn attributes(old: &Person, new: &Person) -> Vec<String> {
    let expected = expected(old);
    let mut own: BTreeMap<_, _> = new
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.reveal().to_owned()))
        .collect();
    own.remove(MARKER);
    let names: BTreeSet<_> = expected.keys().chain(own.keys()).cloned().collect();
    names.into_iter().filter(|name| expected.get(name) != own.get(name)).collect()
}

/// An address is held back together with its flag.
fn is_held_with_its_contact(held: &BTreeMap<Subject, Reason>, subject: &Subject) -> bool {
    let Subject::Attribute(name) = subject else {
        return false;
    };
    let address = name.as_str().strip_suffix("_verified").map(attribute);
    address.is_some_and(|address| held.contains_key(&Subject::Attribute(address)))
}

fn groups(old: &Person, new: &Person) -> Vec<String> {
    let names =
        |person: &Person| person.groups.iter().map(|name| name.as_str().to_owned()).collect::<BTreeSet<_>>();
    let expected: BTreeSet<_> = names(old)
        .into_iter()
        .filter(|name| !name.starts_with("legacy-"))
        .map(|name| if name == "admins" { "administrators".to_owned() } else { name })
        .collect();
    expected.symmetric_difference(&names(new)).cloned().collect()
}

fn factors(old: &Person, new: &Person) -> Vec<Subject> {
    let codes = [Factor::Sms, Factor::Email, Factor::Totp];
    let missing = codes.into_iter().filter(|factor| old.mfa.has(*factor) != new.mfa.has(*factor));
    missing.chain(old.factors.iter().copied()).map(Subject::Factor).collect()
}

/// A provider whose sign-in did not come along.
fn identities(old: &Person, new: &Person) -> Option<String> {
    let linked = |subject: &str| new.identities.iter().any(|identity| identity.subject.reveal() == subject);
    let missing = old.identities.iter().find(|identity| !linked(identity.subject.reveal()));
    missing.map(|identity| identity.provider.to_string())
}

fn is_held_identity(held: &BTreeMap<Subject, Reason>) -> bool {
    held.keys().any(|subject| matches!(subject, Subject::Identity(_)))
}
