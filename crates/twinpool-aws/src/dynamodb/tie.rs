//! The item that points back from the new sub, as a part of the transaction that writes a pair.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, Class, PortError};

use super::{Links, item, new_key};

fn bad<E>(_: E) -> PortError {
    PortError::new(Class::Rejected, "TransactWriteItems", "BadItem")
}

impl Links {
    /// Of a user who was made for the link, or was `heir_of`'s.
    pub(super) fn tie(
        &self,
        link: &Link,
        new_sub: &NewSub,
        heir_of: Option<&OldSub>,
    ) -> Answer<TransactWriteItem> {
        let before = heir_of.unwrap_or(&link.old_sub);
        let back = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item::encode_back(link, new_key(new_sub))))
            .condition_expression("attribute_not_exists(pk) OR old_sub = :same OR old_sub = :before")
            .expression_attribute_values(":same", AttributeValue::S(link.old_sub.to_string()))
            .expression_attribute_values(":before", AttributeValue::S(before.to_string()));
        Ok(TransactWriteItem::builder().put(back.build().map_err(bad)?).build())
    }

    /// Of a user who was born in the new pool: the item stands there already, with the same user id, and what is written beside it
    /// stays.
    pub(super) fn tie_of_birth(&self, link: &Link, new_sub: &NewSub) -> Answer<TransactWriteItem> {
        let text = |text: &dyn ToString| AttributeValue::S(text.to_string());
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(new_key(new_sub)))
            .update_expression("SET old_sub = :old, user_id = :id")
            .condition_expression(
                "attribute_not_exists(pk) OR old_sub = :old OR (attribute_not_exists(old_sub) AND user_id = :id)",
            )
            .expression_attribute_values(":old", text(&link.old_sub))
            .expression_attribute_values(":id", text(&link.user_id));
        Ok(TransactWriteItem::builder().update(update.build().map_err(bad)?).build())
    }
}
