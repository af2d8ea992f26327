//! A walk over a whole pool: goes on over empty pages, tries again what passes, and begins anew where the pool does not know
//! the place any more.
//!
//! Whoever walks must bear to see a user twice: after a new beginning, and because lists are late (F§4.6).

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, sleep};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::GroupName;
use twinpool_core::listing::{Listing, PoolList};
use twinpool_core::port::{Answer, Class, Place, PortError};
use twinpool_core::snapshot::Snapshot;

use crate::memberships::Memberships;

/// How long calls that fail are tried again before a walk gives up: a network may be away for a minute.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// The pages of a group come one after the other; those of several groups need not.
const GROUPS_AT_A_TIME: usize = 4;

/// A walk that does not know its place so often will not come to an end.
const MOST_BEGINNINGS: u32 = 5;

/// Why a walk does not go on. What was done stays done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// A call fails for longer than [`PATIENCE`], or will fail always.
    #[error("the walk over the pool cannot go on")]
    Port(#[from] PortError),
    /// The place is refused again and again.
    #[error(
        "the pool forgets the place in its list again and again ({0}): somebody else may be using up its lists"
    )]
    Forgets(PortError),
}

/// Who hears why a walk waits.
pub trait Listener: Send + Sync {
    /// A call failed and is tried again after this long.
    fn waits(&self, error: &PortError, after: Duration);
    /// The pool does not know the place any more: the walk begins anew.
    fn begins_anew(&self);
}

/// Who does not want to know.
#[derive(Debug, Clone, Copy)]
pub struct Deaf;

impl Listener for Deaf {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {}
}

/// Tries again what passes by itself, for [`PATIENCE`].
///
/// # Errors
/// What does not pass.
pub async fn persist<T, F>(mut call: impl FnMut() -> F, listener: &impl Listener) -> Answer<T>
where
    F: Future<Output = Answer<T>>,
{
    let begun = Instant::now();
    let mut pause = Duration::from_secs(1);
    loop {
        // Boxed: a whole conversation with AWS, in the future of each walk.
        match Box::pin(call()).await {
            Err(error) if passes(&error) && begun.elapsed() + pause <= PATIENCE => {
                listener.waits(&error, pause);
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(30));
            }
            answer => return answer,
        }
    }
}

fn passes(error: &PortError) -> bool {
    matches!(error.class, Class::Throttled | Class::Unavailable)
}

/// A walk over the users of a pool.
#[derive(Debug)]
pub struct Walk<'a, P, L> {
    pool: &'a P,
    listener: &'a L,
    next: Next,
    beginnings: u32,
}

#[derive(Debug)]
enum Next {
    Beginning,
    After(Place),
    End,
}

/// A page of a walk.
#[derive(Debug)]
pub struct Stretch {
    /// Users, without groups and without what the list does not tell.
    pub users: Vec<Snapshot>,
    /// How many could not be read.
    pub unreadable: usize,
    /// Where the walk goes on behind them; `None` after the last.
    pub next: Option<Place>,
    /// The walk has begun anew: these and all that follow may have been seen.
    pub is_new_beginning: bool,
}

impl<'a, P: PoolList, L: Listener> Walk<'a, P, L> {
    /// From the beginning, or from a place where another walk stopped.
    pub fn new(pool: &'a P, after: Option<Place>, listener: &'a L) -> Self {
        Self { pool, listener, next: after.map_or(Next::Beginning, Next::After), beginnings: 0 }
    }

