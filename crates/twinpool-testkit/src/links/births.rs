//! Who was born in the new pool and has no user in the old one yet.

use twinpool_core::born::{Birth, BornStore};
use twinpool_core::id::NewSub;
use twinpool_core::port::{Answer, Class, PortError};

use super::MemoryLinks;

impl BornStore for MemoryLinks {
    async fn birth(&self, new: &NewSub) -> Answer<Option<Birth>> {
        self.process.enter("GetItem").await?;
        let birth = self.tables().births.get(new).cloned();
        self.process.leave("GetItem").await?;
        Ok(birth)
    }

    async fn write_birth(&self, birth: &Birth) -> Answer<u64> {
        const OPERATION: &str = "PutItem";
        self.process.enter(OPERATION).await?;
        let version = {
            let mut tables = self.tables();
            if tables.births.get(&birth.new_sub).map_or(0, |stored| stored.version) != birth.version {
                return Err(PortError::new(Class::Stale, OPERATION, "ConditionalCheckFailedException"));
            }
            let next = Birth { version: birth.version + 1, ..birth.clone() };
            tables.births.insert(birth.new_sub.clone(), next);
            birth.version + 1
        };
        self.process.leave(OPERATION).await?;
        Ok(version)
    }

    async fn forget_birth(&self, new: &NewSub) -> Answer<()> {
        self.process.enter("DeleteItem").await?;
        self.tables().births.remove(new);
        self.process.leave("DeleteItem").await
    }
}
