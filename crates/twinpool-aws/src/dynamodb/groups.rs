//! Records of groups: `GROUP#<name in the old pool>`, in the table of links.

use twinpool_core::group::GroupRecord;
use twinpool_core::id::GroupName;
use twinpool_core::port::{Answer, GroupStore};

use super::{Links, item};

fn key(name: &GroupName) -> String {
    format!("GROUP#{name}")
}

impl GroupStore for Links {
    async fn group_record(&self, name: &GroupName) -> Answer<Option<GroupRecord>> {
        let item = self.get(key(name)).await?;
        item.map(|item| item::decode_group(&item)).transpose()
    }

    async fn write_group(&self, record: &GroupRecord) -> Answer<()> {
        let item = item::encode_group(record, record.version + 1, key(&record.name));
        self.put(item, record.version).await
    }
}
