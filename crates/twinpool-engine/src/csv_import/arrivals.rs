//! Users whom an import job made, and who have no pair yet. They are known by their marker, and paired from what lists say:
//! a call for each would make them active (F§0.4).

use std::collections::{BTreeSet, HashMap};

use futures_util::future::join_all;
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{NewSub, OldSub, RunId, Sub, Timestamp, Username};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::plan::Marker;
use twinpool_core::port::{Class, Clock, LinkStore, PoolWriter};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::adopt::INTENT_LASTS;
use crate::engine::{Engine, Ports};
use crate::memberships::compact;
use crate::sync_user::{BELIEVED, Kind, SyncError};
use crate::walk::{Listener, Walk, WalkError, persist};

/// What became of them.
#[derive(Debug, Default)]
pub struct Settled {
    /// Pairs that were written.
    pub paired: u64,
    /// Users with whom somebody else was quicker: a mirror, mostly, or whoever completed the move.
    pub overtaken: u64,
    /// Users whom the old pool has deleted since: the rules say what becomes of them.
    pub buried: u64,
    /// Users whose owner has another counterpart: a mirror or another job made it under a new address, or somebody
    /// decided so. Those whom nobody has used are disabled; a person has to look.
    pub doubles: BTreeSet<NewSub>,
    /// Users who are left for the next time, and why.
    pub failed: Vec<(OldSub, SyncError)>,
}

/// Users of the new pool who wait for their pair, by the user of the old pool whose they are. About a kilobyte each.
#[derive(Debug)]
pub(super) struct Arrivals {
    waiting: HashMap<OldSub, Snapshot>,
    cause: Cause,
    run: RunId,
    settled: Settled,
}

/// What the table says of the owner of a marked user.
enum Tie {
    None,
    ToThis,
    ToAnother,
    /// Somebody is at work, or has decided otherwise: left to the usual way.
    Other,
}

impl Tie {
    fn of(link: Option<&Link>, user: &Snapshot) -> Self {
        match link.map(|link| &link.state) {
            None => Self::None,
            Some(LinkState::Linked(linked)) if linked.new_sub.as_str() == user.sub.as_str() => Self::ToThis,
            Some(LinkState::Linked(_)) => Self::ToAnother,
            Some(_) => Self::Other,
        }
    }
}

impl Arrivals {
    /// Walks over the new pool. `run` is written on the links.
    pub(super) async fn find<P>(
        engine: &Engine<P>,
        run: &RunId,
        listener: &impl Listener,
    ) -> Result<Self, WalkError>
    where
        P: Ports,
        P::New: PoolList,
        P::Links: LinkBatch,
    {
        let cause = Cause::run(run);
        let mut all = Self { waiting: HashMap::new(), cause, run: run.clone(), settled: Settled::default() };
        let mut walk = Walk::new(engine.ports.new_pool(), None, listener);
        while let Some(stretch) = walk.next().await? {
            all.look_at(engine, stretch.users, listener).await?;
        }
        Ok(all)
    }

    async fn look_at<P>(
        &mut self,
        engine: &Engine<P>,
        users: Vec<Snapshot>,
        listener: &impl Listener,
    ) -> Result<(), WalkError>
    where
        P: Ports,
        P::Links: LinkBatch,
    {
        let owner = |user: Snapshot| {
            let owner = Marker::owner(&engine.marker, &engine.old_shape.id, &user, &engine.key)?;
            Some((owner, user))
        };
        let marked: Vec<_> = users.into_iter().filter_map(owner).collect();
        let owners: Vec<_> = marked.iter().map(|(owner, _)| owner.clone()).collect();
        let found = persist(|| engine.ports.links().links(&owners), listener).await?;
        for (owner, user) in marked {
            if found.unreadable.contains(&owner) {
                continue;
            }
            let link = found.links.iter().find(|link| link.old_sub == owner);
            match Tie::of(link, &user) {
                // A job that ran again under another address made the owner's second.
                Tie::None if self.waiting.get(&owner).is_some_and(|first| first.sub != user.sub) => {
                    self.double(engine, &user, listener).await?;
                }
                Tie::None => drop(self.waiting.insert(owner, user)),
                Tie::ToAnother => self.double(engine, &user, listener).await?,
                Tie::ToThis | Tie::Other => {}
            }
        }
        Ok(())
    }

