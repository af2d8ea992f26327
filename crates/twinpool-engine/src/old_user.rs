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

    /// Who else may be meant: the new pool takes `Jane` and `jane` for one name where the old one does not, and contacts for names
    /// that the old one does not. Nobody who never confirmed the sign-up.
    pub(crate) async fn alike(&self, typed: &Username) -> Answer<Vec<Snapshot>> {
        let small = typed.as_str().to_lowercase();
        let mut found: Vec<Snapshot> = Vec::new();
        if self.folds_case()
            && small != typed.as_str()
            && let Ok(small) = Username::parse(small.as_str())
        {
            let user = self.named(&small).await?;
            found.extend(user.filter(|user| user.status != Status::Unconfirmed));
        }
        for contact in Contact::ALL.into_iter().filter(|contact| self.is_searched(*contact, typed.as_str())) {
            // The list may know it in other letters (F§4.6).
            for spelling in BTreeSet::from([typed.as_str(), small.as_str()]) {
                self.search(contact, spelling, &mut found).await?;
            }
        }
        Ok(found)
    }

    async fn search(&self, contact: Contact, text: &str, found: &mut Vec<Snapshot>) -> Answer<()> {
        for listed in self.old.with_contact(contact, &Value::new(text)).await? {
            if found.iter().any(|known| known.sub == listed.sub) {
                continue;
            }
            // The list may be some seconds old.
            let who = UserRef::Username(listed.username);
            let user = observe::source(self.old, &who, self.known.old_shape).await?;
            let user = user.filter(|user| user.sub == listed.sub);
            found.extend(user.filter(|user| self.goes_by(user, contact, text)));
        }
        Ok(())
    }

    /// Two names of the old pool can be one name in the new one.
    fn folds_case(&self) -> bool {
        self.known.old_shape.case_sensitive && !self.known.new_shape.case_sensitive
    }

    /// Names of the old pool are found by [`OldUsers::named`], unless it knows them in other letters.
    fn is_searched(&self, contact: Contact, text: &str) -> bool {
        let attribute = contact.address_attribute();
        let looks_like = match contact {
            Contact::Email => text.contains('@'),
            Contact::Phone => text.starts_with('+'),
        };
        let is_found_by_name = self.known.old_shape.sign_in.is_unique(&attribute) && !self.folds_case();
        looks_like && self.known.new_shape.sign_in.is_unique(&attribute) && !is_found_by_name
    }

    /// Only who has proven it, unless the old pool takes it for the name in any case: anybody can write an address.
    fn goes_by(&self, user: &Snapshot, contact: Contact, text: &str) -> bool {
        let is_it = |value: &Value| value.reveal().to_lowercase() == text.to_lowercase();
        let counts = self.known.old_shape.sign_in.is_name(contact) || user.is_verified(contact);
        user.status != Status::Unconfirmed && counts && user.contact(contact).is_some_and(is_it)
    }
}
