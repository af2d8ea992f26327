//! A world, a function in it, and what goes wrong around it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use twinpool_aws::lambda::{Along, FunctionArn, Said};
use twinpool_aws::settings::Continuity;
use twinpool_bridge::{Bridge, CodeTerms, Codes, Wired};
use twinpool_core::account::{Account, AccountStore, Accounts, IdReader, IdStore, Known};
use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Limit, Mark, Tried};
use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::claim::ClaimName;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, NewSub, OldSub, Sub, Timestamp, UserId, Username};
use twinpool_core::link::Link;
use twinpool_core::one_time_code::{CodeSender, Message};
use twinpool_core::password::{Checked, Password, PasswordChecker};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{self, ChangeSink, Class, LinkReader, PoolReader, PortError};
use twinpool_core::snapshot::{Factor, Snapshot};
use twinpool_engine::{Gate, GateWired, Terms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, key, person};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

use super::*;

/// What something outside does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Works,
    /// Longer than a token waits.
    IsSlow,
    Refuses,
    Hangs,
    Panics,
}

impl Mood {
    async fn pass(self) -> port::Answer<()> {
        match self {
            Self::Works => Ok(()),
            Self::IsSlow => {
                tokio::time::sleep(2 * DEADLINE).await;
                Ok(())
            }
            Self::Refuses => Err(PortError::new(Class::Denied, "AnyCall", "AccessDenied")),
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("about jane@example.com"),
        }
    }
}

#[derive(Clone)]
pub(super) struct Table {
    mood: Mood,
    links: MemoryLinks,
}

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> port::Answer<Vec<Option<UserId>>> {
        self.mood.pass().await?;
        self.links.user_ids(accounts).await
    }

    async fn accounts(&self, id: &UserId) -> port::Answer<Option<Accounts>> {
        self.links.accounts(id).await
    }
}

impl IdStore for Table {
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

impl AccountStore for Table {
    async fn known(&self, new: &NewSub) -> port::Answer<Option<Known>> {
        self.mood.pass().await?;
        self.links.known(new).await
    }

    async fn note_came(&self, new: &NewSub) -> port::Answer<()> {
        self.links.note_came(new).await
    }
}

impl LinkReader for Table {
    async fn link(&self, old: &OldSub) -> port::Answer<Option<Link>> {
        self.mood.pass().await?;
        self.links.link(old).await
    }

    async fn old_sub_of(&self, new: &NewSub) -> port::Answer<Option<OldSub>> {
        self.mood.pass().await?;
        self.links.old_sub_of(new).await
    }
}

impl ArrivalStore for Table {
    async fn arrival(&self, who: &Sub) -> port::Answer<Arrival> {
        self.links.arrival(who).await
    }

    async fn note(&self, who: &Sub, mark: Mark, at: Timestamp) -> port::Answer<()> {
        self.links.note(who, mark, at).await
    }

    async fn try_once(&self, who: &Sub, what: Tried, limit: Limit, at: Timestamp) -> port::Answer<Allowance> {
        self.links.try_once(who, what, limit, at).await
    }

    async fn forgive(&self, who: &Sub, what: Tried) -> port::Answer<()> {
        self.links.forgive(who, what).await
    }

    async fn inherit(&self, from: &Sub, to: &Sub) -> port::Answer<()> {
        self.links.inherit(from, to).await
    }

