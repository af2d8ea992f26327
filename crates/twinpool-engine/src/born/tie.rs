//! The pair of somebody born in the new pool: one link, under the user id that the account has.

use std::collections::BTreeMap;

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::digest::Digest;
use twinpool_core::history::Entry;
use twinpool_core::id::{AttributeName, OldSub, Sub};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::phase::Standing;
use twinpool_core::port::{Class, Clock, LinkReader, LinkStore, PortError};
use twinpool_core::snapshot::{Snapshot, Status};

use super::Account;
use super::agreed::agreed;
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

/// Somebody who was born in the new pool, as it says.
pub(crate) struct Newborn<'a> {
    pub(crate) account: &'a Account<'a>,
    pub(crate) new: &'a Snapshot,
    pub(crate) standing: &'a Standing,
}

impl<P: Ports> Engine<P> {
    /// Writes the pair down. What is known of the account's arrival is known of the user from now on. `gone`: what both had and the
    /// new pool has no more, a deletion that is still to travel.
    pub(crate) async fn tie(
        &self,
        newborn: &Newborn<'_>,
        old_sub: &OldSub,
        old: Side,
        gone: BTreeMap<AttributeName, Digest>,
    ) -> Result<Link, SyncError> {
        let Newborn { account, new, standing } = newborn;
        let (links, now) = (self.ports.links(), self.ports.clock().now());
        let known = links.link(old_sub).await?;
        if known.as_ref().is_some_and(|link| link.linked().is_some() || link.user_id != *account.id) {
            // Somebody was faster, or the user of the old pool is somebody else to the applications.
            return Err(PortError::new(Class::Stale, "TransactWriteItems", "AlreadyKnown").into());
        }
        self.keep_password_of_birth(new, old_sub).await?;
        links.inherit(&Sub::from(account.sub), &Sub::from(old_sub)).await?;
        let back = self.backwards(new);
        let mut base_new = agreed(new, &back, old_sub, &old, &self.key);
        base_new.attributes.extend(gone);
        let mut link = known.unwrap_or_else(|| Link::intent(old_sub, Names::default(), now));
        link.user_id = account.id.clone();
        link.linked_at = Some(now);
        // What both have may go from both.
        link.announced.attributes.extend(base_new.attributes.keys().cloned());
        link.announced.groups.extend(base_new.groups.iter().cloned());
        link.intended = None;
        link.reverse.held_back = back.held_back;
        // Whoever signed up there has the say there.
        link.reverse.moved_in = standing.phase.moves().then_some(standing.round);
        link.state = LinkState::Linked(Box::new(Linked {
            new_sub: account.sub.clone(),
            base: Base { old, new: base_new },
            held_back: Vec::new(),
            unseen: std::collections::BTreeSet::new(),
            mirrored_at: now,
            rules: self.rules.fingerprint().to_owned(),
        }));
        let (cause, did) = (account.event.cause.clone(), "born in the new pool; paired".to_owned());
        link.history.add(Entry { at: now, cause, did });
        match links.connect(&link, None).await {
            Ok(version) => link.version = version,
            Err(error) if error.class == Class::Taken => {
                // Tied to another user of the old pool meanwhile: read again.
                return Err(PortError { class: Class::Stale, ..error }.into());
            }
            Err(error) => return Err(error.into()),
        }
        // Once more: a token may have been made since.
        links.inherit(&Sub::from(account.sub), &Sub::from(old_sub)).await?;
        Ok(link)
    }

    /// Whoever was born in the new pool may have chosen a password there: the old pool's must not go over it. Noted before the pair,
    /// which is what opens the way for it.
    async fn keep_password_of_birth(&self, new: &Snapshot, old_sub: &OldSub) -> Result<(), SyncError> {
        if matches!(new.status, Status::Confirmed | Status::ResetRequired) {
            let now = self.ports.clock().now();
            self.ports.links().note(&Sub::from(old_sub), Mark::Password, now).await?;
        }
        Ok(())
    }
}
