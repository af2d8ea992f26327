//! What the item of an account of the new pool says beside the user id.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::account::{AccountStore, Known};
use twinpool_core::id::NewSub;
use twinpool_core::port::Answer;

use super::UserIds;
use crate::dynamodb::item::id::{id_of_new, owner_of_further};
use crate::dynamodb::{fine_if_refused, item, new_key};

/// Says that it is written down that the user came. Gone when the pair is written anew: then it is written down again.
pub(in super::super) const CAME: &str = "came";

impl AccountStore for UserIds {
    async fn known(&self, new: &NewSub) -> Answer<Option<Known>> {
        let Some(item) = self.one(&new_key(new)).await? else {
            return Ok(None);
        };
        let id = match owner_of_further(&item)? {
            Some(owner) => self.end_of(&owner).await?,
            None => id_of_new(&item)?,
        };
        Ok(Some(Known { id, of: item::old_sub(&item)?, came: item.contains_key(CAME) }))
    }

    async fn note_came(&self, new: &NewSub) -> Answer<()> {
        let call = self.client.update_item().table_name(&self.table);
        let call =
            call.key("pk", AttributeValue::S(new_key(new))).condition_expression("attribute_exists(pk)");
        let call = call
            .update_expression("SET came = :yes")
            .expression_attribute_values(":yes", AttributeValue::Bool(true));
        fine_if_refused(call).await
    }
}
