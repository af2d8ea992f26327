//! The walk that finds what no event told, and sends the mirror there.
//!
//! It costs pages of lists and of links, and no read of a user. Who is not in the list is not believed to be deleted: the mirror
//! asks the pool.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, timeout_at};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{GroupName, OldSub, Sub};
use twinpool_core::listing::{LinkBatch, Pair, PoolList, Stage};
use twinpool_core::port::{Answer, ChangeSink, Clock as _, GroupStore as _, Place, PortError};
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};
use crate::memberships::compact;
use crate::need::{Need, Zeal};
use crate::walk::{Listener, Stretch, Walk, WalkError, group_names, memberships, persist};

/// What a sweep may do.
#[derive(Debug, Clone)]
pub struct Sweep<S, I> {
    /// Where hints go.
    pub sink: S,
    /// Makes ids of events.
    pub fresh_id: I,
    /// Ends with the page that makes it so many hints.
    pub most: u64,
    /// Ends in order at this moment.
    pub until: Option<Instant>,
    /// Goes on behind this place.
    pub after: Option<Place>,
    /// Sends no hint: only counts.
    pub dry_run: bool,
}

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Users in the list.
    pub seen: u64,
    /// Users without a link.
    pub new: u64,
    /// Users of whom the list says something else than was agreed.
    pub changed: u64,
    /// Users with a link who are not in the list.
    pub missing: u64,
    /// How many of these the mirror is sent to. `None`: nobody is known to be missing, because this call did not pass over the whole
    /// old pool, or the links.
    pub looked_for: Option<u64>,
    /// Groups of which nothing is recorded.
    pub groups: u64,
    /// More were missing than a list can be late with: no hint was sent about them.
    pub too_many_missing: bool,
    /// A limit was reached before all groups, or all who are missing, were looked at: the next one from the beginning finds them.
    pub cut_short: bool,
    /// While people use both pools: accounts in the list of the new pool.
    pub seen_in_new: u64,
    /// Of these, who have no user id or no user in the old pool, or of whom the list says something else than was agreed; and who went
    /// from it, unless their link says so already.
    pub new_pool: u64,
    /// Where the next one goes on; `None` where the end was reached.
    pub next: Option<Place>,
}

impl Swept {
    /// How many hints there are to send.
    #[must_use]
    pub fn hints(&self) -> u64 {
        self.new + self.changed + self.looked_for.unwrap_or(0) + self.groups + self.new_pool
    }

    /// Whether no limit ended it before its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.next.is_none() && !self.cut_short
    }
}

