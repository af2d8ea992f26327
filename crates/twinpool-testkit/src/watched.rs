//! What the watch remembers, in memory.

use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::watch::{Memory, WatchStore};

use crate::links::MemoryLinks;
use crate::phases::Phases;

impl WatchStore for MemoryLinks {
    async fn watched(&self) -> Answer<Memory> {
        self.process.call("GetItem", || Ok(self.with_phases(|phases| phases.watched.clone()))).await
    }

    async fn remember(&self, memory: &Memory) -> Answer<u64> {
        const OPERATION: &str = "PutItem";
        let remember = |phases: &mut Phases| {
            if phases.watched.version != memory.version {
                return Err(PortError::new(Class::Stale, OPERATION, "ConditionalCheckFailedException"));
            }
            phases.watched = Memory { version: memory.version + 1, ..memory.clone() };
            Ok(memory.version + 1)
        };
        self.process.call(OPERATION, || self.with_phases(remember)).await
    }
}
