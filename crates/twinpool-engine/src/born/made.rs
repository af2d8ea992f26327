//! A user of the old pool whom somebody made for an account of the new one and did not live to pair: found again, and what went from the
//! account meanwhile goes from the user too.

use std::collections::BTreeMap;

use twinpool_core::attribute::Contact;
use twinpool_core::born::{Birth, BornStore as _};
use twinpool_core::digest::Digest;
use twinpool_core::id::{AttributeName, NewSub, OldSub, Sub};
use twinpool_core::link::Side;
use twinpool_core::merge::WayBack as _;
use twinpool_core::port::{Answer, Clock as _, PoolWriter as _};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use super::Tried;
use super::draft::Draft;
use super::tie::Newborn;
use crate::adopt::is_young;
use crate::engine::{Engine, Ports};
use crate::observe;
use crate::sync_user::SyncError;

impl<P: Ports> Engine<P> {
    /// The user whom somebody made under the name that was written down. A name that is not to be used any more is left to its
    /// writer for a while, and then given up.
    pub(super) async fn made_before(
        &self,
        back: &P::Back,
        birth: &mut Birth,
        draft: &Draft,
    ) -> Result<Option<Snapshot>, SyncError> {
        let Some(name) = birth.intended.clone() else {
            return Ok(None);
        };
        let marker = self.born_marker(&birth.new_sub);
        let made = observe::named(back, &name).await?.filter(|user| marker.is_on(user));
        if made.is_some() || draft.username() == Some(&name) {
            return Ok(made);
        }
        if is_young(birth.since, self.ports.clock().now()) {
            return Err(SyncError::BeingMade);
        }
        birth.intended = None;
        Ok(None)
    }

    /// A user of the old pool who was made for this account, and perhaps not finished.
    pub(super) async fn take_birth(
        &self,
        back: &P::Back,
        newborn: &Newborn<'_>,
        made: &Snapshot,
    ) -> Result<Tried, SyncError> {
        let old_sub = OldSub::from(made.sub.clone());
        if made.status == Status::ForceChangePassword {
            back.set_random_password(&old_sub).await?;
        }
        let gone = self.gone_since_made(newborn.new, made).await?;
        self.tie(newborn, &old_sub, Side::of(made, &self.key), gone).await?;
        Ok(Tried::Tied { is_whole: false })
    }

    /// What a user is about to be made with for this account. The marker is never mirrored.
    pub(super) fn made_of(
        &self,
        sub: &NewSub,
        attributes: &Attributes,
    ) -> impl Iterator<Item = (AttributeName, Digest)> {
        let sub = Sub::from(sub);
        let mirrored = attributes.iter().filter(|(name, _)| **name != self.marker);
        mirrored.map(move |(name, value)| (name.clone(), self.key.attribute(&sub, name, value)))
    }

    /// What this user of the old pool was made with, and the account of the new one has no more: in the new pool's names, as that pool
    /// would say it. What anybody changed in the old pool since stays. The birth is read after the user: what anybody is made with is
    /// written there before.
    pub(super) async fn gone_since_made(
        &self,
        new: &Snapshot,
        old: &Snapshot,
    ) -> Answer<BTreeMap<AttributeName, Digest>> {
        let birth = self.ports.links().birth(&NewSub::from(new.sub.clone())).await?;
        let Some(Birth { made, .. }) = birth else {
            return Ok(BTreeMap::new());
        };
        let is_of_birth = |name: AttributeName, value: &Value| {
            let digest = self.key.attribute(&new.sub, &name, value);
            made.contains(&(name, digest))
        };
        let is_as_made = |name: AttributeName| {
            let flag = Contact::of(&name).map(|contact| (contact.flag_attribute(), old.is_verified(contact)));
            let value = old.attributes.get(&name);
            value.is_some_and(|value| is_of_birth(name, value))
                && flag.is_none_or(|(flag, is_on)| is_of_birth(flag, &Value::new(is_on.to_string())))
        };
        let is_gone = |name: &AttributeName| {
            let unit = Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute);
            !new.attributes.contains_key(&unit) && self.rules.source(&unit).is_some_and(is_as_made)
        };
        let said = self.rules.view(old).snapshot.attributes;
        let gone = said.iter().filter(|(name, _)| is_gone(name));
        Ok(gone.map(|(name, value)| (name.clone(), self.key.attribute(&new.sub, name, value))).collect())
    }
}
