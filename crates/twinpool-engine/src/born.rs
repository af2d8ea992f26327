//! Somebody who was born in the new pool, while people use both: a user is made in the old pool, so that nobody is locked out by a
//! rollback.
//!
//! The name is written down before the user is made under it, and the pair before the user follows: whoever takes over finds what a
//! dead or slow writer made, and proves by the marker whose it is.

use std::collections::BTreeMap;
use std::time::Duration;

use twinpool_core::born::{Birth, BornStore as _};
use twinpool_core::change_event::{ChangeEvent, Channel, UserRef};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Sub, UserId, Username};
use twinpool_core::link::Side;
use twinpool_core::phase::Standing;
use twinpool_core::plan::{Marker, Operation, fewer};
use twinpool_core::port::{Answer, Class, Clock, LinkReader as _, PoolWriter, PortError};
use twinpool_core::reverse::WRITES_FOR;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};
use crate::governor::writes_within;
use crate::observe;
use crate::sync_user::{BELIEVED, Kind, Outcome, ROUNDS, SyncError};
use draft::Draft;
use tie::Newborn;

mod agreed;
mod draft;
mod found;
mod lost;
mod made;
mod tie;

/// An account of the new pool that is nobody's of the old pool, and what made twinpool look at it.
pub(crate) struct Account<'a> {
    pub(crate) sub: &'a NewSub,
    pub(crate) id: &'a UserId,
    pub(crate) who: &'a UserRef,
    pub(crate) event: &'a ChangeEvent,
    pub(crate) delivery: u32,
}

/// What came of one try.
enum Tried {
    /// The pair is written; the rest may have to follow.
    Tied { is_whole: bool },
    /// Nobody is made.
    Not(Outcome),
}

impl<P: Ports> Engine<P> {
    /// Makes the user in the old pool, or takes up one that was made for this very account before.
    pub(crate) async fn born(
        &self,
        account: &Account<'_>,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        let back = self.ports.back().ok_or(SyncError::NoWayBack)?;
        let (sub, event) = (account.sub, account.event);
        for _ in 0..ROUNDS {
            match self.try_birth(back, account, standing).await {
                Ok(Tried::Not(outcome)) => return Ok(outcome),
                Ok(Tried::Tied { is_whole: true }) => return Ok(made(2)),
                Ok(Tried::Tied { is_whole: false }) => {
                    // Twice looked at: nothing of what the pools show now is taken for granted.
                    let rest = self.sync_pair(sub, event, account.delivery.max(2), standing).await?;
                    return Ok(Outcome { kind: Kind::Created, ..rest.unwrap_or_else(|| made(1)) });
                }
                Err(SyncError::Port(error)) if error.class == Class::Stale => {}
                Err(error) => return Err(error),
            }
            // Somebody was faster.
            if let Some(outcome) = self.sync_pair(sub, event, account.delivery.max(2), standing).await? {
                self.ports.links().forget_birth(sub).await?;
                return Ok(outcome);
            }
        }
        Err(SyncError::Contended)
    }

    async fn try_birth(
        &self,
        back: &P::Back,
        account: &Account<'_>,
        standing: &Standing,
    ) -> Result<Tried, SyncError> {
        let birth = self.ports.links().birth(account.sub).await?.unwrap_or_else(|| Birth::new(account.sub));
        let is_profile = birth.obstacle.as_ref().is_some_and(|held| held.reason == Reason::Federated);
        if is_profile && account.event.cause.channel() == Channel::Trigger {
            return Ok(Tried::Not(Outcome::plain(Kind::Identified)));
        }
        let user = observe::user(self.ports.new_pool(), account.who).await?;
        // A name may have been given to somebody else since.
        let Some(new) = user.filter(|user| user.sub.as_str() == account.sub.as_str()) else {
            if account.delivery < BELIEVED && !account.event.cause.tells_of_deletion() {
                return Err(SyncError::TooEarly);
            }
            return self.never_born(back, birth, account).await.map(Tried::Not);
        };
        if new.status == Status::Unconfirmed {
            return Ok(Tried::Not(Outcome::plain(Kind::NotConfirmed)));
        }
        let newborn = Newborn { account, new: &new, standing };
        let draft = self.draft(&new);
        let mut birth = birth;
        if let Some(made) = self.made_before(back, &mut birth, &draft).await? {
            return self.take_birth(back, &newborn, &made).await;
        }
        match &draft {
            Draft::Not(held) => self.not_made_in_old(birth, account, held.clone()).await.map(Tried::Not),
            Draft::Make { username, attributes, .. } => {
                self.make_in_old(back, birth, &newborn, (username, attributes), &draft).await
            }
        }
    }

    /// What proves that a user of the old pool was made for this account.
    pub(crate) fn born_marker(&self, sub: &NewSub) -> Marker {
        Marker::of_born(&self.marker, &self.old_shape.id, sub, &self.key)
    }

