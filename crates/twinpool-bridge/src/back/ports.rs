//! What the way back works with: the roles of the pools are the other way round.

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::id::OldSub;
use twinpool_core::password::{PasswordChecker, PasswordSetter};
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Clock, LinkReader, PoolReader};

use crate::ports::Wired;

/// The outside of the way back, in one parameter.
pub trait BackPorts: Send + Sync {
    /// The old pool: users are read, passwords are set.
    type Old: PoolReader + PasswordSetter<OldSub>;
    /// The new pool: users are read, passwords are checked.
    type New: PoolReader + PasswordChecker;
    /// The links, who has come, and where the move stands.
    type Table: LinkReader + ArrivalStore + PhaseReader;
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

impl<O, N, T, C> BackPorts for Wired<O, N, T, C>
where
    O: PoolReader + PasswordSetter<OldSub>,
    N: PoolReader + PasswordChecker,
    T: LinkReader + ArrivalStore + PhaseReader,
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