    /// Whoever can read mail at an address that the person has left could take such a user over.
    async fn double<P: Ports>(
        &mut self,
        engine: &Engine<P>,
        user: &Snapshot,
        listener: &impl Listener,
    ) -> Result<(), WalkError> {
        let sub = NewSub::from(user.sub.clone());
        // Nobody has set a password since the import.
        if user.status == Status::ResetRequired && user.enabled {
            match persist(|| engine.ports.new_pool().set_enabled(&sub, false), listener).await {
                Err(error) if error.class == Class::NotFound => return Ok(()),
                answer => answer?,
            }
        }
        self.settled.doubles.insert(sub);
        Ok(())
    }

    /// Whom a job made, and who waits still.
    pub(super) fn subs(&self) -> impl Iterator<Item = u128> {
        self.waiting.keys().map(|owner| compact(&Sub::from(owner)))
    }

    /// Pairs those of these users of the old pool, with their groups, who wait.
    pub(super) async fn pair<P: Ports>(&mut self, engine: &Engine<P>, users: &[Snapshot]) {
        let taken = users.iter().filter_map(|old| {
            let new = self.waiting.remove(&OldSub::from(old.sub.clone()))?;
            Some((old.clone(), new))
        });
        let taken: Vec<_> = taken.collect();
        let (cause, run) = (&self.cause, &self.run);
        let work = taken.into_iter().map(|(old, new)| async move {
            let owner = OldSub::from(old.sub.clone());
            (owner, engine.adopt_arrival(old, &new, cause, run).await)
        });
        for (owner, result) in join_all(work).await {
            self.settled.note(owner, result);
        }
    }

    /// The rest: the source did not show whose they are, so the old pool is asked.
    pub(super) async fn finish<P: Ports>(mut self, engine: &Engine<P>) -> Settled {
        for (owner, new) in std::mem::take(&mut self.waiting) {
            let result = engine.bury_arrival(&owner, &new, &self.cause, &self.run).await;
            self.settled.note(owner, result);
        }
        self.settled
    }
}

impl Settled {
    pub(super) fn add(&mut self, more: Self) {
        self.paired += more.paired;
        self.overtaken += more.overtaken;
        self.buried += more.buried;
        self.doubles.extend(more.doubles);
        self.failed.extend(more.failed);
    }

    fn note(&mut self, owner: OldSub, result: Result<Kind, SyncError>) {
        match result {
            Ok(Kind::Gone) => self.buried += 1,
            Ok(Kind::Over) => self.overtaken += 1,
            Ok(_) => self.paired += 1,
            Err(SyncError::Port(error)) if error.class == Class::Stale => self.overtaken += 1,
            Err(error) => self.failed.push((owner, error)),
        }
    }
}

impl<P: Ports> Engine<P> {
    /// Pairs a user whom a job made for this user of the old pool, and makes it follow.
    async fn adopt_arrival(
        &self,
        old: Snapshot,
        new: &Snapshot,
        cause: &Cause,
        run: &RunId,
    ) -> Result<Kind, SyncError> {
        if !self.may_write_now().await? {
            return Ok(Kind::Over);
        }
        let case = self.case(cause, 1, old, None);
        let old_sub = case.old_sub();
        let mut link = Link::intent(&old_sub, Names::default(), self.ports.clock().now());
        link.made_by = Some(run.clone());
        link.announced.extend(&self.known().plan_creation(&case, &link).names());
        self.take(link, &case, new).await.map(|outcome| outcome.kind)
    }

    /// A user whom a job made, and whom nobody has seen in the old pool: an intent first, as if a mirror had died after making
    /// it, and then as for any user.
    async fn bury_arrival(
        &self,
        owner: &OldSub,
        new: &Snapshot,
        cause: &Cause,
        run: &RunId,
    ) -> Result<Kind, SyncError> {
        if !self.may_write_now().await? {
            return Ok(Kind::Over);
        }
        let now = self.ports.clock().now();
        let ways: BTreeSet<_> =
            self.new_shape.ways_to_sign_in(&new.attributes).map(|(_, value)| value).collect();
        let name = ways.into_iter().find_map(|value| Username::parse(value.reveal()).ok());
        let mut link = Link::intent(owner, Names::default(), now);
        link.made_by = Some(run.clone());
        link.intended = Some(name.unwrap_or_else(|| new.username.clone()));
        let lasts = u64::try_from(INTENT_LASTS.as_millis()).unwrap_or(u64::MAX);
        link.state = LinkState::Pending { since: Timestamp(now.0.saturating_sub(lasts)) };
        self.ports.links().write(&link).await?;
        let id = EventId::stored(run.as_str());
        let pool = self.old_shape.id.clone();
        let event = ChangeEvent::hint(id, pool, About::User(owner.into()), cause.clone(), now);
        self.sync_user(&event, BELIEVED).await.map(|outcome| outcome.kind)
    }
}
