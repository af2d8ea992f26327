//! The item `POOLS`: of which pools the links are.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};

use super::Links;

const KEY: &str = "POOLS";

impl Links {
    /// Reads first: every start but the first finds the item.
    pub(super) async fn bind_pools(&self, old: &PoolId, new: &PoolId) -> Answer<(PoolId, PoolId)> {
        if let Some(bound) = self.pools().await? {
            return Ok(bound);
        }
        let text = |id: &PoolId| AttributeValue::S(id.to_string());
        let item = HashMap::from([
            ("pk".to_owned(), AttributeValue::S(KEY.to_owned())),
            ("old_pool".to_owned(), text(old)),
            ("new_pool".to_owned(), text(new)),
        ]);
        match self.put(item, 0).await {
            Err(error) if error.class == Class::Stale => {}
            answer => answer?,
        }
        let gone = || PortError::new(Class::Unreadable, "GetItem", "NoPools");
        self.pools().await?.ok_or_else(gone)
    }

    /// The old and the new pool that the links are of. `None` before the mirror's first start.
    ///
    /// # Errors
    /// When the table does not answer, or the item is damaged.
    pub async fn pools(&self) -> Answer<Option<(PoolId, PoolId)>> {
        let Some(item) = self.get(KEY.to_owned()).await? else {
            return Ok(None);
        };
        let pool = |field: &str| {
            let text = item.get(field).and_then(|value| value.as_s().ok());
            text.and_then(|text| PoolId::parse(text.clone()).ok())
                .ok_or_else(|| PortError::new(Class::Unreadable, "GetItem", format!("DamagedItem.{field}")))
        };
        Ok(Some((pool("old_pool")?, pool("new_pool")?)))
    }
}
