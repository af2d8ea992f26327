//! Two archives as one: a file that people can read, and the table that a colleague's command sees.

use twinpool_core::id::PoolId;
use twinpool_core::port::Answer;

use crate::port::{Archive, Saved};

/// Keeps everything in both. What either has is found; where both have something, the later one.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Archive, B: Archive> Archive for Both<A, B> {
    async fn save(&self, saved: &Saved) -> Answer<()> {
        self.0.save(saved).await?;
        self.1.save(saved).await
    }

    async fn find(&self, pool: &PoolId) -> Answer<Option<Saved>> {
        let (one, other) = (self.0.find(pool).await?, self.1.find(pool).await?);
        Ok(one.into_iter().chain(other).max_by_key(|saved| saved.at))
    }

    async fn forget(&self, pool: &PoolId) -> Answer<()> {
        self.0.forget(pool).await?;
        self.1.forget(pool).await
    }
}
