//! A world, a function in it, and what goes wrong around it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use twinpool_aws::lambda::{Along, FunctionArn, Said};
use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::digest::Digest;
use twinpool_core::id::{OldSub, UserId};
use twinpool_core::port::{self, Class, PortError};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, key, person};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

use super::*;

/// What something outside does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Works,
    Refuses,
    Hangs,
    Panics,
}

impl Mood {
    async fn pass(self) -> port::Answer<()> {
        match self {
            Self::Works => Ok(()),
            Self::Refuses => Err(PortError::new(Class::Denied, "AnyCall", "AccessDenied")),
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("about jane@example.com"),
        }
    }
}

pub(super) struct Ids {
    mood: Mood,
    links: MemoryLinks,
}

impl IdReader for Ids {
    async fn user_ids(&self, accounts: &[Account]) -> port::Answer<Vec<Option<UserId>>> {
        self.mood.pass().await?;
        self.links.user_ids(accounts).await
    }

    async fn accounts(&self, id: &UserId) -> port::Answer<Option<Accounts>> {
        self.links.accounts(id).await
    }
}

impl IdStore for Ids {
    async fn assign(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> port::Answer<UserId> {
        self.links.assign(new, id, of).await
    }

    async fn owner_of_identity(&self, identity: &Digest) -> port::Answer<Option<OldSub>> {
        self.links.owner_of_identity(identity).await
    }

    async fn note_identities(&self, identities: &BTreeSet<Digest>, of: &OldSub) -> port::Answer<()> {
        self.links.note_identities(identities, of).await
    }
}

pub(super) struct Sink {
    mood: Mood,
    taken: Arc<Mutex<Vec<ChangeEvent>>>,
}

impl ChangeSink for Sink {
    async fn send(&self, event: &ChangeEvent) -> port::Answer<()> {
        self.mood.pass().await?;
        self.taken.lock().unwrap().push(event.clone());
        Ok(())
    }
}

/// No former function.
pub(super) struct Nobody;

impl Functions for Nobody {
    async fn invoke(&self, _: &FunctionArn, _: &str, _: Along<'_>) -> port::Answer<Said> {
        unreachable!("nothing is chained")
    }
}

/// A world, what the function called in it, and the hints that it sent.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) process: Arc<Process>,
    pub(super) hints: Arc<Mutex<Vec<ChangeEvent>>>,
}

pub(super) type Function<F> = SignIn<PoolHandle, PoolHandle, Ids, Sink, F>;

impl Bench {
    pub(super) fn new() -> Self {
        let world = World::username_to_email().with_jane();
        world.new.put(person("n-1", "n-1", &[("email", "jane@example.com")]));
        Self { world, process: Arc::new(Process::healthy()), hints: Arc::default() }
    }

    pub(super) fn function(&self) -> Function<Nobody> {
        self.in_mood(Mood::Works, Mood::Works, Chain::Nothing)
    }

    pub(super) fn in_mood<F>(&self, table: Mood, queue: Mood, chain: Chain<F>) -> Function<F> {
        let wiring = Wiring {
            old: self.world.old.called_by(&self.process),
            new_pool: self.world.new.called_by(&self.process),
            ids: Ids { mood: table, links: self.world.links.seen_by(&self.process) },
            sink: Sink { mood: queue, taken: Arc::clone(&self.hints) },
            old_pool: PoolId::parse(OLD_POOL).unwrap(),
            pool: PoolId::parse(NEW_POOL).unwrap(),
            terms: Terms { key: key(), marker: attribute(MARKER), rules: Rules::default() },
            claim: ClaimName::parse("user_id").unwrap(),
            deadline: DEADLINE,
        };
        SignIn::new(Ok(wiring), chain)
    }

    /// Pools, subs and usernames of the hints.
    pub(super) fn hints(&self) -> Vec<(String, Option<About>)> {
        let hints = self.hints.lock().unwrap();
        hints.iter().map(|hint| (hint.pool.to_string(), hint.about())).collect()
    }
}
