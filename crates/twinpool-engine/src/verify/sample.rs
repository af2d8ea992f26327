//! A few users picked at random, by how their subs begin: cheap enough to run all the time, and nobody becomes an active user
//! unless something is wrong (F§0.4).

use std::collections::{HashMap, HashSet};

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{OldSub, Sub};
use twinpool_core::link::Link;
use twinpool_core::listing::{LinkBatch, Listing, PoolList};
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Answer, Clock, LinkReader, Place};
use twinpool_core::snapshot::Snapshot;

use super::again::Run;
use super::finding::Why;
use super::judge::{Both, judge};
use super::key::Key;
use super::look::named;
use super::prints::Prints;
use super::row::Row;
use super::table::Table;
use super::{Candidate, Looking, Observer, Summary, Verdict, Verifier, VerifyError, tell};
use crate::walk::persist;

/// Whom to pick.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// How many users of the old pool.
    pub users: usize,
    /// Where to begin: another number, other users.
    pub random: u64,
}

/// Subs begin with eight hexadecimal digits.
const MOST_DIGITS: u32 = 8;

/// Beginnings that are tried before a sample is taken as it is: pools shrink, and are counted late.
const MOST_BEGINNINGS: u64 = 64;

/// So many users of a page are read at once.
const AT_ONCE: usize = 8;

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    /// Compares some users of the old pool with their counterparts. Who is in the new pool only is not seen.
    ///
    /// # Errors
    /// When a call fails for good, or a row cannot be kept.
    pub async fn verify_sample(
        &self,
        sample: Sample,
        looking: &Looking,
        observer: &impl Observer,
    ) -> Result<Summary, VerifyError> {
        let begun = self.clock.now();
        let mut summary = Summary::default();
        let users = self.pick(sample, observer).await.map_err(|error| VerifyError::Old(error.into()))?;
        let subs: Vec<_> = users.iter().map(|user| OldSub::from(user.sub.clone())).collect();
        let found = persist(|| self.links.links(&subs), observer).await.map_err(VerifyError::Batch)?;
        let mut links: HashMap<String, Link> =
            found.links.into_iter().map(|link| (link.old_sub.to_string(), link)).collect();
        let mut table = Table::new(Prints::new(self.known.marker.clone(), false), 0);
        let mut candidates = Vec::new();
        let mut users: Vec<_> =
            users.into_iter().map(|user| (links.remove(user.sub.as_str()), user)).collect();
        while !users.is_empty() {
            let some = users.split_off(users.len().saturating_sub(AT_ONCE));
            let looks = some.iter().map(|(link, user)| async move {
                let both =
                    if looking.thorough { None } else { Some(self.glance(user, link, observer).await) };
                (user, both)
            });
            for (user, both) in futures_util::future::join_all(looks).await {
                let both =
                    both.transpose().map_err(|error| VerifyError::User(user.sub.to_string(), error))?;
                match both.as_ref().and_then(|both| Some((both, judge(&self.known, both)?))) {
                    Some((both, said)) if !said.verdict.is_difference() => {
                        let row = Row {
                            old_sub: Some(OldSub::from(user.sub.clone())),
                            new_sub: both.new.as_ref().map(|new| new.sub.clone().into()),
                            verdict: said.verdict,
                            findings: said.findings,
                            marked: None,
                            looked: false,
                        };
                        tell(&row, observer, &mut summary)?;
                    }
                    _ => candidates.push(Candidate {
                        old: table.subs.key(user.sub.as_str()),
                        new: Key::NOBODY,
                        verdict: Verdict::Differs,
                        why: Why::Differs,
                    }),
                }
            }
        }
        self.look_at_all(&mut table, candidates, &Run { looking, begun, observer }, &mut summary).await?;
        Ok(summary)
    }

    /// Users whose subs begin so, and with what follows.
    async fn pick(&self, sample: Sample, observer: &impl Observer) -> Answer<Vec<Snapshot>> {
        let size = persist(|| self.old.size(), observer).await?;
        let wanted = u64::try_from(sample.users).unwrap_or(u64::MAX).max(1);
        // As few that a beginning has no more users than are wanted: several beginnings make a sample.
        let digits = (0..MOST_DIGITS).find(|digits| size >> (4 * digits) <= wanted).unwrap_or(MOST_DIGITS);
        let beginnings = 1_u64 << (4 * digits);
        let mut picked = Picked { users: Vec::new(), seen: HashSet::new(), wanted: sample.users };
        for number in 0..beginnings.min(MOST_BEGINNINGS) {
            let beginning = sample.random.wrapping_add(number) % beginnings;
            let width = usize::try_from(digits).unwrap_or_default();
            let prefix = if digits == 0 { String::new() } else { format!("{beginning:0width$x}") };
            let mut place: Option<Place> = None;
            loop {
                let page = persist(|| self.begin_with(&prefix, place.as_ref()), observer).await?;
                picked.take(page.items);
                if picked.is_enough() {
                    return Ok(picked.users);
                }
                place = page.next;
                if place.is_none() {
                    break;
                }
            }
        }
        Ok(picked.users)
    }

    async fn begin_with(&self, prefix: &str, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        match prefix {
            "" => self.old.users(after).await,
            prefix => self.old.users_with_prefix(prefix, after).await,
        }
    }

    /// Both sides as the lists show them, with the groups.
    async fn glance(&self, old: &Snapshot, link: &Option<Link>, observer: &impl Observer) -> Answer<Both> {
        let name = UserRef::Username(old.username.clone());
        let groups = persist(|| self.old.groups(&name), observer).await?;
        let old = groups.map(|groups| Snapshot { groups, ..old.clone() });
        let mut both = Both { old, link: link.clone(), ..Both::default() };
        let Some(link) = link else { return Ok(both) };
        both.is_merged = persist(|| self.is_merged(link), observer).await?;
        if let Some(sub) = named(link) {
            both.new = self.listed(&Sub::from(sub), observer).await?;
        }
        both.has_given_password = persist(|| self.has_given_password(&both), observer).await?;
        Ok(both)
    }

    /// One user of the new pool, from the list. One page is enough: servers that know no such filter show anybody, and whoever is
    /// not on it is read by itself afterwards.
    async fn listed(&self, sub: &Sub, observer: &impl Observer) -> Answer<Option<Snapshot>> {
        let page = persist(|| self.new.users_with_prefix(sub.as_str(), None), observer).await?;
        let Some(user) = page.items.into_iter().find(|user| user.sub == *sub) else { return Ok(None) };
        let name = UserRef::Username(user.username.clone());
        let groups = persist(|| self.new.groups(&name), observer).await?;
        Ok(groups.map(|groups| Snapshot { groups, ..user }))
    }
}

struct Picked {
    users: Vec<Snapshot>,
    seen: HashSet<Sub>,
    wanted: usize,
}

impl Picked {
    fn take(&mut self, users: Vec<Snapshot>) {
        for user in users {
            if !self.is_enough() && self.seen.insert(user.sub.clone()) {
                self.users.push(user);
            }
        }
    }

    fn is_enough(&self) -> bool {
        self.users.len() >= self.wanted
    }
}
