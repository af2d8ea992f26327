//! What went wrong: `TROUBLE#<message group>`, in the table of links. DynamoDB deletes the items when nobody needs them.

use twinpool_core::port::{Answer, TroubleStore};
use twinpool_core::trouble::Trouble;

use super::{Links, item};
use crate::code::port_error;

fn key(group: &str) -> String {
    format!("TROUBLE#{group}")
}

impl TroubleStore for Links {
    async fn note_trouble(&self, group: &str, trouble: &Trouble) -> Answer<()> {
        let item = item::encode_trouble(trouble, key(group));
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        call.send().await.map(drop).map_err(|error| port_error("PutItem", &error))
    }

    async fn trouble(&self, group: &str) -> Answer<Option<Trouble>> {
        let item = self.get(key(group)).await?;
        item.map(|item| item::decode_trouble(&item)).transpose()
    }
}
