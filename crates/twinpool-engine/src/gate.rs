//! The door of the new pool: who comes in by the old password, and who may not take an old user's name.

use tokio::sync::OnceCell;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::listing::ContactSearch;
use twinpool_core::password::PasswordChecker;
use twinpool_core::phase::{Phase, PhaseReader};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Clock, LinkStore, PoolReader};

use crate::engine::{StartError, Terms, shapes};
use crate::known::Known;
use crate::old_user::OldUsers;
use crate::searches::Searches;

/// The outside of the door, in one parameter.
pub trait GatePorts: Send + Sync {
    /// The old pool: users are read and looked up, passwords are checked.
    type Old: PoolReader + ContactSearch + PasswordChecker;
    /// The new pool: users are read.
    type New: PoolReader;
    /// The links, who has come, and where the move stands.
    type Table: LinkStore + ArrivalStore + PhaseReader;
    /// The time.
    type Clock: Clock;

    /// The old pool.
    fn old(&self) -> &Self::Old;
    /// The new pool.
    fn new_pool(&self) -> &Self::New;
    /// The table.
    fn table(&self) -> &Self::Table;
    /// The time.
    fn clock(&self) -> &Self::Clock;
}

/// The ports of the door, put together.
#[derive(Debug)]
pub struct GateWired<O, N, T, C> {
    /// The old pool.
    pub old: O,
    /// The new pool.
    pub new_pool: N,
    /// The table.
    pub table: T,
    /// The time.
    pub clock: C,
}

impl<O, N, T, C> GatePorts for GateWired<O, N, T, C>
where
    O: PoolReader + ContactSearch + PasswordChecker,
    N: PoolReader,
    T: LinkStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    type Old = O;
    type New = N;
    type Table = T;
    type Clock = C;

    fn old(&self) -> &O {
        &self.old
    }

    fn new_pool(&self) -> &N {
        &self.new_pool
    }

    fn table(&self) -> &T {
        &self.table
    }

    fn clock(&self) -> &C {
        &self.clock
    }
}

/// The door. Both pools are described when somebody first comes, and not again.
#[derive(Debug)]
pub struct Gate<P> {
    pub(crate) ports: P,
    terms: Terms,
    shapes: OnceCell<(PoolShape, PoolShape)>,
    searches: Searches,
}

impl<P: GatePorts> Gate<P> {
    /// A door of these pools.
    #[must_use]
    pub fn new(ports: P, terms: Terms) -> Self {
        Self { ports, terms, shapes: OnceCell::new(), searches: Searches::default() }
    }

    /// Whether the old pool has been left: it may be gone by now, and what it says of anybody counts no more. A table that does not
    /// answer says so a moment later, where it matters.
    pub(crate) async fn is_over(&self) -> bool {
        self.ports.table().standing().await.is_ok_and(|standing| standing.phase == Phase::Complete)
    }

    /// What decides beside the user. A pool that does not answer is asked again by who comes next.
    pub(crate) async fn known(&self) -> Result<Known<'_>, StartError> {
        let read = || shapes(self.ports.old(), self.ports.new_pool(), &self.terms);
        let (old_shape, new_shape) = self.shapes.get_or_try_init(read).await?;
        let Terms { key, marker, rules } = &self.terms;
        Ok(Known { key, marker, rules, old_shape, new_shape })
    }

    /// Whom the old pool has under a name.
    pub(crate) fn old_users<'a>(&'a self, known: Known<'a>, with_groups: bool) -> OldUsers<'a, P::Old> {
        let now = self.ports.clock().now();
        OldUsers { old: self.ports.old(), known, searches: &self.searches, now, with_groups }
    }
}
