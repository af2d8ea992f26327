//! Links in memory, with the conditions of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use twinpool_core::born::Birth;
use twinpool_core::decision::Decisions;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupRecord;
use twinpool_core::id::{ClientId, GroupName, NewSub, OldSub, PoolId, Timestamp, UserId};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Answer, Class, DecisionStore, LinkEraser, LinkReader, LinkStore, PortError};
use twinpool_core::trouble::Trouble;

use crate::phases::Phases;
use crate::process::Process;
use crate::runs::Runs;
use arrivals::Arrivals;

mod arrivals;
mod births;
mod groups;
mod user_ids;
mod walks;

/// What is known of an account of the new pool.
#[derive(Debug, Clone)]
struct Back {
    user_id: UserId,
    /// `None`: born in the new pool.
    old_sub: Option<OldSub>,
    /// Its user id is that of its owner, whatever that is.
    further: bool,
    /// Written down that the user came.
    came: bool,
}

#[derive(Debug, Default)]
struct Tables {
    pools: Option<(PoolId, PoolId)>,
    groups: BTreeMap<GroupName, GroupRecord>,
    links: BTreeMap<OldSub, Link>,
    back: BTreeMap<NewSub, Back>,
    /// Accounts of the new pool that twinpool did not make, by the id that they were given.
    further: BTreeSet<(UserId, NewSub)>,
    identities: BTreeMap<Digest, OldSub>,
    births: BTreeMap<NewSub, Birth>,
    troubles: BTreeMap<String, Trouble>,
    runs: Runs,
    phases: Phases,
    arrivals: Arrivals,
}

/// The links, as one process sees them.
#[derive(Debug, Clone)]
pub struct MemoryLinks {
    tables: Arc<Mutex<Tables>>,
    pub(crate) process: Arc<Process>,
}

impl Default for MemoryLinks {
    fn default() -> Self {
        Self { tables: Arc::default(), process: Arc::new(Process::healthy()) }
    }
}

impl MemoryLinks {
    /// The same links for another process.
    #[must_use]
    pub fn seen_by(&self, process: &Arc<Process>) -> Self {
        Self { tables: Arc::clone(&self.tables), process: Arc::clone(process) }
    }

    /// All links.
    #[must_use]
    pub fn all(&self) -> Vec<Link> {
        self.tables().links.values().cloned().collect()
    }

    /// All accounts of the new pool that are tied to a user of the old pool.
    #[must_use]
    pub fn back(&self) -> Vec<(NewSub, OldSub)> {
        let tables = self.tables();
        tables.back.iter().filter_map(|(new, back)| Some((new.clone(), back.old_sub.clone()?))).collect()
    }

    /// The owners of all identities that were noted.
    #[must_use]
    pub fn identities(&self) -> BTreeMap<Digest, OldSub> {
        self.tables().identities.clone()
    }

