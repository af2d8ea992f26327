//! What AWS refuses, moves or sends, where emulators nod.

use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, Sub, Username};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Status};
use twinpool_core::value::{Attributes, Value};

use crate::people::People;
use crate::pool::Person;

pub(crate) fn refuse(class: Class, operation: &'static str, code: &str) -> PortError {
    PortError::new(class, operation, code)
}

/// Whether two names are one in this pool (F§4.10).
pub(crate) fn is_same(shape: &PoolShape, one: &str, other: &str) -> bool {
    one == other || (!shape.case_sensitive && lower(one).eq(lower(other)))
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The class of `Username` has no invisible characters (API: AdminGetUser, AdminCreateUser).
pub(crate) fn check_parameter(operation: &'static str, parameter: &str) -> Answer<()> {
    let invisible = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    if parameter.contains(invisible) {
        return Err(refuse(Class::Rejected, operation, "InvalidParameterException"));
    }
    Ok(())
}

/// Finds a user as the `Username` parameter does: username, sub of a local user, or alias (F§4).
pub(crate) fn find<'a>(shape: &PoolShape, people: &'a People, parameter: &str) -> Option<&'a Person> {
    people.known_as(parameter).find(|person| {
        person.sub.as_str() == parameter
            || is_same(shape, person.username.as_str(), parameter)
            || sign_in_values(shape, person).any(|value| is_same(shape, value.reveal(), parameter))
    })
}

/// The values a user can sign in with: in alias pools a contact works only once it is verified (F§4.1).
fn sign_in_values<'a>(shape: &'a PoolShape, person: &'a Person) -> impl Iterator<Item = &'a Value> {
    person.attributes.iter().filter_map(|(name, value)| {
        let contact = Contact::ALL.into_iter().find(|contact| contact.name() == name.as_str());
        let active = match (&shape.sign_in, contact) {
            (SignIn::Contact(_), _) | (SignIn::Username { .. }, None) => true,
            (SignIn::Username { .. }, Some(contact)) => person.is_verified(contact),
        };
        (shape.sign_in.is_unique(name) && active).then_some(value)
    })
}

/// Undeclared attributes, `sub`, and oversized values are refused (F§4.1, F§4.2).
pub(crate) fn check_values(
    shape: &PoolShape,
    attributes: &Attributes,
    operation: &'static str,
) -> Answer<()> {
    let bad = attributes
        .iter()
        .any(|(name, value)| !shape.has(name) || name.as_str() == "sub" || value.reveal().len() > 2_048);
    if bad {
        return Err(refuse(Class::Rejected, operation, "InvalidParameterException"));
    }
    Ok(())
}

/// `preferred_username` as an alias waits for confirmation (AWS: "Customizing sign-in attributes").
pub(crate) fn check_confirmed(
    shape: &PoolShape,
    attributes: &Attributes,
    operation: &'static str,
    status: Option<&Status>,
) -> Answer<()> {
    if status == Some(&Status::Confirmed) || !attributes.keys().any(|name| shape.waits_for_confirmation(name))
    {
        return Ok(());
    }
    Err(refuse(Class::Rejected, operation, "InvalidParameterException"))
}

/// Of disabled users Cognito resets no password; that it sets one is not known.
pub(crate) fn check_enabled(person: &Person, operation: &'static str) -> Answer<()> {
    if person.enabled { Ok(()) } else { Err(refuse(Class::Denied, operation, "NotAuthorizedException")) }
}

/// Contact pools take a contact as username; alias pools refuse what looks like one (F§4.1).
pub(crate) fn check_username(shape: &PoolShape, username: &str) -> Answer<()> {
    let looks_like = |contact: Contact| match contact {
        Contact::Email => username.contains('@'),
        Contact::Phone => username.starts_with('+'),
    };
    let fine = match &shape.sign_in {
        SignIn::Contact(names) => names.iter().any(|contact| looks_like(*contact)),
        SignIn::Username { contacts, .. } => !contacts.iter().any(|contact| looks_like(*contact)),
    };
    if fine { Ok(()) } else { Err(refuse(Class::Rejected, "AdminCreateUser", "InvalidParameterException")) }
}

/// Nobody may hold a way to sign in that the newcomer would hold; aliases are not taken over (`ForceAliasCreation` off).
pub(crate) fn check_free(
    shape: &PoolShape,
    people: &People,
    newcomer: &Person,
    username: &str,
) -> Answer<()> {
    let mut names = vec![Value::new(username)];
    names.extend(sign_in_values(shape, newcomer).cloned());
    if names.iter().any(|name| find(shape, people, name.reveal()).is_some()) {
        return Err(refuse(Class::Taken, "AdminCreateUser", "UsernameExistsException"));
    }
    Ok(())
}

