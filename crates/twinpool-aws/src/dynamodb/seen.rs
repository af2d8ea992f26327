//! When a user was last seen in the old pool: written beside everything else, under a condition of its own instead of the fence.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::id::{ClientId, OldSub, Timestamp};
use twinpool_core::port::Answer;

use super::item::field::number;
use super::{Links, fine_if_refused, old_key};

impl Links {
    /// Forward only; no link is made.
    pub(super) async fn put_seen(&self, old: &OldSub, at: Timestamp, by: Option<&ClientId>) -> Answer<()> {
        let update = if by.is_some() {
            "SET seen_at = :at, seen_by = :by"
        } else {
            "SET seen_at = :at REMOVE seen_by"
        };
        let call = self
            .update(old_key(old))
            .update_expression(update)
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(seen_at) OR seen_at < :at)")
            .expression_attribute_values(":at", number(at.0));
        let call = match by {
            Some(client) => call.expression_attribute_values(":by", AttributeValue::S(client.to_string())),
            None => call,
        };
        fine_if_refused(call).await
    }
}
