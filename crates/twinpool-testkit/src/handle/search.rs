//! Users of a pool by a contact, as the list shows them.

use twinpool_core::attribute::Contact;
use twinpool_core::listing::ContactSearch;
use twinpool_core::port::Answer;
use twinpool_core::snapshot::{Mfa, Snapshot};
use twinpool_core::value::Value;

use crate::handle::PoolHandle;
use crate::pool::Person;

impl ContactSearch for PoolHandle {
    async fn with_contact(&self, contact: Contact, text: &Value) -> Answer<Vec<Snapshot>> {
        self.call("ListUsers", None, || {
            // That case counts is the worse of what is possible: F§4.6 says it of usernames.
            let is_it = |person: &Person| person.contact(contact) == Some(text);
            let all = self.pool.listed(None, 60, is_it);
            Ok(all.into_iter().map(|person| Snapshot { mfa: Mfa::default(), ..person.told() }).collect())
        })
        .await
    }
}