/// Why a sweep ended before its end. The next one finds what this one did not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// The walk cannot go on.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The links cannot be read.
    #[error("the links cannot be read")]
    Links(#[source] PortError),
    /// A hint cannot be sent.
    #[error("a hint cannot be sent to the queue")]
    Sink(#[source] PortError),
}

/// So many hints are on their way at a time.
const AT_A_TIME: usize = 16;

mod absent;
mod new_pool;

impl<P: Ports> Engine<P>
where
    P::Old: PoolList,
    P::New: PoolList,
    P::Links: LinkBatch,
{
    /// Sweeps the old pool, and while people use both, the new one after it.
    ///
    /// # Errors
    /// When there is no going on. What was sent is sent.
    pub async fn sweep<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        mut sweep: Sweep<S, I>,
        listener: &impl Listener,
    ) -> Result<Swept, SweepError> {
        let standing = persist(|| self.standing(), listener).await.map_err(SweepError::Links)?;
        match new_pool::place_in_new(sweep.after.as_ref()) {
            Some(place) if standing.phase.is_two_way() => {
                let (from, swept) = (place, Swept::default());
                return self.sweep_new_pool(sweep, swept, from, listener).await;
            }
            Some(_) => sweep.after = None,
            None => {}
        }
        let swept = self.sweep_old_pool(&mut sweep, listener).await?;
        if swept.next.is_some() || !standing.phase.is_two_way() {
            return Ok(swept);
        }
        if sweep.is_over(&swept) {
            return Ok(Swept { next: Some(new_pool::beginning()), ..swept });
        }
        self.sweep_new_pool(sweep, swept, None, listener).await
    }

    async fn sweep_old_pool<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        listener: &impl Listener,
    ) -> Result<Swept, SweepError> {
        let old = self.ports.old();
        let groups = memberships(old, listener).await?;
        let (mut swept, mut seen) = (Swept::default(), Vec::new());
        let mut is_whole = sweep.after.is_none();
        if is_whole {
            self.sweep_groups(sweep, &mut swept, listener).await?;
        }
        let mut walk = Walk::new(old, sweep.after.take(), listener);
        while let Some(Stretch { mut users, next, is_new_beginning, .. }) = walk.next().await? {
            if is_new_beginning {
                swept = Swept { groups: swept.groups, cut_short: swept.cut_short, ..Swept::default() };
                seen.clear();
                // Everybody passes by now.
                if !std::mem::replace(&mut is_whole, true) {
                    self.sweep_groups(sweep, &mut swept, listener).await?;
                }
            }
            for user in &mut users {
                user.groups = groups.of(&user.sub);
            }
            swept.seen += users.len() as u64;
            seen.extend(users.iter().map(|user| compact(&user.sub)));
            self.sweep_users(sweep, &mut swept, &users, listener).await?;
            if sweep.is_over(&swept) && next.is_some() {
                swept.next = next;
                return Ok(swept);
            }
        }
        if is_whole {
            seen.sort_unstable();
            self.sweep_missing(sweep, &mut swept, &seen, listener).await?;
        }
        Ok(swept)
    }

    async fn sweep_users<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        swept: &mut Swept,
        users: &[Snapshot],
        listener: &impl Listener,
    ) -> Result<(), SweepError> {
        let links = persist(|| self.links_of(users), listener).await.map_err(SweepError::Links)?;
        let mut hints = Vec::new();
        for user in users {
            let need = match links.get(&OldSub::from(user.sub.clone())) {
                Some(None) => Need::Look,
                link => self.need(user, link.and_then(Option::as_ref), Zeal::News),
            };
            let found = match need {
                Need::Make(_) | Need::Refuse(_) => "New",
                Need::Look => "Changed",
                Need::Nothing | Need::Unconfirmed | Need::LeftOut | Need::Merged | Need::Conflict(_) => {
                    continue;
                }
            };
            *(if found == "New" { &mut swept.new } else { &mut swept.changed }) += 1;
            hints.push(self.event_of(user, Cause::sweep(found), (sweep.fresh_id)()));
        }
        sweep.send(hints).await
    }

    /// Groups of which nothing is recorded, with members or without.
    async fn sweep_groups<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        swept: &mut Swept,
        listener: &impl Listener,
    ) -> Result<(), SweepError> {
        let mut hints = Vec::new();
        for name in group_names(self.ports.old(), listener).await? {
            if sweep.is_over(swept) {
                swept.cut_short = true;
                break;
            }
            let travels = self.name_of_group(&name).is_some();
            if travels && !self.is_recorded(&name, listener).await.map_err(SweepError::Links)? {
                swept.groups += 1;
                hints.push(self.hint_at(About::Group(name), "Group", (sweep.fresh_id)()));
            }
        }
        sweep.send(hints).await
    }

    async fn is_recorded(&self, name: &GroupName, listener: &impl Listener) -> Answer<bool> {
        let record = persist(|| self.ports.links().group_record(name), listener).await?;
        Ok(record.is_some_and(|record| record.stands))
    }

    async fn sweep_missing<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        swept: &mut Swept,
        seen: &[u128],
        listener: &impl Listener,
    ) -> Result<(), SweepError> {
        let is_missing = |sub: &OldSub| seen.binary_search(&compact(&Sub::from(sub))).is_err();
        let missing = |pair: Pair| Some(pair.old_sub).filter(is_missing);
        let Some(missing) = self.absent(sweep, is_expected_in_old_pool, missing, listener).await? else {
            swept.cut_short = true;
            return Ok(());
        };
        swept.missing = missing.who.len() as u64;
        swept.too_many_missing = missing.are_too_many;
        swept.looked_for = Some(0);
        if missing.are_too_many {
            return Ok(());
        }
        for some in missing.who.chunks(AT_A_TIME) {
            if sweep.is_over(swept) {
                swept.cut_short = true;
                break;
            }
            let about = some.iter().map(|sub| About::User(Sub::from(sub)));
            let hints = about.map(|about| self.hint_at(about, "Missing", (sweep.fresh_id)())).collect();
            sweep.send(hints).await?;
            *swept.looked_for.get_or_insert_default() += some.len() as u64;
        }
        Ok(())
    }

    fn hint_at(&self, about: About, found: &str, id: EventId) -> ChangeEvent {
        let now = self.ports.clock().now();
        ChangeEvent::hint(id, self.old_shape.id.clone(), about, Cause::sweep(found), now)
    }
}

fn is_expected_in_old_pool(pair: &Pair) -> bool {
    match pair.stage {
        Stage::Pending | Stage::Linked | Stage::Conflict => !pair.is_gone_from_old,
        Stage::Tombstone | Stage::Merged => false,
    }
}

impl<S, I> Sweep<S, I> {
    fn is_over(&self, swept: &Swept) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until) || swept.hints() >= self.most
    }

    /// `None`: the time was over first.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.until {
            Some(until) => timeout_at(until, work).await.ok(),
            None => Some(work.await),
        }
    }
}

impl<S: ChangeSink, I> Sweep<S, I> {
    async fn send(&self, hints: Vec<ChangeEvent>) -> Result<(), SweepError> {
        if self.dry_run {
            return Ok(());
        }
        let sent = stream::iter(&hints).map(|hint| Ok(self.sink.send(hint)));
        let sent = sent.try_buffer_unordered(AT_A_TIME).try_for_each(async |()| Ok(())).await;
        sent.map_err(SweepError::Sink)
    }
}