    async fn make_in_old(
        &self,
        back: &P::Back,
        mut birth: Birth,
        newborn: &Newborn<'_>,
        (username, attributes): (&Username, &Attributes),
        draft: &Draft,
    ) -> Result<Tried, SyncError> {
        let account = newborn.account;
        let was_taken = birth.obstacle.as_ref().is_some_and(|held| held.reason == Reason::Taken);
        if was_taken && let Some(holder) = self.holder_of_name(back, username, attributes).await? {
            // As at the last event: creations are for those who can be made.
            return self.name_is_held(back, birth, newborn, &holder).await;
        }
        birth.since = self.ports.clock().now();
        birth.intended = Some(username.clone());
        birth.obstacle = None;
        let known = birth.made.clone();
        birth.made.extend(self.made_of(account.sub, attributes));
        let is_first = birth.version == 0;
        birth.version = self.ports.links().write_birth(&birth).await?;
        // Whoever ties a pair forgets the birth: what looks like the first one may be one after that.
        if is_first && self.ports.links().old_sub_of(account.sub).await?.is_some() {
            return Err(PortError::new(Class::Stale, "GetItem", "Paired").into());
        }
        let marker = self.born_marker(account.sub);
        let mut tries = vec![attributes.clone()];
        let mut refused = None;
        // One bad value must not keep a person out: the rest follows one by one, once there is a pair.
        while let Some(attributes) = tries.pop() {
            let left = self.time_left(&birth)?;
            match writes_within(left, back.create_user(username, &attributes)).await {
                Ok(old_sub) => {
                    let is_whole = refused.is_none() && draft.is_whole();
                    return self.finish(back, newborn, old_sub, (username, attributes), is_whole).await;
                }
                Err(error) if error.class == Class::Taken => {
                    return match self.holder_of_name(back, username, &attributes).await? {
                        Some(holder) => self.name_is_held(back, birth, newborn, &holder).await,
                        // Taken a moment ago and not there now: the pool has to make up its mind.
                        None => Err(error.into()),
                    };
                }
                Err(error) if error.class == Class::Rejected && refused.is_none() => {
                    tries = fewer(username, &attributes, &marker, &self.old_shape);
                    tries.reverse();
                    refused = Some(error);
                }
                Err(error) if error.class == Class::Rejected => {}
                Err(error) => return Err(error.into()),
            }
        }
        // Nothing came of it: a user who is refused again and again must not fill the record.
        let birth = Birth { made: known, ..birth };
        let held = HeldBack { subject: Subject::User, reason: Reason::Refused };
        self.not_made_in_old(birth, account, held).await.map(Tried::Not)
    }

    /// How long the user may still be made: somebody else may take the name for given up before long.
    fn time_left(&self, birth: &Birth) -> Result<Duration, SyncError> {
        let age = self.ports.clock().now().0.saturating_sub(birth.since.0);
        let left = WRITES_FOR.saturating_sub(Duration::from_millis(age));
        let too_slow = || PortError::new(Class::Stale, "AdminCreateUser", "TooSlow");
        if left.is_zero() { Err(too_slow().into()) } else { Ok(left) }
    }

    async fn finish(
        &self,
        back: &P::Back,
        newborn: &Newborn<'_>,
        old_sub: OldSub,
        (username, attributes): (&Username, Attributes),
        is_whole: bool,
    ) -> Result<Tried, SyncError> {
        // Nobody ever sees it: the user can reset it (F§0.5).
        back.set_random_password(&old_sub).await?;
        let mut side = Side { enabled: true, ..Side::default() };
        let creation = Operation::CreateUser { username: username.clone(), attributes };
        creation.record_on(&mut side, &Sub::from(&old_sub), &self.key);
        self.tie(newborn, &old_sub, side, BTreeMap::new()).await?;
        Ok(Tried::Tied { is_whole })
    }

    /// The name, or another way to sign in, is held: by a user who was made for this very account, or by somebody else.
    async fn name_is_held(
        &self,
        back: &P::Back,
        birth: Birth,
        newborn: &Newborn<'_>,
        holder: &Snapshot,
    ) -> Result<Tried, SyncError> {
        if self.born_marker(newborn.account.sub).is_on(holder) {
            return self.take_birth(back, newborn, holder).await;
        }
        let held = HeldBack { subject: Subject::User, reason: Reason::Taken };
        self.not_made_in_old(birth, newborn.account, held).await.map(Tried::Not)
    }

    async fn holder_of_name(
        &self,
        back: &P::Back,
        username: &Username,
        attributes: &Attributes,
    ) -> Answer<Option<Snapshot>> {
        let found = observe::in_the_way(back, &self.old_shape, (username, attributes)).await?;
        Ok(found.map(|(_, holder)| holder))
    }

    /// Writes down why nobody can be made, where it can be listed, unless it stands there already.
    async fn not_made_in_old(
        &self,
        mut birth: Birth,
        account: &Account<'_>,
        held: HeldBack,
    ) -> Result<Outcome, SyncError> {
        let is_known = birth.obstacle.as_ref() == Some(&held);
        if is_known && account.event.cause.channel() != Channel::Operator {
            return Ok(Outcome::held(Kind::Identified, vec![held]));
        }
        birth.since = self.ports.clock().now();
        birth.intended = None;
        birth.obstacle = Some(held.clone());
        self.ports.links().write_birth(&birth).await?;
        Ok(Outcome::held(Kind::Conflict, vec![held]))
    }
}

fn made(operations: usize) -> Outcome {
    Outcome { operations, ..Outcome::plain(Kind::Created) }
}
