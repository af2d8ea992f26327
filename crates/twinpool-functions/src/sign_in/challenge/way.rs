//! By which way somebody is to be let in, as the owner says it.

use twinpool_core::arrival::Way;
use twinpool_core::port::{Answer, Clock as _, LinkReader as _};
use twinpool_engine::{Comer, way_of};

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
        let providers = event.providers.iter().filter_map(|name| rules.old_provider(name)).collect();
        let comer = Comer { link: link.as_ref(), old: None, providers: &providers };
        Ok(way_of(rules, comer, SystemClock.now()))
    }
}
