//! The user ids in the table of links, without the digest key: what backends read, and what gives ids to users born in the new pool.

use std::collections::{BTreeSet, HashMap};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::account::{Account, Accounts, IdReader, IdStore};
use twinpool_core::digest::Digest;
use twinpool_core::id::{NewSub, OldSub, Pool, UserId};
use twinpool_core::port::Answer;

use super::identities::{identity_key, note};
use super::many::get_many;
use super::{Item, item};
use crate::code::port_error;

mod account;

pub(super) use account::CAME;
mod everybody;
mod follow;
mod give;

/// Reads and gives user ids. Costs one consistent read for one account, one more for each merge on the way, and for a further account of a person; a batch reads each key
/// once, a hundred keys in a call.
///
/// Needs `dynamodb:GetItem` and `dynamodb:BatchGetItem` of the table; to give ids also `dynamodb:PutItem` and `dynamodb:UpdateItem`.
#[derive(Debug, Clone)]
pub struct UserIds {
    pub(super) client: Client,
    pub(super) table: String,
}

/// All that user ids need of an item: links are large.
const PART: &str = "pk, user_id, old_sub, further, came, #state, #into, new_sub, old_subs, new_subs";

/// These words are reserved.
const RESERVED: [(&str, &str); 2] = [("#state", "state"), ("#into", "into")];

impl UserIds {
    /// The user ids in this table, through a client of their own.
    #[must_use]
    pub fn connect(config: &SdkConfig, table: String) -> Self {
        Self::new(Client::new(config), table)
    }

    pub(super) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    async fn one(&self, key: &str) -> Answer<Option<Item>> {
        let names = RESERVED.map(|(name, field)| (name.to_owned(), field.to_owned()));
        let call = self.client.get_item().table_name(&self.table).consistent_read(true);
        let call = call.key("pk", AttributeValue::S(key.to_owned()));
        let call = call.projection_expression(PART).set_expression_attribute_names(Some(names.into()));
        let answer = call.send().await.map_err(|error| port_error("GetItem", &error))?;
        Ok(answer.item)
    }

    /// The items with these keys, by key.
    async fn by_key(&self, keys: Vec<String>) -> Answer<HashMap<String, Item>> {
        if let [key] = keys.as_slice() {
            let item = self.one(key).await?;
            return Ok(item.map(|item| (key.clone(), item)).into_iter().collect());
        }
        let items = get_many(&self.client, &self.table, keys, |mut wanted| {
            for (name, field) in RESERVED {
                wanted = wanted.expression_attribute_names(name, field);
            }
            wanted.projection_expression(PART)
        });
        let with_key = |item: Item| Ok((item::field::string(&item, "pk")?.to_owned(), item));
        items.await?.into_iter().map(with_key).collect()
    }
}

fn key_of(account: &Account) -> String {
    match account.pool {
        Pool::Old => format!("OLD#{}", account.sub),
        Pool::New => format!("NEW#{}", account.sub),
    }
}

impl IdReader for UserIds {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        self.follow(accounts).await
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        self.everybody(id).await
    }
}

impl IdStore for UserIds {
    async fn assign(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> Answer<UserId> {
        self.give(new, id, of).await
    }

    async fn owner_of_identity(&self, identity: &Digest) -> Answer<Option<OldSub>> {
        let item = self.one(&identity_key(identity)).await?;
        Ok(item.map(|item| item::old_sub(&item)).transpose()?.flatten())
    }

    async fn note_identities(&self, identities: &BTreeSet<Digest>, of: &OldSub) -> Answer<()> {
        note(&self.client, &self.table, identities, of).await
    }
}
