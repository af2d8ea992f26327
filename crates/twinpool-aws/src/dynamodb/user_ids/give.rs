//! Gives an account of the new pool its user id, once.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use twinpool_core::account::Account;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::port::{Answer, Class, PortError};

use super::UserIds;
use crate::code::port_error;
use crate::dynamodb::item::id::{NEW_SUBS, encode_given};
use crate::dynamodb::merge::hint;
use crate::dynamodb::{cancelled, new_key};

const OPERATION: &str = "TransactWriteItems";
const FIRST: &str = "attribute_not_exists(pk)";

/// Somebody was faster, or is at it.
fn is_met(error: &PortError) -> bool {
    let code = error.code.as_str();
    error.class == Class::Stale
        || matches!(code, "TransactionCanceledException" | "TransactionConflictException")
}

impl UserIds {
    pub(super) async fn give(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> Answer<UserId> {
        let born_here = of.is_none() && id.as_str() == new.as_str();
        let given =
            if born_here { self.put_born(new, id).await } else { self.put_further(new, id, of).await };
        match given {
            Ok(()) => Ok(id.clone()),
            Err(error) if is_met(&error) => {
                let stands = self.follow(&[Account::from(new)]).await?;
                stands.into_iter().flatten().next().ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn put_born(&self, new: &NewSub, id: &UserId) -> Answer<()> {
        let call = self.client.put_item().table_name(&self.table).condition_expression(FIRST);
        let call = call.set_item(Some(encode_given(new_key(new), id, None)));
        call.send().await.map(drop).map_err(|error| port_error("PutItem", &error))
    }

    /// Somebody else's id: found by it from now on. Of a user of the old pool, that one's own: it is merged, and merged no more, with
    /// its owner.
    async fn put_further(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> Answer<()> {
        let own = of.map_or_else(|| id.clone(), UserId::from);
        let id = &own;
        let item = encode_given(new_key(new), id, of);
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(FIRST);
        let put = put.build().map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadItem"))?;
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(hint(&self.table, id, NEW_SUBS, new)?);
        transaction.send().await.map(drop).map_err(|error| cancelled(OPERATION, &error))
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use twinpool_core::account::IdStore as _;

    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn an_account_whose_pair_is_written_at_the_same_moment_has_its_id() {
        let met =
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"busy"}"#;
        let item = r#"{"Item":{"pk":{"S":"NEW#n-1"},"user_id":{"S":"n-1"},"old_sub":{"S":"o-1"}}}"#;
        let (address, _seen) = server([(400, "", met), (200, "", item)]);
        let ids = UserIds::connect(&config(&address).await, "links".to_owned());
        let (new, id) = (NewSub::parse("n-1").unwrap(), UserId::parse("n-1").unwrap());
        assert_eq!(ids.assign(&new, &id, None).await, Ok(id));
    }
}
