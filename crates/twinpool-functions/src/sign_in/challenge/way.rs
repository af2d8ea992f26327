//! By which way somebody is to be let in, as the owner says it.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;
use twinpool_core::port::{Answer, Clock as _, LinkReader as _};
use twinpool_rules::Person;

use super::super::{Outside, Wiring};
use super::event::Event;
use crate::wiring::SystemClock;

impl<X: Outside> Wiring<X> {
    /// The way of one user: by the groups of the old pool at the last mirror, the identity providers, and
    /// when the user last showed in the old pool. Two reads of the table.
    pub(super) async fn way(&self, event: &Event) -> Answer<Way> {
        let rules = &self.terms.rules;
        let link = match &event.who {
            Some(who) => match self.table.old_sub_of(who).await? {
                Some(old) => self.table.link(&old).await?,
                None => None,
            },
            None => None,
        };
        let linked = link.as_ref().and_then(|link| link.linked());
        let seen_at = link.as_ref().and_then(|link| link.seen_at);
        let none = BTreeSet::new();
        let providers = event.providers.iter().filter_map(|name| rules.old_provider(name)).collect();
        let person = Person {
            groups: linked.map_or(&none, |linked| &linked.base.old.groups),
            providers: &providers,
            seen_at,
        };
        Ok(rules.sign_in().way(person, SystemClock.now()))
    }
}