/// AdminUpdateUserAttributes: what is refused, what waits, who is messaged, who loses an alias (F§4.2).
/// Returns the number of messages that the user gets.
pub(crate) fn update(shape: &PoolShape, people: &mut People, sub: &Sub, new: &Attributes) -> Answer<u32> {
    const OPERATION: &str = "AdminUpdateUserAttributes";
    check_values(shape, new, OPERATION)?;
    check_confirmed(shape, new, OPERATION, people.get(sub).map(|person| &person.status))?;
    if new.keys().any(|name| !shape.is_mutable(name)) {
        return Err(refuse(Class::Rejected, OPERATION, "InvalidParameterException"));
    }
    let mut messages = 0;
    for contact in Contact::ALL {
        let Some(address) = new.get(&contact.address_attribute()) else {
            continue;
        };
        let verified = new.get(&contact.flag_attribute()).is_some_and(Value::is_true);
        if !verified && shape.verifies.contains(&contact) {
            messages += 1;
        }
        let holder = people.known_as(address.reveal()).find(|person| {
            person.sub != *sub
                && person.contact(contact).is_some_and(|held| is_same(shape, held.reveal(), address.reveal()))
                && (shape.sign_in.is_name(contact) || person.is_verified(contact))
        });
        let Some(holder) = holder.map(|person| person.sub.clone()) else {
            continue;
        };
        if shape.sign_in.is_name(contact) {
            return Err(refuse(Class::Taken, OPERATION, "AliasExistsException"));
        }
        if shape.sign_in.is_unique(&contact.address_attribute()) && verified {
            // The alias moves without a word, and the other user's contact is no longer verified.
            steal(people, &holder, contact);
        }
    }
    people.change(sub, |person| person.attributes.extend(new.clone()));
    Ok(messages)
}

fn steal(people: &mut People, holder: &Sub, contact: Contact) {
    people.change(holder, |person| person.attributes.insert(contact.flag_attribute(), Value::new("false")));
}

/// A contact that people sign in with cannot be deleted.
pub(crate) fn check_deletable<'a>(
    shape: &PoolShape,
    names: impl IntoIterator<Item = &'a AttributeName>,
) -> Answer<()> {
    let refused = names.into_iter().any(|name| {
        !shape.is_mutable(name) || Contact::of(name).is_some_and(|contact| shape.sign_in.is_name(contact))
    });
    if refused {
        return Err(refuse(Class::Rejected, "AdminDeleteUserAttributes", "InvalidParameterException"));
    }
    Ok(())
}

/// An identity that has signed in has a profile of its own and cannot be linked; five are the most (F§4.8).
pub(crate) fn link(people: &mut People, username: &Username, identity: &Identity) -> Answer<()> {
    const OPERATION: &str = "AdminLinkProviderForUser";
    let own = format!("{}_{}", identity.provider, identity.subject.reveal());
    let elsewhere = |person: &Person| {
        person.username != *username
            && (person.identities.contains(identity) || person.username.as_str() == own)
    };
    if people.values().any(elsewhere) {
        return Err(refuse(Class::Taken, OPERATION, "AliasExistsException"));
    }
    let user = people.known_as(username.as_str()).find(|person| person.username == *username);
    let Some(user) = user else {
        return Err(refuse(Class::NotFound, OPERATION, "UserNotFoundException"));
    };
    if user.identities.len() >= 5 && !user.identities.contains(identity) {
        return Err(refuse(Class::Rejected, OPERATION, "LimitExceededException"));
    }
    let sub = user.sub.clone();
    people.change(&sub, |person| person.identities.insert(identity.clone()));
    Ok(())
}

/// A code needs somewhere to go, and an authenticator app must have been set up by the user (F§4.9).
pub(crate) fn set_mfa(shape: &PoolShape, person: &mut Person, now: Mfa) -> Answer<()> {
    let impossible = !shape.mfa.is_on()
        || (now.sms && person.contact(Contact::Phone).is_none())
        || (now.email && person.contact(Contact::Email).is_none())
        || (now.totp && !person.mfa.totp)
        || now.preferred.is_some_and(|factor: Factor| !now.has(factor));
    if impossible {
        return Err(refuse(Class::Rejected, "AdminSetUserMFAPreference", "InvalidParameterException"));
    }
    person.mfa = now;
    Ok(())
}
