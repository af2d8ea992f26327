//! Jane, mirrored ahead: a user of both pools, whose password only the old one knows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twinpool_bridge::{Bridge, CodeTerms, Codes, Outcome, Trouble, Wired};
use twinpool_core::arrival::{Arrival, ArrivalStore as _, Limit, Mark};
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::password::{Checked, Password};
use twinpool_core::pool::{MfaMode, PoolShape};
use twinpool_core::port::{Clock, LinkReader as _, LinkStore as _};
use twinpool_testkit::world::{email_pool, key, person, username_pool};
use twinpool_testkit::{MemoryLinks, Now, Person, PoolHandle, Process, World};

use crate::outbox::Outbox;

/// Jane's password in the old pool.
pub(crate) const RIGHT: &str = "correct horse";
/// One that she chooses.
pub(crate) const CHOSEN: &str = "battery staple";
/// One that the new pool's policy refuses.
pub(crate) const WEAK: &str = "weak";
pub(crate) const ADDRESS: &str = "jane@example.com";

pub(crate) const LIMIT: Limit = Limit { most: 5, within: Duration::from_secs(15 * 60) };

/// A clock that is set by hand, in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) type Port = Wired<PoolHandle, PoolHandle, MemoryLinks, Hand>;

pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) outbox: Outbox,
    clock: Hand,
}

pub(crate) fn old_sub() -> OldSub {
    OldSub::parse("jane-sub").unwrap()
}

pub(crate) fn new_sub() -> NewSub {
    NewSub::parse("new-jane").unwrap()
}

pub(crate) fn old() -> Sub {
    Sub::from(&old_sub())
}

pub(crate) fn new() -> Sub {
    Sub::from(&new_sub())
}

pub(crate) fn jane(sub: &str, username: &str) -> Person {
    person(sub, username, &[("email", ADDRESS), ("email_verified", "true")])
}

pub(crate) fn linked(new_sub: &NewSub, base: Base) -> LinkState {
    LinkState::Linked(Box::new(Linked {
        new_sub: new_sub.clone(),
        base,
        held_back: Vec::new(),
        unseen: BTreeSet::new(),
        mirrored_at: Timestamp(1),
        rules: String::new(),
    }))
}

pub(crate) fn agreed() -> Base {
    Base { old: Side::default(), new: Side::default() }
}

impl Bench {
    /// Jane, mirrored ahead.
    pub(crate) async fn new() -> Self {
        Self::unlinked().linked().await
    }

    /// Jane, mirrored ahead between pools that ask for a second factor so.
    pub(crate) async fn asking(old: MfaMode, new: MfaMode) -> Self {
        Self::unlinked_in(old, new).linked().await
    }

    async fn linked(self) -> Self {
        let bench = self;
        let link = Link { state: linked(&new_sub(), agreed()), ..bench.intent() };
        bench.world.links.connect(&link, None).await.unwrap();
        bench
    }

    /// Two accounts of which no link knows.
    pub(crate) fn unlinked() -> Self {
        Self::unlinked_in(MfaMode::Optional, MfaMode::Optional)
    }

    /// … of pools that ask for a second factor so.
    pub(crate) fn unlinked_in(old_mfa: MfaMode, new_mfa: MfaMode) -> Self {
        let old_pool = PoolShape { mfa: old_mfa, ..username_pool("eu-west-1_Old") };
        let new_pool = PoolShape { mfa: new_mfa, ..email_pool("eu-west-1_New") };
        let world = World::new(old_pool, new_pool);
        let clock = Hand(Arc::new(AtomicU64::new(1_000_000)));
        let hand = clock.clone();
        let now: Now = Arc::new(move || Duration::from_millis(hand.now().0));
        for (pool, person) in
            [(&world.old, jane("jane-sub", "jane")), (&world.new, jane("new-jane", "new-jane"))]
        {
            pool.keep_time(&now);
            pool.put(person);
        }
        world.old.give_password(&old(), RIGHT);
        world.new.give_password(&new(), "known to nobody");
        Self { world, outbox: Outbox::default(), clock }
    }

    pub(crate) fn intent(&self) -> Link {
        Link::intent(&old_sub(), Names::default(), Timestamp(1))
    }

    /// Changes Jane's link.
    pub(crate) async fn relink(&self, change: impl FnOnce(&mut Link)) {
        let mut link = self.world.links.link(&old_sub()).await.unwrap().unwrap();
        change(&mut link);
        self.world.links.write(&link).await.unwrap();
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn clock(&self) -> Hand {
        self.clock.clone()
    }

    pub(crate) fn bridge(&self) -> Bridge<Port> {
        self.bridge_of(&Arc::new(Process::healthy()))
    }

    pub(crate) fn bridge_of(&self, process: &Arc<Process>) -> Bridge<Port> {
        self.bridge_with(process, process)
    }

    /// The old pool is asked by a process of its own.
    pub(crate) fn bridge_with(&self, old: &Arc<Process>, process: &Arc<Process>) -> Bridge<Port> {
        let ports = Wired {
            old: self.world.old.called_by(old),
            new_pool: self.world.new.called_by(process),
            table: self.world.links.seen_by(process),
            clock: self.clock.clone(),
        };
        Bridge::new(ports, LIMIT)
    }

    pub(crate) fn codes(&self) -> Codes<Outbox> {
        let terms = CodeTerms::new("Your code", "{code} is your code for Example.").unwrap();
        Codes::new(self.outbox.clone(), &key(), terms)
    }

    pub(crate) async fn tries(&self, password: &str) -> Result<Outcome, Trouble> {
        self.bridge().bridge(&new_sub(), &Password::new(password)).await
    }

    pub(crate) async fn note(&self, mark: Mark) {
        self.world.links.note(&old(), mark, self.now()).await.unwrap();
    }

    pub(crate) async fn arrival(&self) -> Arrival {
        self.world.links.arrival(&old()).await.unwrap()
    }

    /// A plain sign-in to the new pool.
    pub(crate) fn signs_in(&self, password: &str) -> bool {
        matches!(self.world.new.sign_in(ADDRESS, password), Checked::Right { .. })
    }

    /// Whether Jane's account of the new pool is one that she can get into: with a password, or by resetting it.
    pub(crate) fn is_whole(&self) -> bool {
        self.world.new.person(new().as_str()).is_some_and(|person| person.can_reset_password())
    }
}
