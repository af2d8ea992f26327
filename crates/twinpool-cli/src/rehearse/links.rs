//! The links of a rehearsal, in memory: the table of the stack is not touched.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Limit, Mark, Tried};
use twinpool_core::born::{Birth, BornStore};
use twinpool_core::group::GroupRecord;
use twinpool_core::id::{ClientId, GroupName, NewSub, OldSub, PoolId, Sub, Timestamp};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::listing::{Found, LinkBatch, Listing, Pair, Tied};
use twinpool_core::phase::{PhaseReader, Standing};
use twinpool_core::port::{Answer, Class, GroupStore, LinkReader, LinkStore, Place, PortError, TroubleStore};
use twinpool_core::trouble::Trouble;

/// What would stand in the table.
#[derive(Debug, Default)]
struct Tables {
    links: BTreeMap<OldSub, Link>,
    back: BTreeMap<NewSub, OldSub>,
    groups: BTreeMap<GroupName, GroupRecord>,
}

/// Links, under the conditions of the table.
#[derive(Debug, Default)]
pub(super) struct Links(Mutex<Tables>);

impl Links {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stale(operation: &'static str) -> PortError {
    PortError::new(Class::Stale, operation, "ConditionalCheckFailedException")
}

fn put(tables: &mut Tables, link: &Link, operation: &'static str) -> Answer<u64> {
    let stored = tables.links.get(&link.old_sub).map_or(0, |stored| stored.version);
    if stored != link.version {
        return Err(stale(operation));
    }
    tables.links.insert(link.old_sub.clone(), Link { version: stored + 1, ..link.clone() });
    Ok(stored + 1)
}

impl PhaseReader for Links {
    /// A rehearsal is of the beginning.
    async fn standing(&self) -> Answer<Standing> {
        Ok(Standing::default())
    }
}

impl LinkReader for Links {
    async fn link(&self, old: &OldSub) -> Answer<Option<Link>> {
        Ok(self.tables().links.get(old).cloned())
    }

    async fn old_sub_of(&self, new: &NewSub) -> Answer<Option<OldSub>> {
        Ok(self.tables().back.get(new).cloned())
    }
}

impl LinkStore for Links {
    async fn write(&self, link: &Link) -> Answer<u64> {
        put(&mut self.tables(), link, "PutItem")
    }

    async fn connect(&self, link: &Link, heir_of: Option<&OldSub>) -> Answer<u64> {
        const OPERATION: &str = "TransactWriteItems";
        let mut tables = self.tables();
        let LinkState::Linked(linked) = &link.state else { return put(&mut tables, link, OPERATION) };
        let tied = tables.back.get(&linked.new_sub);
        if tied.is_some_and(|old| *old != link.old_sub && Some(old) != heir_of) {
            return Err(PortError::new(Class::Taken, OPERATION, "TransactionCanceledException"));
        }
        let version = put(&mut tables, link, OPERATION)?;
        tables.back.insert(linked.new_sub.clone(), link.old_sub.clone());
        Ok(version)
    }

    async fn note_seen(&self, old: &OldSub, at: Timestamp, by: Option<&ClientId>) -> Answer<()> {
        if let Some(link) = self.tables().links.get_mut(old).filter(|link| link.seen_at < Some(at)) {
            (link.seen_at, link.seen_by) = (Some(at), by.cloned());
        }
        Ok(())
    }

    async fn bind(&self, old: &PoolId, new: &PoolId) -> Answer<(PoolId, PoolId)> {
        Ok((old.clone(), new.clone()))
    }
}

impl GroupStore for Links {
    async fn group_record(&self, name: &GroupName) -> Answer<Option<GroupRecord>> {
        Ok(self.tables().groups.get(name).cloned())
    }

    async fn write_group(&self, record: &GroupRecord) -> Answer<()> {
        let mut tables = self.tables();
        if tables.groups.get(&record.name).map_or(0, |stored| stored.version) != record.version {
            return Err(stale("PutItem"));
        }
        let next = GroupRecord { version: record.version + 1, ..record.clone() };
        tables.groups.insert(record.name.clone(), next);
        Ok(())
    }
}

/// Nobody is born in a scratch pool.
impl BornStore for Links {
    async fn birth(&self, _: &NewSub) -> Answer<Option<Birth>> {
        Ok(None)
    }

    async fn write_birth(&self, birth: &Birth) -> Answer<u64> {
        Ok(birth.version + 1)
    }

    async fn forget_birth(&self, _: &NewSub) -> Answer<()> {
        Ok(())
    }
}

/// Nobody comes into a scratch pool.
impl ArrivalStore for Links {
    async fn arrival(&self, _: &Sub) -> Answer<Arrival> {
        Ok(Arrival::default())
    }

    async fn note(&self, _: &Sub, _: Mark, _: Timestamp) -> Answer<()> {
        Ok(())
    }

    async fn try_once(&self, _: &Sub, _: Tried, _: Limit, _: Timestamp) -> Answer<Allowance> {
        Ok(Allowance::Go)
    }

    async fn forgive(&self, _: &Sub, _: Tried) -> Answer<()> {
        Ok(())
    }

    async fn inherit(&self, _: &Sub, _: &Sub) -> Answer<()> {
        Ok(())
    }

    async fn forget_came(&self, _: &NewSub) -> Answer<()> {
        Ok(())
    }
}

impl TroubleStore for Links {
    async fn note_trouble(&self, _group: &str, _trouble: &Trouble) -> Answer<()> {
        Ok(())
    }

    async fn trouble(&self, _group: &str) -> Answer<Option<Trouble>> {
        Ok(None)
    }
}

impl LinkBatch for Links {
    async fn links(&self, subs: &[OldSub]) -> Answer<Found> {
        let tables = self.tables();
        let links = subs.iter().filter_map(|sub| tables.links.get(sub).cloned()).collect();
        Ok(Found { links, unreadable: Vec::new() })
    }

    async fn tied(&self, subs: &[NewSub]) -> Answer<BTreeMap<NewSub, Tied>> {
        let tables = self.tables();
        let one = |sub: &NewSub| Some((sub.clone(), Tied::To(tables.back.get(sub)?.clone())));
        Ok(subs.iter().filter_map(one).collect())
    }

    /// Of use where a whole table is walked, which no rehearsal does.
    async fn pairs(&self, _after: Option<&Place>) -> Answer<Listing<Pair>> {
        Err(PortError::new(Class::Rejected, "Scan", "NoTable"))
    }
}
