//! Erases a pair.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, Class, LinkEraser, PortError};

use super::{Links, cancelled, fence, new_key, old_key};

const OPERATION: &str = "TransactWriteItems";

impl LinkEraser for Links {
    async fn erase(&self, link: &Link) -> Answer<()> {
        let bad = |_| PortError::new(Class::Rejected, OPERATION, "BadItem");
        let (condition, read) = fence(link.version);
        let mut forward = Delete::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(old_key(&link.old_sub)))
            .condition_expression(condition);
        if let Some(read) = read {
            forward = forward
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", read);
        }
        let mut deletes = vec![forward];
        if let Some(linked) = link.linked() {
            let back = Delete::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(new_key(&linked.new_sub)))
                .condition_expression("attribute_not_exists(pk) OR old_sub = :same")
                .expression_attribute_values(":same", AttributeValue::S(link.old_sub.to_string()));
            deletes.push(back);
        }
        let mut transaction = self.client.transact_write_items();
        for delete in deletes {
            let delete = delete.build().map_err(bad)?;
            transaction = transaction.transact_items(TransactWriteItem::builder().delete(delete).build());
        }
        transaction.send().await.map(drop).map_err(|error| cancelled(OPERATION, &error))
    }
}