    async fn forget_came(&self, new: &NewSub) -> port::Answer<()> {
        self.links.forget_came(new).await
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

/// The old pool, as passwords are checked in it.
pub(super) struct Passwords {
    mood: Mood,
    pool: PoolHandle,
}

impl PasswordChecker for Passwords {
    async fn check(&self, who: &Username, password: &Password) -> port::Answer<Checked> {
        self.mood.pass().await?;
        self.pool.check(who, password).await
    }
}

impl PoolReader for Passwords {
    async fn shape(&self) -> port::Answer<PoolShape> {
        self.pool.shape().await
    }

    async fn user(&self, who: &UserRef) -> port::Answer<Option<Snapshot>> {
        self.pool.user(who).await
    }

    async fn groups(&self, who: &UserRef) -> port::Answer<Option<BTreeSet<GroupName>>> {
        self.pool.groups(who).await
    }

    async fn factors(&self, who: &UserRef, shape: &PoolShape) -> port::Answer<BTreeSet<Factor>> {
        self.pool.factors(who, shape).await
    }

    async fn group(&self, name: &GroupName) -> port::Answer<Option<GroupDefinition>> {
        self.pool.group(name).await
    }
}

/// The messages that were sent.
#[derive(Clone, Default)]
pub(super) struct Post(pub(super) Arc<Mutex<Vec<Message>>>);

impl CodeSender for Post {
    fn sends(&self, by: Contact) -> bool {
        by == Contact::Email
    }

    async fn send(&self, message: &Message) -> port::Answer<()> {
        self.0.lock().unwrap().push(message.clone());
        Ok(())
    }
}

/// Everything in memory.
pub(super) struct InMemory;

impl Outside for InMemory {
    type Old = PoolHandle;
    type New = PoolHandle;
    type Table = Table;
    type Queue = Sink;
    type Bridge = Wired<Passwords, PoolHandle, Table, SystemClock>;
    type Gate = GateWired<PoolHandle, PoolHandle, MemoryLinks, SystemClock>;
    type Codes = Post;
}

/// No former function.
pub(super) struct Nobody;

impl Functions for Nobody {
    async fn invoke(&self, _: &FunctionArn, _: &str, _: Along<'_>) -> port::Answer<Said> {
        unreachable!("nothing is chained")
    }
}

/// A world, what the function called in it, the hints that it sent, and the messages.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) process: Arc<Process>,
    pub(super) hints: Arc<Mutex<Vec<ChangeEvent>>>,
    pub(super) post: Post,
}

pub(super) type Function<F> = SignIn<InMemory, F>;

impl Bench {
    pub(super) fn new() -> Self {
        let world = World::username_to_email().with_jane();
        world.new.put(person("n-1", "n-1", &[("email", "jane@example.com")]));
        Self { world, process: Arc::new(Process::healthy()), hints: Arc::default(), post: Post::default() }
    }

    pub(super) fn function(&self) -> Function<Nobody> {
        self.in_mood(Mood::Works, Mood::Works, Chain::Nothing)
    }

    pub(super) fn in_mood<F>(&self, table: Mood, queue: Mood, chain: Chain<F>) -> Function<F> {
        SignIn::new(Ok(self.wiring(table, queue)), chain)
    }

    /// With these ways, and an old pool in this mood when it is asked about a password.
    pub(super) fn letting_in(&self, continuity: Continuity, rules: &str, old: Mood) -> Function<Nobody> {
        let mut wiring = self.wiring(Mood::Works, Mood::Works);
        wiring.terms.rules = Rules::parse(rules).unwrap();
        wiring.ways = Ok(Some(self.ways(continuity, old, &wiring.terms)));
        SignIn::new(Ok(wiring), Chain::Nothing)
    }

    fn ways(&self, continuity: Continuity, old: Mood, terms: &Terms) -> Ways<InMemory> {
        let links = self.world.links.seen_by(&self.process);
        let pool = self.world.old.called_by(&self.process);
        let new_pool = self.world.new.called_by(&self.process);
        let gate = GateWired {
            old: pool.clone(),
            new_pool: new_pool.clone(),
            table: links.clone(),
            clock: SystemClock,
        };
        let wired = Wired {
            old: Passwords { mood: old, pool },
            new_pool,
            table: Table { mood: Mood::Works, links },
            clock: SystemClock,
        };
        let says = CodeTerms::new("Code", "{code}").unwrap();
        Ways {
            continuity,
            bridge: Bridge::new(wired, Limit { most: 5, within: Duration::from_secs(900) }),
            codes: Codes::new(self.post.clone(), &key(), says),
            gate: Gate::new(gate, terms.clone()),
        }
    }

    pub(super) fn wiring(&self, table: Mood, queue: Mood) -> Wiring<InMemory> {
        Wiring {
            old: self.world.old.called_by(&self.process),
            new_pool: self.world.new.called_by(&self.process),
            table: Table { mood: table, links: self.world.links.seen_by(&self.process) },
            sink: Sink { mood: queue, taken: Arc::clone(&self.hints) },
            old_pool: PoolId::parse(OLD_POOL).unwrap(),
            pool: PoolId::parse(NEW_POOL).unwrap(),
            terms: Terms { key: key(), marker: attribute(MARKER), rules: Rules::default() },
            claim: ClaimName::parse("user_id").unwrap(),
            deadline: DEADLINE,
            reverse_sync: false,
            own_client: None,
            ways: Ok(None),
        }
    }

    /// Pools, subs and usernames of the hints.
    pub(super) fn hints(&self) -> Vec<(String, Option<About>)> {
        let hints = self.hints.lock().unwrap();
        hints.iter().map(|hint| (hint.pool.to_string(), hint.about())).collect()
    }
}
