//! Where the users to import come from: a walk, or a file.

use std::future::Future;

use twinpool_core::listing::PoolList;
use twinpool_core::snapshot::Snapshot;

use crate::memberships::Memberships;
use crate::walk::{Listener, Walk};

/// Users of the old pool, with their groups, some at a time.
pub trait Users {
    /// The next ones; `None` at the end. Somebody may come twice.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Snapshot>>, SourceError>> + Send;
}

/// Why there are no more users.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Those whom a walk shows.
#[derive(Debug)]
pub struct Walked<'a, P, L> {
    walk: Walk<'a, P, L>,
    groups: &'a Memberships,
}

impl<'a, P: PoolList, L: Listener> Walked<'a, P, L> {
    /// All users of a pool.
    pub fn new(pool: &'a P, groups: &'a Memberships, listener: &'a L) -> Self {
        Self { walk: Walk::new(pool, None, listener), groups }
    }
}

impl<P: PoolList, L: Listener> Users for Walked<'_, P, L> {
    async fn next(&mut self) -> Result<Option<Vec<Snapshot>>, SourceError> {
        let Some(stretch) = self.walk.next().await? else {
            return Ok(None);
        };
        let with_groups = |user: Snapshot| Snapshot { groups: self.groups.of(&user.sub), ..user };
        Ok(Some(stretch.users.into_iter().map(with_groups).collect()))
    }
}
