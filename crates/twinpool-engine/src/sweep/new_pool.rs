//! The walk over the new pool, while people use both.

use std::collections::BTreeMap;

use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::{Link, Linked};
use twinpool_core::listing::{LinkBatch, Pair, PoolList, Stage, Tied};
use twinpool_core::port::{Answer, ChangeSink, Clock as _, Place};
use twinpool_core::snapshot::{Snapshot, Status};

use super::{Sweep, SweepError, Swept};
use crate::backfill::about;
use crate::engine::{Engine, Ports};
use crate::memberships::{Memberships, compact};
use crate::walk::{Listener, Stretch, Walk, memberships, persist};

/// What places in the new pool begin with: those of the old one are a server's own tokens, without a space.
const IN_NEW: &str = "new pool ";

/// So many links are read at once.
const AT_ONCE: usize = 60;

/// The beginning of the new pool, as a place.
pub(super) fn beginning() -> Place {
    Place(IN_NEW.to_owned())
}

/// Where in the new pool a place is; `None`: it is none in the new pool. Within, `None` is the beginning.
pub(super) fn place_in_new(place: Option<&Place>) -> Option<Option<Place>> {
    let rest = place?.0.strip_prefix(IN_NEW)?;
    Some((!rest.is_empty()).then(|| Place(rest.to_owned())))
}

/// What the table says of the accounts of one page.
struct Ties {
    tied: BTreeMap<NewSub, Tied>,
    links: BTreeMap<OldSub, Link>,
}

