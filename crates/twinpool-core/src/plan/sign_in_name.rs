//! Under which name a user is made, so that people go on typing what they type today.

use super::PlanningInput;
use super::attributes::is_unproven_name;
use crate::attribute::Contact;
use crate::held_back::Reason;
use crate::id::Username;
use crate::pool::SignIn;
use crate::snapshot::{Snapshot, Status};

/// The name to create the user under.
pub(super) fn choose(input: &PlanningInput<'_>) -> Result<Username, Reason> {
    match &input.target_shape.sign_in {
        SignIn::Contact(names) => contact_name(input, names.iter().copied()),
        SignIn::Username { contacts, .. } => Ok(username(input, |contact| contacts.contains(&contact))),
    }
}

/// Whether people type an address in the source that has changed since it became the target's username.
pub(super) fn is_outdated(input: &PlanningInput<'_>, target: &Snapshot) -> bool {
    let fold = |name: &Username| name.as_str().to_lowercase();
    address_as_username(input).is_some_and(|name| fold(&name) != fold(&target.username))
}

/// The username that the target's user should have because people type it as an address in the source; upper and lower case
/// do not matter. `None` where the username is not made of an address.
#[must_use]
pub fn address_as_username(input: &PlanningInput<'_>) -> Option<Username> {
    let from_address = matches!(&input.source_shape.sign_in, SignIn::Contact(_));
    let to_username = matches!(&input.target_shape.sign_in, SignIn::Username { .. });
    if from_address && to_username { choose(input).ok() } else { None }
}

fn contact_name(input: &PlanningInput<'_>, names: impl Iterator<Item = Contact>) -> Result<Username, Reason> {
    let mut reason = Reason::NoSignInName;
    for contact in names {
        let Some(address) = input.source.contact(contact) else {
            continue;
        };
        if !input.source.is_verified(contact) && is_unproven_name(input, contact) {
            reason = Reason::UnverifiedSignInName;
            continue;
        }
        match Username::parse(address.reveal()) {
            Ok(name) => return Ok(name),
            Err(_) => reason = Reason::Refused,
        }
    }
    Err(reason)
}

fn username(input: &PlanningInput<'_>, is_alias: impl Fn(Contact) -> bool) -> Username {
    let source = input.source;
    if source.status == Status::ExternalProvider {
        // `<provider>_<id>` belongs to the profile that the provider itself would make (F§4.8).
        return Username::parse(source.sub.as_str()).unwrap_or_else(|_| source.username.clone());
    }
    if let SignIn::Contact(names) = &input.source_shape.sign_in {
        let mut held = names.iter().filter(|contact| source.contact(**contact).is_some());
        // Where no alias takes the address, the address itself becomes the username.
        if let Some(contact) = held.next().filter(|contact| !is_alias(**contact)) {
            let address = source.contact(*contact).and_then(|value| Username::parse(value.reveal()).ok());
            return address.unwrap_or_else(|| source.username.clone());
        }
        return source.username.clone();
    }
    // An alias pool refuses usernames that look like one of its aliases (F§4.1).
    let name = source.username.as_str();
    let looks_like_alias = (is_alias(Contact::Email) && name.contains('@'))
        || (is_alias(Contact::Phone) && name.starts_with('+'));
    if looks_like_alias {
        Username::parse(source.sub.as_str()).unwrap_or_else(|_| source.username.clone())
    } else {
        source.username.clone()
    }
}
