//! Erases a pair, and how its user came.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, Class, LinkEraser, PortError};

use super::arrivals::arrival_key;
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
        // Who is made anew comes anew: a password that was set went with its user. Last, because reasons stand in this order.
        let arrival =
            Delete::builder().table_name(&self.table).key("pk", AttributeValue::S(arrival_key(&link.sub())));
        let mut deletes = vec![forward];
        if let Some(linked) = link.linked() {
            let back = Delete::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(new_key(&linked.new_sub)))
                .condition_expression("attribute_not_exists(pk) OR old_sub = :same")
                .expression_attribute_values(":same", AttributeValue::S(link.old_sub.to_string()));
            deletes.push(back);
        }
        deletes.push(arrival);
        let mut transaction = self.client.transact_write_items();
        for delete in deletes {
            let delete = delete.build().map_err(bad)?;
            transaction = transaction.transact_items(TransactWriteItem::builder().delete(delete).build());
        }
        transaction.send().await.map(drop).map_err(|error| cancelled(OPERATION, &error))
    }
}
