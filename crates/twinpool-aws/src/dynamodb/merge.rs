//! Users of the old pool who are one person with another: `USER#<user id>` says who they are.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use twinpool_core::id::{OldSub, UserId};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, Class, PortError};

use super::{Item, Links, cancelled, item, old_key};

const OPERATION: &str = "TransactWriteItems";

pub(super) fn user_key(id: &UserId) -> String {
    format!("USER#{id}")
}

/// One more member of a set of `USER#<user id>`. The set is a hint where to look: nobody is ever taken out of it, because what counts
/// is what the member's own item says.
pub(super) fn hint(
    table: &str,
    id: &UserId,
    field: &str,
    member: impl ToString,
) -> Answer<TransactWriteItem> {
    let update = Update::builder()
        .table_name(table)
        .key("pk", AttributeValue::S(user_key(id)))
        .update_expression("ADD #field :member")
        .expression_attribute_names("#field", field)
        .expression_attribute_values(":member", item::id::set_of(member));
    let update = update.build().map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadItem"))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

impl Links {
    /// Writes a link that says that its user is one person with another, and notes it with the other's user id.
    pub(super) async fn put_merged(&self, item: Item, link: &Link, into: &OldSub) -> Answer<()> {
        let other = self.get(old_key(into)).await?;
        let other = other.map(|other| item::id::id_of_new(&other)).transpose()?;
        let id = other.unwrap_or_else(|| UserId::from(into));
        let forward = self.fenced(item, link.version).build();
        let forward = forward.map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadItem"))?;
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(forward).build())
            .transact_items(hint(&self.table, &id, item::id::OLD_SUBS, &link.old_sub)?);
        transaction.send().await.map(drop).map_err(|error| cancelled(OPERATION, &error))
    }
}
