//! One read for everybody who wants the same at the same time.
//!
//! Who wants an account first reads it, in a task of its own choosing, and the others wait. If that one is dropped in the middle, the
//! others learn so, and one of them reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use twinpool_core::account::Account;
use twinpool_core::id::UserId;
use twinpool_core::port::{Answer, PortError};

/// What was read, by account.
pub(crate) type Found = BTreeMap<Account, Option<UserId>>;

type Landing = Option<Result<Arc<Found>, PortError>>;

/// The reads that are under way.
#[derive(Default)]
pub(crate) struct Flights(Mutex<BTreeMap<Account, watch::Receiver<Landing>>>);

/// How each of some accounts will be known.
pub(crate) struct Boarding<'a> {
    /// Somebody has just read them.
    pub(crate) known: Found,
    /// Nobody reads them: it is on the caller.
    pub(crate) own: Option<Lead<'a>>,
    /// Somebody is reading them.
    pub(crate) others: Vec<(Account, Passenger)>,
}

impl Flights {
    /// Divides what is wanted. `known` is asked again, under the lock: a read that has landed meanwhile is not done twice.
    pub(crate) fn board(
        &self,
        wanted: &BTreeSet<Account>,
        known: impl Fn(&Account) -> Option<Option<UserId>>,
    ) -> Boarding<'_> {
        let (mut found, mut others, mut own) = (Found::new(), Vec::new(), Vec::new());
        let mut flights = self.lock();
        for account in wanted {
            if let Some(id) = known(account) {
                found.insert(account.clone(), id);
            } else if let Some(flight) = flights.get(account) {
                others.push((account.clone(), Passenger(flight.clone())));
            } else {
                own.push(account.clone());
            }
        }
        let own = (!own.is_empty()).then(|| {
            let (landing, flight) = watch::channel(None);
            flights.extend(own.iter().map(|account| (account.clone(), flight.clone())));
            Lead { flights: self, accounts: own, landing }
        });
        Boarding { known: found, own, others }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Account, watch::Receiver<Landing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").field("accounts", &self.lock().len()).finish()
    }
}

/// A read that the caller has to do.
pub(crate) struct Lead<'a> {
    flights: &'a Flights,
    pub(crate) accounts: Vec<Account>,
    landing: watch::Sender<Landing>,
}

impl Lead<'_> {
    /// Tells everybody who waits.
    pub(crate) fn land(self, found: &Answer<Arc<Found>>) {
        self.landing.send_replace(Some(found.clone()));
    }
}

impl Drop for Lead<'_> {
    /// Before those who wait learn that nobody reads for them: or they would board this flight again.
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        for account in &self.accounts {
            flights.remove(account);
        }
    }
}

/// Waits for what somebody else reads.
pub(crate) struct Passenger(watch::Receiver<Landing>);

impl Passenger {
    /// What was read. `None`: whoever read was dropped.
    pub(crate) async fn landed(mut self) -> Option<Answer<Arc<Found>>> {
        self.0.wait_for(Option::is_some).await.ok()?.clone()
    }
}