    fn tables(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn store(
        &self,
        link: &Link,
        operation: &'static str,
        connect: bool,
        heir_of: Option<&OldSub>,
    ) -> Answer<u64> {
        let mut tables = self.tables();
        let stored = tables.links.get(&link.old_sub).map_or(0, |stored| stored.version);
        if stored != link.version {
            return Err(PortError::new(Class::Stale, operation, "ConditionalCheckFailedException"));
        }
        if let (true, Some(new_sub)) = (connect, link.counterpart()) {
            let is_birth = link.is_birth_of(new_sub);
            let may_tie = |back: &Back| match &back.old_sub {
                Some(old) => *old == link.old_sub || Some(old) == heir_of,
                None => is_birth && back.user_id == link.user_id,
            };
            if tables.back.get(new_sub).is_some_and(|back| !may_tie(back)) {
                return Err(PortError::new(Class::Taken, operation, "TransactionCanceledException"));
            }
            let came = is_birth && tables.back.get(new_sub).is_some_and(|back| back.came);
            let back = Back {
                user_id: link.user_id.clone(),
                old_sub: Some(link.old_sub.clone()),
                further: false,
                came,
            };
            tables.back.insert(new_sub.clone(), back);
            if is_birth {
                tables.births.remove(new_sub);
            }
        }
        let next = Link { version: stored + 1, ..link.clone() };
        tables.links.insert(link.old_sub.clone(), next);
        Ok(stored + 1)
    }
}

impl MemoryLinks {
    pub(crate) fn with_runs<T>(&self, work: impl FnOnce(&mut Runs) -> T) -> T {
        work(&mut self.tables().runs)
    }
}

impl MemoryLinks {
    pub(crate) fn with_phases<T>(&self, work: impl FnOnce(&mut Phases) -> T) -> T {
        work(&mut self.tables().phases)
    }
}

impl LinkEraser for MemoryLinks {
    async fn erase(&self, link: &Link) -> Answer<()> {
        const OPERATION: &str = "TransactWriteItems";
        self.process.enter(OPERATION).await?;
        {
            let mut tables = self.tables();
            if tables.links.get(&link.old_sub).map_or(0, |stored| stored.version) != link.version {
                return Err(PortError::new(Class::Stale, OPERATION, "ConditionalCheckFailedException"));
            }
            if let Some(linked) = link.linked() {
                let tied = tables.back.get(&linked.new_sub);
                if tied.is_some_and(|back| back.old_sub.as_ref() != Some(&link.old_sub)) {
                    return Err(PortError::new(Class::Taken, OPERATION, "TransactionCanceledException"));
                }
                tables.back.remove(&linked.new_sub);
            }
            tables.links.remove(&link.old_sub);
            tables.arrivals.forget(&link.sub());
        }
        self.process.leave(OPERATION).await
    }
}

impl LinkReader for MemoryLinks {
    async fn link(&self, old: &OldSub) -> Answer<Option<Link>> {
        self.process.enter("GetItem").await?;
        let link = self.tables().links.get(old).cloned();
        self.process.leave("GetItem").await?;
        Ok(link)
    }

    async fn old_sub_of(&self, new: &NewSub) -> Answer<Option<OldSub>> {
        self.process.enter("GetItem").await?;
        let old = self.tables().back.get(new).and_then(|back| back.old_sub.clone());
        self.process.leave("GetItem").await?;
        Ok(old)
    }
}

impl LinkStore for MemoryLinks {
    async fn write(&self, link: &Link) -> Answer<u64> {
        let mut operation = "PutItem";
        if matches!(link.state, LinkState::Merged { .. }) {
            // The user id of the other one is read, and gets a note of this one.
            self.process.enter("GetItem").await?;
            self.process.leave("GetItem").await?;
            operation = "TransactWriteItems";
        }
        self.process.enter(operation).await?;
        let version = self.store(link, operation, false, None)?;
        self.process.leave(operation).await?;
        Ok(version)
    }

    async fn connect(&self, link: &Link, heir_of: Option<&OldSub>) -> Answer<u64> {
        self.process.enter("TransactWriteItems").await?;
        let version = self.store(link, "TransactWriteItems", true, heir_of)?;
        self.process.leave("TransactWriteItems").await?;
        Ok(version)
    }

    async fn note_seen(&self, old: &OldSub, at: Timestamp, by: Option<&ClientId>) -> Answer<()> {
        self.process.enter("UpdateItem").await?;
        if let Some(link) = self.tables().links.get_mut(old).filter(|link| link.seen_at < Some(at)) {
            (link.seen_at, link.seen_by) = (Some(at), by.cloned());
        }
        self.process.leave("UpdateItem").await
    }

    async fn bind(&self, old: &PoolId, new: &PoolId) -> Answer<(PoolId, PoolId)> {
        let mut tables = self.tables();
        Ok(tables.pools.get_or_insert_with(|| (old.clone(), new.clone())).clone())
    }
}

impl DecisionStore for MemoryLinks {
    async fn decide(&self, link: &Link, decisions: &Decisions) -> Answer<u64> {
        self.process.enter("UpdateItem").await?;
        let stored = self.tables().links.get(&link.old_sub).cloned().unwrap_or_else(|| link.clone());
        let version = stored.version;
        let decided = Link { decisions: decisions.clone(), version: link.version, ..stored };
        if version == 0 {
            return Err(PortError::new(Class::Stale, "UpdateItem", "ConditionalCheckFailedException"));
        }
        let version = self.store(&decided, "UpdateItem", false, None)?;
        self.process.leave("UpdateItem").await?;
        Ok(version)
    }
}
