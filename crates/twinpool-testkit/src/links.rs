//! Links in memory, with the conditions of the table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use twinpool_core::decision::Decisions;
use twinpool_core::group::GroupRecord;
use twinpool_core::id::{GroupName, NewSub, OldSub, PoolId};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::listing::{Found, LinkBatch, Listing, Pair, Stage};
use twinpool_core::port::{
    Answer, Class, DecisionStore, GroupStore, LinkEraser, LinkReader, LinkScan, LinkStore, Page, Place,
    PortError, TroubleStore,
};

use twinpool_core::trouble::Trouble;

use crate::process::Process;
use crate::runs::Runs;

#[derive(Debug, Default)]
struct Tables {
    pools: Option<(PoolId, PoolId)>,
    groups: BTreeMap<GroupName, GroupRecord>,
    links: BTreeMap<OldSub, Link>,
    back: BTreeMap<NewSub, OldSub>,
    troubles: BTreeMap<String, Trouble>,
    runs: Runs,
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

    /// All items that point back.
    #[must_use]
    pub fn back(&self) -> Vec<(NewSub, OldSub)> {
        let tables = self.tables();
        tables.back.iter().map(|(new, old)| (new.clone(), old.clone())).collect()
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
            let tied = tables.back.get(new_sub);
            if tied.is_some_and(|old| *old != link.old_sub && Some(old) != heir_of) {
                return Err(PortError::new(Class::Taken, operation, "TransactionCanceledException"));
            }
            tables.back.insert(new_sub.clone(), link.old_sub.clone());
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

impl LinkEraser for MemoryLinks {
    async fn erase(&self, link: &Link) -> Answer<()> {
        const OPERATION: &str = "TransactWriteItems";
        self.process.enter(OPERATION).await?;
        {
            let mut tables = self.tables();
            if tables.links.get(&link.old_sub).map_or(0, |stored| stored.version) != link.version {
                return Err(PortError::new(Class::Stale, OPERATION, "ConditionalCheckFailedException"));
            }
            tables.links.remove(&link.old_sub);
            tables.back.retain(|_, old| *old != link.old_sub);
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
        let old = self.tables().back.get(new).cloned();
        self.process.leave("GetItem").await?;
        Ok(old)
    }
}

impl LinkStore for MemoryLinks {
    async fn write(&self, link: &Link) -> Answer<u64> {
        self.process.enter("PutItem").await?;
        let version = self.store(link, "PutItem", false, None)?;
        self.process.leave("PutItem").await?;
        Ok(version)
    }

    async fn connect(&self, link: &Link, heir_of: Option<&OldSub>) -> Answer<u64> {
        self.process.enter("TransactWriteItems").await?;
        let version = self.store(link, "TransactWriteItems", true, heir_of)?;
        self.process.leave("TransactWriteItems").await?;
        Ok(version)
    }

    async fn bind(&self, old: &PoolId, new: &PoolId) -> Answer<(PoolId, PoolId)> {
        let mut tables = self.tables();
        Ok(tables.pools.get_or_insert_with(|| (old.clone(), new.clone())).clone())
    }
}

impl MemoryLinks {
    fn check_group(&self, record: &GroupRecord, operation: &'static str) -> Answer<()> {
        let stored = self.tables().groups.get(&record.name).map_or(0, |stored| stored.version);
        if stored == record.version {
            return Ok(());
        }
        Err(PortError::new(Class::Stale, operation, "ConditionalCheckFailedException"))
    }
}

impl GroupStore for MemoryLinks {
    async fn group_record(&self, name: &GroupName) -> Answer<Option<GroupRecord>> {
        self.process.enter("GetItem").await?;
        let record = self.tables().groups.get(name).cloned();
        self.process.leave("GetItem").await?;
        Ok(record)
    }

    async fn write_group(&self, record: &GroupRecord) -> Answer<()> {
        self.process.enter("PutItem").await?;
        self.check_group(record, "PutItem")?;
        let next = GroupRecord { version: record.version + 1, ..record.clone() };
        self.tables().groups.insert(record.name.clone(), next);
        self.process.leave("PutItem").await
    }

    async fn forget_group(&self, record: &GroupRecord) -> Answer<()> {
        self.process.enter("DeleteItem").await?;
        self.check_group(record, "DeleteItem")?;
        self.tables().groups.remove(&record.name);
        self.process.leave("DeleteItem").await
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

impl MemoryLinks {
    /// One link a page, and all groups after them.
    fn page_after(&self, after: Option<&Place>) -> Page {
        let tables = self.tables();
        let is_after = |link: &&Link| after.is_none_or(|place| link.old_sub.as_str() > place.0.as_str());
        match tables.links.values().find(is_after) {
            Some(link) => Page {
                links: vec![Link { intended: None, ..link.clone() }],
                next: Some(Place(link.old_sub.to_string())),
                ..Page::default()
            },
            None => Page { groups: tables.groups.values().cloned().collect(), ..Page::default() },
        }
    }
}

impl LinkScan for MemoryLinks {
    async fn page(&self, after: Option<&Place>) -> Answer<Page> {
        self.process.enter("Scan").await?;
        let page = self.page_after(after);
        self.process.leave("Scan").await?;
        Ok(page)
    }
}

impl LinkBatch for MemoryLinks {
    async fn links(&self, subs: &[OldSub]) -> Answer<Found> {
        self.process.enter("BatchGetItem").await?;
        let links = subs.iter().filter_map(|sub| self.tables().links.get(sub).cloned()).collect();
        self.process.leave("BatchGetItem").await?;
        Ok(Found { links, unreadable: Vec::new() })
    }

    async fn pairs(&self, after: Option<&Place>) -> Answer<Listing<Pair>> {
        let page = self.page(after).await?;
        let pair = |link: Link| Pair {
            stage: Stage::of(&link.state),
            new_sub: match &link.state {
                LinkState::Linked(linked) => Some(linked.new_sub.clone()),
                LinkState::Tombstone { new_sub, .. } => new_sub.clone(),
                LinkState::Pending { .. } | LinkState::Conflict { .. } | LinkState::Merged { .. } => None,
            },
            old_sub: link.old_sub,
        };
        Ok(Listing { items: page.links.into_iter().map(pair).collect(), unreadable: 0, next: page.next })
    }
}

impl TroubleStore for MemoryLinks {
    async fn note_trouble(&self, group: &str, trouble: &Trouble) -> Answer<()> {
        self.process.enter("PutItem").await?;
        self.tables().troubles.insert(group.to_owned(), trouble.clone());
        self.process.leave("PutItem").await
    }

    async fn trouble(&self, group: &str) -> Answer<Option<Trouble>> {
        self.process.enter("GetItem").await?;
        let trouble = self.tables().troubles.get(group).cloned();
        self.process.leave("GetItem").await?;
        Ok(trouble)
    }
}
