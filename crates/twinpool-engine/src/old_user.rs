//! Who of the old pool is meant by a name that somebody types for the new one.

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{Timestamp, Username};
use twinpool_core::listing::ContactSearch;
use twinpool_core::port::{Answer, PoolReader};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Value;

use crate::known::Known;
use crate::not_admitted::NotNow;
use crate::observe;
use crate::searches::Searches;

/// Looks people of the old pool up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OldUsers<'a, O> {
    pub(crate) old: &'a O,
    pub(crate) known: Known<'a>,
    /// Of this process.
    pub(crate) searches: &'a Searches,
    pub(crate) now: Timestamp,
    /// Whether groups decide anything: each user is one more call.
    pub(crate) with_groups: bool,
}

impl<O: PoolReader + ContactSearch> OldUsers<'_, O> {
    /// The user who has this name, as the old pool itself takes it: username, alias, or sub. A name that Cognito does not take for
    /// one is nobody's; whatever else it refuses says nothing of the user.
    pub(crate) async fn named(&self, name: &Username) -> Result<Option<Snapshot>, NotNow> {
        match self.read(name).await {
            Err(error) if error.code == "InvalidParameterException" => Ok(None),
            answer => answer.map_err(NotNow::OldPool),
        }
    }

    /// Passkeys and devices decide nothing at the door.
    async fn read(&self, name: &Username) -> Answer<Option<Snapshot>> {
        let who = UserRef::Username(name.clone());
        if self.with_groups { observe::user(self.old, &who).await } else { self.old.user(&who).await }
    }

    /// Who else may be meant: the new pool takes `Jane` and `jane` for one name where the old one does not, and contacts for names
    /// that the old one does not. Nobody who never confirmed the sign-up.
    pub(crate) async fn alike(&self, typed: &Username) -> Result<Vec<Snapshot>, NotNow> {
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
            let before = found.len();
            self.search(contact, typed.as_str(), &mut found).await?;
            // The list may know it in other letters (F§4.6).
            if found.len() == before && small != typed.as_str() {
                self.search(contact, &small, &mut found).await?;
            }
        }
        Ok(found)
    }

    async fn search(&self, contact: Contact, text: &str, found: &mut Vec<Snapshot>) -> Result<(), NotNow> {
        if !self.searches.take(self.now) {
            return Err(NotNow::TooManySearches);
        }
        let listed = self.old.with_contact(contact, &Value::new(text)).await;
        for listed in listed.map_err(NotNow::OldPool)? {
            if found.iter().any(|known| known.sub == listed.sub) {
                continue;
            }
            // The list may be some seconds old.
            let user = self.read(&listed.username).await.map_err(NotNow::OldPool)?;
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
        let is_found_by_name = self.known.old_shape.sign_in.is_unique(&attribute) && !self.folds_case();
        looks_like(contact, text) && self.known.new_shape.sign_in.is_unique(&attribute) && !is_found_by_name
    }

    /// Only who has proven it, unless the old pool takes it for the name in any case: anybody can write an address.
    fn goes_by(&self, user: &Snapshot, contact: Contact, text: &str) -> bool {
        let is_it = |value: &Value| value.reveal().to_lowercase() == text.to_lowercase();
        let counts = self.known.old_shape.sign_in.is_name(contact) || user.is_verified(contact);
        user.status != Status::Unconfirmed && counts && user.contact(contact).is_some_and(is_it)
    }
}

/// An `@` with something on both sides; a `+` and at most 15 digits (E.164).
fn looks_like(contact: Contact, text: &str) -> bool {
    match contact {
        Contact::Email => {
            text.rsplit_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        }
        Contact::Phone => text.strip_prefix('+').is_some_and(|digits| {
            (1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        }),
    }
}
