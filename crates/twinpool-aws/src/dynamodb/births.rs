//! Who was born in the new pool and has no user in the old one yet: `BORN#<new sub>`, in the table of links.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use twinpool_core::born::{Birth, BornStore};
use twinpool_core::id::{NewSub, Username};
use twinpool_core::port::{Answer, Class, PortError};

use super::{INTENDED, Item, Links, item};
use crate::code::port_error;

pub(super) const PREFIX: &str = "BORN#";

fn key(new: &NewSub) -> String {
    format!("{PREFIX}{new}")
}

/// Without the name of a user who is being made: nobody who walks over the table needs it.
pub(super) fn read(sub: &str, item: &Item) -> Answer<Birth> {
    let damaged = |_| PortError::new(Class::Unreadable, "Scan", "DamagedItem.pk");
    item::decode_birth(NewSub::parse(sub).map_err(damaged)?, item)
}

impl Links {
    /// The end of a birth, as a part of a transaction.
    pub(super) fn end_of_birth(&self, new: &NewSub) -> Answer<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.table).key("pk", AttributeValue::S(key(new))).build();
        let delete = delete.map_err(|_| PortError::new(Class::Rejected, "TransactWriteItems", "BadItem"))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

impl BornStore for Links {
    async fn birth(&self, new: &NewSub) -> Answer<Option<Birth>> {
        let Some(item) = self.get(key(new)).await? else {
            return Ok(None);
        };
        let birth = item::decode_birth(new.clone(), &item)?;
        // To take a name that was sealed with another key for none could make a second user.
        let open = |(sealed, seal): (&AttributeValue, &super::Seal)| {
            let name = seal.open_text(sealed, new.as_str()).and_then(|name| Username::parse(name).ok());
            name.ok_or_else(|| PortError::new(Class::Unreadable, "GetItem", "DamagedItem.intended"))
        };
        let intended = item.get(INTENDED).zip(self.seal.as_ref()).map(open).transpose()?;
        Ok(Some(Birth { intended, ..birth }))
    }

    async fn write_birth(&self, birth: &Birth) -> Answer<u64> {
        let version = birth.version + 1;
        let mut item = item::encode_birth(birth, version, key(&birth.new_sub));
        if let Some(name) = &birth.intended {
            let seal = self.seal.as_ref();
            let sealed = seal.and_then(|seal| seal.close_text(name.as_str(), birth.new_sub.as_str()));
            let sealed = sealed.ok_or_else(|| PortError::new(Class::Rejected, "PutItem", "NoSeal"))?;
            item.insert(INTENDED.to_owned(), sealed);
        }
        self.put(item, birth.version).await?;
        Ok(version)
    }

    async fn forget_birth(&self, new: &NewSub) -> Answer<()> {
        let call = self.client.delete_item().table_name(&self.table);
        let call = call.key("pk", AttributeValue::S(key(new)));
        call.send().await.map(drop).map_err(|error| port_error("DeleteItem", &error))
    }
}