    /// The next users; `None` at the end.
    ///
    /// # Errors
    /// When a call fails for good.
    pub async fn next(&mut self) -> Result<Option<Stretch>, WalkError> {
        let mut is_new_beginning = false;
        loop {
            let after = match &self.next {
                Next::Beginning => None,
                Next::After(place) => Some(place.clone()),
                Next::End => return Ok(None),
            };
            match persist(|| self.pool.users(after.as_ref()), self.listener).await {
                Ok(page) => {
                    self.next = page.next.clone().map_or(Next::End, Next::After);
                    if page.items.is_empty() && page.unreadable == 0 && page.next.is_some() {
                        continue;
                    }
                    let Listing { items: users, unreadable, next } = page;
                    return Ok(Some(Stretch { users, unreadable, next, is_new_beginning }));
                }
                Err(error) if error.class == Class::Rejected && after.is_some() => {
                    self.beginnings += 1;
                    if self.beginnings > MOST_BEGINNINGS {
                        return Err(WalkError::Forgets(error));
                    }
                    self.listener.begins_anew();
                    is_new_beginning = true;
                    self.next = Next::Beginning;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The groups of all users of a pool: one call for sixty memberships instead of one for each user.
///
/// # Errors
/// When a call fails for good.
pub async fn memberships<P: PoolList>(pool: &P, listener: &impl Listener) -> Result<Memberships, WalkError> {
    let groups = group_names(pool, listener).await?;
    let members = groups.iter().map(async |group| {
        let members = pages(async |place| pool.members(group, place.as_ref()).await, listener).await?;
        Ok::<_, WalkError>((group, members))
    });
    let mut members = stream::iter(members).buffer_unordered(GROUPS_AT_A_TIME);
    let mut all = Memberships::default();
    while let Some((group, members)) = members.try_next().await? {
        all.add(group, &members);
    }
    Ok(all.sorted())
}

/// The names of all groups of a pool.
///
/// # Errors
/// When a call fails for good.
pub async fn group_names<P: PoolList>(
    pool: &P,
    listener: &impl Listener,
) -> Result<Vec<GroupName>, WalkError> {
    Ok(all_groups(pool, listener).await?.into_iter().map(|group| group.name).collect())
}

/// All groups of a pool.
///
/// # Errors
/// When a call fails for good.
pub(crate) async fn all_groups<P: PoolList>(
    pool: &P,
    listener: &impl Listener,
) -> Result<Vec<GroupDefinition>, WalkError> {
    pages(async |place| pool.all_groups(place.as_ref()).await, listener).await
}

/// A list to its end. One whose place is forgotten begins anew.
async fn pages<T>(
    page: impl AsyncFn(Option<Place>) -> Answer<Listing<T>>,
    listener: &impl Listener,
) -> Result<Vec<T>, WalkError> {
    let mut items = Vec::new();
    let take = |part: Part<T>| {
        if part.is_new_beginning {
            items.clear();
        }
        items.extend(part.items);
    };
    each_page(page, listener, take).await?;
    Ok(items)
}

/// A part of a list that is walked to its end.
pub(crate) struct Part<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable: usize,
    /// The walk has begun anew: these and all that follow may have been seen.
    pub(crate) is_new_beginning: bool,
}

/// A list to its end, page by page: nothing is kept. One whose place is forgotten begins anew.
pub(crate) async fn each_page<T>(
    page: impl AsyncFn(Option<Place>) -> Answer<Listing<T>>,
    listener: &impl Listener,
    mut take: impl FnMut(Part<T>),
) -> Result<(), WalkError> {
    let (mut beginnings, mut is_new_beginning) = (0, false);
    let mut place: Option<Place> = None;
    loop {
        match persist(|| page(place.clone()), listener).await {
            Ok(Listing { items, unreadable, next }) => {
                take(Part { items, unreadable, is_new_beginning });
                is_new_beginning = false;
                place = next;
                if place.is_none() {
                    return Ok(());
                }
            }
            Err(error) if error.class == Class::Rejected && place.is_some() => {
                beginnings += 1;
                if beginnings > MOST_BEGINNINGS {
                    return Err(WalkError::Forgets(error));
                }
                listener.begins_anew();
                (place, is_new_beginning) = (None, true);
            }
            Err(error) => return Err(error.into()),
        }
    }
}
