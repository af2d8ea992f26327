//! Where the users of a run come from.

use std::error::Error;

use twinpool_core::listing::PoolList;

use super::Selection;
use crate::memberships::Memberships;
use crate::walk::{Listener, Stretch, Walk, WalkError};

/// Why no more users come.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The pool cannot be walked over.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A file, or whatever else they come from, cannot be read.
    #[error(transparent)]
    Read(Box<dyn Error + Send + Sync>),
}

/// Where users come from, page by page, each with its groups.
pub trait Source {
    /// The next users; `None` at the end.
    ///
    /// # Errors
    /// When there is no going on.
    fn next(&mut self) -> impl Future<Output = Result<Option<Stretch>, SourceError>>;
}

/// A walk over the old pool.
#[derive(Debug)]
pub struct OfPool<'a, P, L> {
    walk: Walk<'a, P, L>,
    groups: &'a Memberships,
}

impl<'a, P: PoolList, L: Listener> OfPool<'a, P, L> {
    /// Gives each user of the walk the groups that were found before.
    pub fn new(walk: Walk<'a, P, L>, groups: &'a Memberships) -> Self {
        Self { walk, groups }
    }
}

impl<P: PoolList, L: Listener> Source for OfPool<'_, P, L> {
    async fn next(&mut self) -> Result<Option<Stretch>, SourceError> {
        let Some(mut stretch) = self.walk.next().await? else {
            return Ok(None);
        };
        for user in &mut stretch.users {
            user.groups = self.groups.of(&user.sub);
        }
        Ok(Some(stretch))
    }
}

/// Those of another source whom a run is about.
#[derive(Debug)]
pub struct Selected<'a, S> {
    source: S,
    selection: &'a Selection,
}

impl<'a, S: Source> Selected<'a, S> {
    /// Leaves out everybody else.
    pub fn new(source: S, selection: &'a Selection) -> Self {
        Self { source, selection }
    }
}

impl<S: Source> Source for Selected<'_, S> {
    async fn next(&mut self) -> Result<Option<Stretch>, SourceError> {
        let mut next = self.source.next().await?;
        if let Some(stretch) = &mut next {
            stretch.users.retain(|user| self.selection.fits(user));
        }
        Ok(next)
    }
}
