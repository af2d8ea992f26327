//! A table of links whose answers take time, can fail and can be changed, and a clock that is put forward by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{OldSub, Pool, Sub, Timestamp, UserId};
use twinpool_core::port::{Answer, Class, Clock, PortError};
use twinpool_resolver::{Limits, Resolver};
use twinpool_testkit::uuid;

/// How long a read takes, where time is paused.
pub(crate) const LATENCY: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
pub(crate) struct Table(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    items: BTreeMap<Account, UserId>,
    broken: Option<Class>,
    latency: Duration,
    calls: Vec<Vec<Account>>,
    under_way: BTreeSet<Account>,
}

impl Table {
    pub(crate) fn slow() -> Self {
        let table = Self::default();
        table.takes(LATENCY);
        table
    }

    pub(crate) fn takes(&self, latency: Duration) {
        self.0.lock().unwrap().latency = latency;
    }

    pub(crate) fn put(&self, account: &Account, id: &UserId) {
        self.0.lock().unwrap().items.insert(account.clone(), id.clone());
    }

    pub(crate) fn breaks(&self, class: Class) {
        self.0.lock().unwrap().broken = Some(class);
    }

    pub(crate) fn mends(&self) {
        self.0.lock().unwrap().broken = None;
    }

    /// What it was asked for, call by call.
    pub(crate) fn calls(&self) -> Vec<Vec<Account>> {
        self.0.lock().unwrap().calls.clone()
    }

    fn begin(&self, accounts: &[Account]) -> (Reading, Duration) {
        let mut state = self.0.lock().unwrap();
        state.calls.push(accounts.to_vec());
        for account in accounts {
            assert!(state.under_way.insert(account.clone()), "read twice at the same time");
        }
        (Reading { table: self.clone(), accounts: accounts.to_vec() }, state.latency)
    }
}

/// A read that is under way, until it ends or is dropped.
struct Reading {
    table: Table,
    accounts: Vec<Account>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut state = self.table.0.lock().unwrap();
        state.under_way.retain(|account| !self.accounts.contains(account));
    }
}

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let (_reading, latency) = self.begin(accounts);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let state = self.0.lock().unwrap();
        match state.broken {
            Some(class) => Err(PortError::new(class, "BatchGetItem", "code")),
            None => Ok(accounts.iter().map(|account| state.items.get(account).cloned()).collect()),
        }
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        let state = self.0.lock().unwrap();
        if let Some(class) = state.broken {
            return Err(PortError::new(class, "GetItem", "code"));
        }
        let theirs =
            state.items.iter().filter(|(account, theirs)| *theirs == id && account.pool == Pool::Old);
        let old: BTreeSet<_> = theirs.map(|(account, _)| OldSub::from(account.sub.clone())).collect();
        let accounts = Accounts { user_id: id.clone(), stage: None, old: old.clone(), new: BTreeSet::new() };
        Ok((!old.is_empty()).then_some(accounts))
    }
}

/// A clock that is put forward by hand.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_780_000_000_000)))
    }

    pub(crate) fn forward(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn back(&self, by: Duration) {
        self.0.fetch_sub(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// After a read that failed, user ids of before are given for so long without a read.
pub(crate) const REST: Duration = Duration::from_secs(5);

/// An hour, a second, ten seconds, a day.
pub(crate) const LIMITS: Limits = Limits {
    entries: 1000,
    known_for: HOUR,
    unknown_for: Duration::from_secs(1),
    unknown_old_for: Duration::from_secs(10),
    stale_for: Duration::from_secs(24 * 3600),
};

pub(crate) fn resolver(table: &Table, limits: Limits) -> (Resolver<Table, Hand>, Hand) {
    let clock = Hand::new();
    (Resolver::with(table.clone(), limits, clock.clone()), clock)
}

pub(crate) fn account(pool: Pool, number: u64) -> Account {
    Account { pool, sub: Sub::parse(uuid(&pool.to_string(), number)).unwrap() }
}

pub(crate) fn old(number: u64) -> Account {
    account(Pool::Old, number)
}

pub(crate) fn new(number: u64) -> Account {
    account(Pool::New, number)
}

pub(crate) fn id(number: u64) -> UserId {
    UserId::parse(uuid("user", number)).unwrap()
}
