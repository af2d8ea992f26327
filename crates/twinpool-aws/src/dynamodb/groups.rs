//! Records of groups: `GROUP#<name in the old pool>`, in the table of links.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::group::GroupRecord;
use twinpool_core::id::GroupName;
use twinpool_core::port::{Answer, GroupStore};

use super::{Links, fence, item};
use crate::code::port_error;

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

    async fn forget_group(&self, record: &GroupRecord) -> Answer<()> {
        let (condition, read) = fence(record.version);
        let call = self.client.delete_item().table_name(&self.table);
        let call = call.key("pk", AttributeValue::S(key(&record.name))).condition_expression(condition);
        let call = match read {
            Some(read) => call
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", read),
            None => call,
        };
        call.send().await.map(drop).map_err(|error| port_error("DeleteItem", &error))
    }
}
