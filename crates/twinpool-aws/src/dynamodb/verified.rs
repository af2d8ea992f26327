//! The last verify of everybody: `VERIFY`, in the table of links.

use twinpool_core::port::Answer;
use twinpool_core::verified::{Verified, VerifiedStore};

use super::{Links, item};
use crate::code::port_error;

const KEY: &str = "VERIFY";

impl VerifiedStore for Links {
    async fn verified(&self) -> Answer<Option<Verified>> {
        let item = self.get(KEY.to_owned()).await?;
        item.map(|item| item::verified::decode(&item)).transpose()
    }

    async fn note_verified(&self, verified: &Verified) -> Answer<()> {
        let item = item::verified::encode(verified, KEY.to_owned());
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        call.send().await.map(drop).map_err(|error| port_error("PutItem", &error))
    }
}
