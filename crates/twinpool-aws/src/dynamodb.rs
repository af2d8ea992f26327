//! The links in one DynamoDB table.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{ClientId, NewSub, OldSub, PoolId, Timestamp};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Answer, Class, LinkReader, LinkStore, PortError};

use crate::code::port_error;

#[cfg(feature = "setup")]
mod archive;
mod arrivals;
mod batch;
mod births;
mod erase;
mod groups;
mod identities;
mod ids;
mod item;
mod many;
mod merge;
mod operator;
mod phases;
mod pools;
mod runs;
mod seal;
mod seen;
mod tie;
mod troubles;
mod user_ids;
mod verified;
mod watched;

use seal::Seal;
pub use user_ids::UserIds;

/// The table of links: `OLD#<old sub>` holds the link, `NEW#<new sub>` points back at it. Both are read by key, because
/// an index would be read late and would not keep pairs unique (F§10). For user ids alone, see [`UserIds`].
#[derive(Debug, Clone)]
pub struct Links {
    client: Client,
    table: String,
    seal: Option<Seal>,
}

type Item = HashMap<String, AttributeValue>;

impl Links {
    /// The links in this table, through a client of their own. Without the key, the names of users who are being made
    /// are not read, and cannot be written.
    #[must_use]
    pub fn connect(config: &SdkConfig, table: String, key: Option<&DigestKey>) -> Self {
        Self { client: Client::new(config), table, seal: key.and_then(Seal::new) }
    }

    /// The user ids in the same table.
    #[must_use]
    pub fn user_ids(&self) -> UserIds {
        UserIds::new(self.client.clone(), self.table.clone())
    }

    fn encode(&self, link: &Link, version: u64) -> Answer<Item> {
        let mut item = item::encode(link, version, old_key(&link.old_sub));
        if let Some(name) = &link.intended {
            let sealed = self.seal.as_ref().and_then(|seal| seal.close(name, &link.old_sub));
            let sealed = sealed.ok_or_else(|| PortError::new(Class::Rejected, "PutItem", "NoSeal"))?;
            item.insert(INTENDED.to_owned(), sealed);
        }
        Ok(item)
    }

    fn decode(&self, old: &OldSub, item: &Item) -> Answer<Link> {
        let sealed = item.get(INTENDED).zip(self.seal.as_ref());
        let intended = sealed.map(|(sealed, seal)| seal.open(sealed, old)).transpose()?;
        Ok(Link { intended, ..item::decode(old.clone(), item)? })
    }

    /// The write of a link as a part of a transaction.
    fn fenced(&self, item: Item, read_version: u64) -> PutBuilder {
        let (condition, read) = fence(read_version);
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(condition);
        match read {
            Some(read) => put
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", read),
            None => put,
        }
    }

    async fn put(&self, item: Item, read_version: u64) -> Answer<()> {
        let (condition, read) = fence(read_version);
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let call = call.condition_expression(condition);
        let call = match read {
            Some(read) => call
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", read),
            None => call,
        };
        call.send().await.map(drop).map_err(|error| port_error("PutItem", &error))
    }

    async fn get(&self, key: String) -> Answer<Option<Item>> {
        let call = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(key));
        let answer =
            call.consistent_read(true).send().await.map_err(|error| port_error("GetItem", &error))?;
        Ok(answer.item)
    }

    fn update(&self, key: String) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(key))
    }
}

/// Writes under a condition, which says that there is nothing to be written.
async fn fine_if_refused(call: UpdateItemFluentBuilder) -> Answer<()> {
    match call.send().await.map_err(|error| port_error("UpdateItem", &error)) {
        Err(error) if error.class != Class::Stale => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The field of a sealed sign-in name.
const INTENDED: &str = "intended";

fn old_key(sub: &OldSub) -> String {
    format!("OLD#{sub}")
}

fn new_key(sub: &NewSub) -> String {
    format!("NEW#{sub}")
}

/// The fence: only who read the latest version may write the next.
fn fence(version: u64) -> (&'static str, Option<AttributeValue>) {
    match version {
        0 => ("attribute_not_exists(pk)", None),
        read => ("#version = :read", Some(AttributeValue::N(read.to_string()))),
    }
}

impl LinkReader for Links {
    async fn link(&self, old: &OldSub) -> Answer<Option<Link>> {
        let item = self.get(old_key(old)).await?;
        item.map(|item| self.decode(old, &item)).transpose()
    }

    async fn old_sub_of(&self, new: &NewSub) -> Answer<Option<OldSub>> {
        let item = self.get(new_key(new)).await?;
        Ok(item.map(|item| item::old_sub(&item)).transpose()?.flatten())
    }
}

impl LinkStore for Links {
    async fn bind(&self, old: &PoolId, new: &PoolId) -> Answer<(PoolId, PoolId)> {
        self.bind_pools(old, new).await
    }

    async fn write(&self, link: &Link) -> Answer<u64> {
        let version = link.version + 1;
        let item = self.encode(link, version)?;
        match &link.state {
            LinkState::Merged { into, .. } => self.put_merged(item, link, into).await?,
            LinkState::Pending { .. }
            | LinkState::Linked(_)
            | LinkState::Conflict { .. }
            | LinkState::Tombstone { .. } => self.put(item, link.version).await?,
        }
        Ok(version)
    }

    async fn note_seen(&self, old: &OldSub, at: Timestamp, by: Option<&ClientId>) -> Answer<()> {
        self.put_seen(old, at, by).await
    }

    async fn connect(&self, link: &Link, heir_of: Option<&OldSub>) -> Answer<u64> {
        const OPERATION: &str = "TransactWriteItems";
        let Some(new_sub) = link.counterpart() else {
            return Err(PortError::new(Class::Rejected, OPERATION, "NotAPair"));
        };
        let version = link.version + 1;
        let forward = self.fenced(self.encode(link, version)?, link.version);
        let forward = forward.build().map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadItem"))?;
        let forward = TransactWriteItem::builder().put(forward).build();
        let mut transaction = self.client.transact_write_items().transact_items(forward);
        if link.is_birth_of(new_sub) {
            transaction = transaction.transact_items(self.tie_of_birth(link, new_sub)?);
            transaction = transaction.transact_items(self.end_of_birth(new_sub)?);
        } else {
            transaction = transaction.transact_items(self.tie(link, new_sub, heir_of)?);
        }
        transaction.send().await.map_err(|error| cancelled(OPERATION, &error))?;
        Ok(version)
    }
}

/// Two writes of one item at the same moment: nothing is written, and whoever reads again and tries again is not in the way any more. The
/// SDK does not.
const COLLIDED: &str = "TransactionConflict";

/// The reasons stand in the order of the items (F§10): the first is the fence, the second the pair.
fn cancelled<R>(operation: &'static str, error: &SdkError<TransactWriteItemsError, R>) -> PortError {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        _ => return port_error(operation, error),
    };
    let failed = |index: usize| {
        reasons
            .get(index)
            .and_then(|reason| reason.code())
            .is_some_and(|code| code == "ConditionalCheckFailed")
    };
    match (failed(0), failed(1)) {
        (true, _) => PortError::new(Class::Stale, operation, "ConditionalCheckFailed"),
        (false, true) => PortError::new(Class::Taken, operation, "ConditionalCheckFailed"),
        (false, false) if reasons.iter().any(|reason| reason.code() == Some(COLLIDED)) => {
            PortError::new(Class::Stale, operation, COLLIDED)
        }
        (false, false) => PortError::new(Class::Unavailable, operation, "TransactionCanceledException"),
    }
}