impl<P: Ports> Engine<P>
where
    P::New: PoolList,
    P::Links: LinkBatch,
{
    /// Goes on in the new pool behind this place.
    pub(super) async fn sweep_new_pool<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        mut sweep: Sweep<S, I>,
        mut swept: Swept,
        from: Option<Place>,
        listener: &impl Listener,
    ) -> Result<Swept, SweepError> {
        let new = self.ports.new_pool();
        let groups: Memberships = memberships(new, listener).await?;
        let before = swept.clone();
        let (mut is_whole, mut seen) = (from.is_none(), Vec::new());
        let mut walk = Walk::new(new, from, listener);
        while let Some(Stretch { mut users, next, is_new_beginning, .. }) = walk.next().await? {
            if is_new_beginning {
                (swept, is_whole) = (before.clone(), true);
                seen.clear();
            }
            for user in &mut users {
                user.groups = groups.of(&user.sub);
            }
            swept.seen_in_new += users.len() as u64;
            seen.extend(users.iter().map(|user| compact(&user.sub)));
            let hints = self.hints_of_accounts(&mut sweep, &users, listener).await?;
            swept.new_pool += hints.len() as u64;
            sweep.send(hints).await?;
            if let Some(next) = next.filter(|_| sweep.is_over(&swept)) {
                swept.next = Some(Place(format!("{IN_NEW}{}", next.0)));
                return Ok(swept);
            }
        }
        if is_whole {
            seen.sort_unstable();
            self.sweep_gone(&mut sweep, &mut swept, &seen, listener).await?;
        }
        Ok(swept)
    }

    async fn hints_of_accounts<S, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        users: &[Snapshot],
        listener: &impl Listener,
    ) -> Result<Vec<ChangeEvent>, SweepError> {
        let ties = persist(|| self.ties_of(users), listener).await.map_err(SweepError::Links)?;
        let wanted =
            users.iter().filter_map(|user| self.found_of_account(user, &ties).map(|found| (user, found)));
        Ok(wanted.map(|(user, found)| self.hint_in_new(about(user), found, (sweep.fresh_id)())).collect())
    }

    async fn ties_of(&self, users: &[Snapshot]) -> Answer<Ties> {
        let subs: Vec<_> = users.iter().map(|user| NewSub::from(user.sub.clone())).collect();
        let tied = self.ports.links().tied(&subs).await?;
        let olds: Vec<_> = tied.values().filter_map(paired).cloned().collect();
        let found = self.ports.links().links(&olds).await?;
        let links = found.links.into_iter().map(|link| (link.old_sub.clone(), link)).collect();
        Ok(Ties { tied, links })
    }

    /// Why somebody should look at an account; `None` where nobody need.
    fn found_of_account(&self, user: &Snapshot, ties: &Ties) -> Option<&'static str> {
        if user.status == Status::Unconfirmed {
            return None;
        }
        match ties.tied.get(&NewSub::from(user.sub.clone())) {
            None => Some("New"),
            // Only the provider can make the profile in the old pool (F§4.8).
            Some(Tied::Born) => (user.status != Status::ExternalProvider).then_some("New"),
            Some(Tied::Further(_)) => None,
            Some(Tied::To(old_sub)) => {
                let link = ties.links.get(old_sub)?;
                let linked = link.linked().filter(|linked| linked.new_sub.as_str() == user.sub.as_str())?;
                let is_news = link.reverse.work.is_some() || self.is_news_in_new_list(user, linked);
                is_news.then_some("Changed")
            }
        }
    }

    /// What was agreed stays as it was while a pair is held whole.
    fn is_news_in_new_list(&self, user: &Snapshot, linked: &Linked) -> bool {
        self.is_other_in_list(user, &linked.base.new)
            && linked.held_back.iter().all(|held| held.subject != Subject::User)
    }

    /// Pairs whose account is not in the list of the new pool, unless their link says so already.
    async fn sweep_gone<S: ChangeSink, I: FnMut() -> EventId>(
        &self,
        sweep: &mut Sweep<S, I>,
        swept: &mut Swept,
        seen: &[u128],
        listener: &impl Listener,
    ) -> Result<(), SweepError> {
        let is_gone = |sub: &NewSub| seen.binary_search(&compact(&Sub::from(sub))).is_err();
        let gone = |pair: Pair| pair.new_sub.filter(is_gone).map(|new_sub| (pair.old_sub, new_sub));
        let is_pair = |pair: &Pair| pair.stage == Stage::Linked;
        let Some(gone) = self.absent(sweep, is_pair, gone, listener).await? else {
            swept.cut_short = true;
            return Ok(());
        };
        if gone.are_too_many {
            swept.too_many_missing = true;
            return Ok(());
        }
        for some in gone.who.chunks(AT_ONCE) {
            if sweep.is_over(swept) {
                swept.cut_short = true;
                break;
            }
            let unknown = persist(|| self.not_known_missing(some), listener).await;
            let unknown = unknown.map_err(SweepError::Links)?;
            swept.new_pool += unknown.len() as u64;
            let hint =
                |sub: &NewSub| self.hint_in_new(About::User(Sub::from(sub)), "Missing", (sweep.fresh_id)());
            let hints = unknown.into_iter().map(hint).collect();
            sweep.send(hints).await?;
        }
        Ok(())
    }

    /// Those of whom the link does not say yet that they are missing.
    async fn not_known_missing<'a>(&self, gone: &'a [(OldSub, NewSub)]) -> Answer<Vec<&'a NewSub>> {
        let olds: Vec<_> = gone.iter().map(|(old, _)| old.clone()).collect();
        let found = self.ports.links().links(&olds).await?;
        let is_known = |old: &OldSub| {
            let link = found.links.iter().find(|link| link.old_sub == *old);
            link.and_then(Link::linked).is_some_and(|linked| {
                let missing = HeldBack { subject: Subject::User, reason: Reason::Missing };
                linked.held_back.contains(&missing)
            })
        };
        Ok(gone.iter().filter(|(old, _)| !is_known(old)).map(|(_, new)| new).collect())
    }

    fn hint_in_new(&self, about: About, found: &str, id: EventId) -> ChangeEvent {
        let now = self.ports.clock().now();
        ChangeEvent::hint(id, self.new_shape.id.clone(), about, Cause::sweep(found), now)
    }
}

fn paired(tied: &Tied) -> Option<&OldSub> {
    match tied {
        Tied::To(old_sub) => Some(old_sub),
        Tied::Further(_) | Tied::Born => None,
    }
}
