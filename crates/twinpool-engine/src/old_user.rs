//! Who of the old pool is meant by a name that somebody types for the new one.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::Username;
use twinpool_core::listing::ContactSearch;
use twinpool_core::port::{Answer, PoolReader};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Value;

use crate::known::Known;
use crate::observe;

/// Looks people of the old pool up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OldUsers<'a, O> {
    pub(crate) old: &'a O,
    pub(crate) known: Known<'a>,
}

impl<O: PoolReader + ContactSearch> OldUsers<'_, O> {
    /// The user who has this name, as the old pool itself takes it: username, alias, or sub. A name that Cognito does not take for
    /// one is nobody's; whatever else it refuses says nothing of the user.
    pub(crate) async fn named(&self, name: &Username) -> Answer<Option<Snapshot>> {
        match observe::source(self.old, &UserRef::Username(name.clone()), self.known.old_shape).await {
            Err(error) if error.code == "InvalidParameterException" => Ok(None),
            answer => answer,
        }
    }

    /// Everybody whose contact this is, where the new pool takes it for a name and the old one does not. Only who has proven it:
    /// anybody can write an address. As it is typed and in small letters; the list may know it in others (F§4.6).
    pub(crate) async fn with_contact(&self, text: &str) -> Answer<Vec<Snapshot>> {
        let mut found: Vec<Snapshot> = Vec::new();
        for contact in Contact::ALL.into_iter().filter(|contact| self.is_searched(*contact, text)) {
            for spelling in BTreeSet::from([text.to_owned(), text.to_lowercase()]) {
                for listed in self.old.with_contact(contact, &Value::new(spelling)).await? {
                    if found.iter().any(|known| known.sub == listed.sub) {
                        continue;
                    }
                    // The list may be some seconds old.
                    let who = UserRef::Username(listed.username);
                    let user = observe::source(self.old, &who, self.known.old_shape).await?;
                    let user = user.filter(|user| user.sub == listed.sub);
                    found.extend(user.filter(|user| has_proven(user, contact, text)));
                }
            }
        }
        Ok(found)
    }

    /// Names of the old pool are found by [`OldUsers::named`].
    fn is_searched(&self, contact: Contact, text: &str) -> bool {
        let attribute = contact.address_attribute();
        let looks_like = match contact {
            Contact::Email => text.contains('@'),
            Contact::Phone => text.starts_with('+'),
        };
        let is_new_name = self.known.new_shape.sign_in.is_unique(&attribute);
        looks_like && is_new_name && !self.known.old_shape.sign_in.is_unique(&attribute)
    }
}

fn has_proven(user: &Snapshot, contact: Contact, text: &str) -> bool {
    let is_it = |value: &Value| value.reveal().to_lowercase() == text.to_lowercase();
    user.status != Status::Unconfirmed
        && user.is_verified(contact)
        && user.contact(contact).is_some_and(is_it)
}
