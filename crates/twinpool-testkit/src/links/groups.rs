//! Records of groups, and what went wrong.

use twinpool_core::group::GroupRecord;
use twinpool_core::id::GroupName;
use twinpool_core::port::{Answer, Class, GroupStore, PortError, TroubleStore};
use twinpool_core::trouble::Trouble;

use super::MemoryLinks;

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
