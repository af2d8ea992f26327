//! What the bridge works with.

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::password::{PasswordChecker, PasswordSetter};
use twinpool_core::port::{Clock, LinkReader, PoolReader};

/// The outside of the bridge, in one parameter.
pub trait Ports: Send + Sync {
    /// The old pool: users are read, passwords are checked.
    type Old: PoolReader + PasswordChecker;
    /// The new pool: users are read, passwords are set.
    type New: PoolReader + PasswordSetter;
    /// The links, and who has come.
    type Table: LinkReader + ArrivalStore;
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

/// The ports as they are.
#[derive(Debug, Clone)]
pub struct Wired<O, N, T, C> {
    /// The old pool.
    pub old: O,
    /// The new pool.
    pub new_pool: N,
    /// The table.
    pub table: T,
    /// The time.
    pub clock: C,
}

impl<O, N, T, C> Ports for Wired<O, N, T, C>
where
    O: PoolReader + PasswordChecker,
    N: PoolReader + PasswordSetter,
    T: LinkReader + ArrivalStore,
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
