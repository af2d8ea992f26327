//! Which user id an account has.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{Timestamp, UserId};
use twinpool_core::port::{Answer, Class, Clock, PortError};

use crate::cache::Cache;
use crate::counts::Counters;
use crate::flight::{Flights, Found, Lead};
use crate::outage::Outage;
use crate::{Counts, Limits, SystemClock};

/// Says which user id an account has: from its cache, else with one read, however many ask at the same time.
///
/// A user id never changes once it is given: applications may store it. The answer for an *account* changes in two cases, both
/// rare, and both seen after [`Limits::known_for`] at the latest. Somebody decided that two users of the old pool are one person, or
/// that they are not after all (`twinpool conflicts resolve`): whoever is merged into another has the other's user id. Or the old
/// pool deleted its user and the same person came back: the account of the new pool is handed over
/// ([`twinpool_core::account`]).
///
/// # Errors
/// A read that fails is told to everybody who waited for it, with its class, and is not kept: the next to ask reads again. Where the
/// table cannot be read, a user id of before is given for [`Limits::stale_for`], and counted ([`Counts::stale`]): but for those
/// two cases it is the right one, and without it every backend would stand still with the table. For five seconds after such a read
/// nobody who can be given one waits for the table. Set `stale_for` to zero for errors instead. What cannot be understood
/// ([`Class::Unreadable`]) is always an error, and so is an account of which nothing is known.
pub struct Resolver<R, C = SystemClock> {
    reader: R,
    clock: C,
    cache: Cache,
    flights: Flights,
    outage: Outage,
    counters: Counters,
}

impl<R: IdReader> Resolver<R> {
    /// A resolver with the limits of [`Limits::default`].
    #[must_use]
    pub fn new(reader: R) -> Self {
        Self::with(reader, Limits::default(), SystemClock)
    }
}

impl<R: IdReader, C: Clock> Resolver<R, C> {
    /// A resolver with these limits, for which time passes on this clock.
    #[must_use]
    pub fn with(reader: R, limits: Limits, clock: C) -> Self {
        let (flights, outage, counters) = (Flights::default(), Outage::default(), Counters::default());
        Self { reader, clock, cache: Cache::new(limits), flights, outage, counters }
    }

    /// The user id of an account; `None` where the table does not know the account.
    ///
    /// Costs nothing where the cache knows it, else one read (two where a user was merged into another).
    ///
    /// # Errors
    /// When the table has to be read and cannot be.
    pub async fn resolve(&self, account: &Account) -> Result<Option<UserId>, PortError> {
        if let Some(id) = self.cached(account, self.clock.now()) {
            return Ok(id);
        }
        let mut found = self.read(BTreeSet::from([account.clone()])).await?;
        Ok(found.remove(account).flatten())
    }

    /// The user id of each account, in the order of the accounts, however many: one call of the reader for all that the cache does
    /// not know. An account may stand there more than once.
    ///
    /// # Errors
    /// When the table has to be read and cannot be: then for all of them.
    pub async fn resolve_many(&self, accounts: &[Account]) -> Result<Vec<Option<UserId>>, PortError> {
        let now = self.clock.now();
        let cached: Vec<_> = accounts.iter().map(|account| self.cached(account, now)).collect();
        let missing = accounts.iter().zip(&cached).filter(|(_, cached)| cached.is_none());
        let found = self.read(missing.map(|(account, _)| account.clone()).collect()).await?;
        let answer = |(account, cached): (_, Option<_>)| {
            cached.unwrap_or_else(|| found.get(account).cloned().flatten())
        };
        Ok(accounts.iter().zip(cached).map(answer).collect())
    }

    /// Everybody whom a user id stands for: several users of a pool, where they are one person. `None` where nobody has this id.
    /// Never from the cache.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn links_of(&self, id: &UserId) -> Result<Option<Accounts>, PortError> {
        self.counters.reads.add();
        self.reader.accounts(id).await.inspect_err(|_| self.counters.errors.add())
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.snapshot()
    }

    /// How many answers are kept now.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.cache.len()
    }

    fn cached(&self, account: &Account, now: Timestamp) -> Option<Option<UserId>> {
        let cached = self.cache.get(account, now);
        match &cached {
            Some(Some(_)) => self.counters.hits.add(),
            Some(None) => self.counters.unknown_hits.add(),
            None => self.counters.misses.add(),
        }
        cached.or_else(|| self.spared(account, now).map(Some))
    }

    /// The user id of before, where the table could not be read a moment ago.
    fn spared(&self, account: &Account, now: Timestamp) -> Option<UserId> {
        let id = self.cache.stale(account, now).filter(|_| self.outage.lasts(now))?;
        self.counters.stale.add();
        Some(id)
    }

    /// Reads what nobody is reading, and waits for the rest. Own reads first: no two wait for each other.
    async fn read(&self, mut wanted: BTreeSet<Account>) -> Answer<Found> {
        let mut found = Found::new();
        while !wanted.is_empty() {
            let now = self.clock.now();
            let boarding = self.flights.board(&wanted, |account| self.cache.get(account, now));
            found.extend(boarding.known);
            if let Some(lead) = boarding.own {
                let accounts = lead.accounts.clone();
                let read = self.lead(lead).await;
                for account in accounts {
                    let id = self.settle(&account, &read)?;
                    found.insert(account, id);
                }
            }
            for (account, passenger) in boarding.others {
                if let Some(read) = passenger.landed().await {
                    let id = self.settle(&account, &read)?;
                    found.insert(account, id);
                }
            }
            wanted.retain(|account| !found.contains_key(account));
        }
        Ok(found)
    }

    /// The cache first, then the others: who comes in between finds one or the other.
    async fn lead(&self, lead: Lead<'_>) -> Answer<Arc<Found>> {
        self.counters.reads.add();
        let asked = self.clock.now();
        let read = self.reader.user_ids(&lead.accounts).await;
        let read = read.and_then(|ids| by_account(&lead.accounts, ids)).map(Arc::new);
        match &read {
            Ok(found) => {
                found.iter().for_each(|(account, id)| self.cache.put(account, id.as_ref(), asked));
                self.outage.end();
            }
            Err(error) => {
                self.counters.errors.add();
                if error.class != Class::Unreadable {
                    self.outage.begin(self.clock.now());
                }
            }
        }
        lead.land(&read);
        read
    }

    /// What a read says of one account.
    fn settle(&self, account: &Account, read: &Answer<Arc<Found>>) -> Answer<Option<UserId>> {
        match read {
            Ok(found) => Ok(found.get(account).cloned().flatten()),
            Err(error) if error.class == Class::Unreadable => Err(error.clone()),
            Err(error) => {
                let id = self.cache.stale(account, self.clock.now()).ok_or_else(|| error.clone())?;
                self.counters.stale.add();
                Ok(Some(id))
            }
        }
    }
}

/// An answer that does not fit the question is none: nobody may get somebody else's id.
pub(crate) fn by_account(accounts: &[Account], ids: Vec<Option<UserId>>) -> Answer<Found> {
    if accounts.len() != ids.len() {
        return Err(PortError::new(Class::Unreadable, "user_ids", "as many answers as accounts are wanted"));
    }
    Ok(accounts.iter().cloned().zip(ids).collect())
}

impl<R, C> fmt::Debug for Resolver<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("kept", &self.cache.len())
            .field("flights", &self.flights)
            .field("counts", &self.counters.snapshot())
            .finish_non_exhaustive()
    }
}
