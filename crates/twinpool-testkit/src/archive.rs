//! What was there before, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twinpool_core::id::PoolId;
use twinpool_core::port::Answer;
use twinpool_setup::port::{Archive, Saved};

use crate::process::Process;

/// An archive that forgets nothing by itself.
#[derive(Debug, Default)]
pub struct MemoryArchive {
    kept: Mutex<BTreeMap<PoolId, Saved>>,
}

impl MemoryArchive {
    /// An empty one.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What is kept of a pool.
    #[must_use]
    pub fn kept(&self, pool: &PoolId) -> Option<Saved> {
        self.all().get(pool).cloned()
    }

    /// Somebody loses it.
    pub fn lose(&self, pool: &PoolId) {
        self.all().remove(pool);
    }

    /// The archive as one process calls it.
    #[must_use]
    pub fn handle(self: &Arc<Self>, process: &Arc<Process>) -> ArchiveHandle {
        ArchiveHandle { archive: Arc::clone(self), process: Arc::clone(process) }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<PoolId, Saved>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An archive as one process calls it.
#[derive(Debug, Clone)]
pub struct ArchiveHandle {
    archive: Arc<MemoryArchive>,
    process: Arc<Process>,
}

impl Archive for ArchiveHandle {
    async fn save(&self, saved: &Saved) -> Answer<()> {
        self.process.enter("save").await?;
        self.archive.all().insert(saved.pool.clone(), saved.clone());
        self.process.leave("save").await
    }

    async fn find(&self, pool: &PoolId) -> Answer<Option<Saved>> {
        self.process.enter("find").await?;
        let found = self.archive.kept(pool);
        self.process.leave("find").await?;
        Ok(found)
    }

    async fn forget(&self, pool: &PoolId) -> Answer<()> {
        self.process.enter("forget").await?;
        self.archive.all().remove(pool);
        self.process.leave("forget").await
    }
}
