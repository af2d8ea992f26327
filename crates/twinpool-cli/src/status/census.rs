//! Who is where, counted on one walk over the table.

use twinpool_core::id::Timestamp;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::overview::People;
use twinpool_core::phase::{PhaseReader, Round, Standing};
use twinpool_core::port::{Answer, LinkScan, Page};
use twinpool_core::readiness::NewOnly;

use crate::conflicts::{Found, walk};
use crate::readiness::{Heard, Walked};

/// What is counted while the walk goes on.
#[derive(Debug, Default)]
struct Census {
    people: People,
    walked: Walked,
    /// The running round, while people are moved.
    round: Option<Round>,
}

/// Walks over the whole table. No call to a pool. `is_elsewhere`: no function of the stack hears of sign-ins to the new pool.
pub(super) async fn taken(
    links: &(impl LinkScan + PhaseReader),
    is_elsewhere: bool,
    at: Timestamp,
) -> Answer<People> {
    let standing = links.standing().await?;
    let mut census = Census::of(&standing, at);
    let unreadable = walk(links, |page| census.add(page)).await?;
    census.walked.unreadable = unreadable;
    Ok(census.end(Heard::of(&standing, is_elsewhere)))
}

impl Census {
    fn of(standing: &Standing, at: Timestamp) -> Self {
        let round = standing.phase.moves().then_some(standing.round);
        Self { people: People { at, ..People::default() }, round, ..Self::default() }
    }

    fn add(&mut self, mut page: Page) {
        self.walked.add(&page, self.people.at);
        let links = std::mem::take(&mut page.links);
        // A user who is no pair is counted by the link.
        let pairs = links.iter().filter(|link| link.linked().is_some());
        for found in pairs.flat_map(Found::of).chain(Found::on(&page)) {
            *self.people.held_back.entry(found.reason.code()).or_default() += 1;
        }
        links.iter().for_each(|link| self.add_link(link));
        for at in page.arrivals.iter().filter_map(|(_, arrival)| arrival.came_in_at()) {
            self.people.came += 1;
            self.people.came_over_time.add(at);
        }
    }

    fn add_link(&mut self, link: &Link) {
        let people = &mut self.people;
        people.moved += u64::from(self.round.is_some() && link.reverse.moved_in == self.round);
        match &link.state {
            LinkState::Linked(_) => {
                people.linked += 1;
                if let Some(at) = link.linked_at {
                    people.linked_over_time.add(at);
                }
            }
            LinkState::Pending { .. } => people.pending += 1,
            LinkState::Conflict { reason, .. } if reason.is_open() => {
                *people.conflicts.entry(reason.code()).or_default() += 1;
            }
            LinkState::Conflict { .. } => people.left_out += 1,
            LinkState::Tombstone { .. } => people.deleted += 1,
            LinkState::Merged { .. } => people.merged += 1,
        }
    }

    fn end(mut self, heard: Heard) -> People {
        let readiness = self.walked.readiness(heard);
        let born = readiness.new_only.get(&NewOnly::Born).copied().unwrap_or_default();
        let unreadable = readiness.unreadable;
        People { drain: self.walked.drain, readiness, born, unreadable, ..self.people }
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::arrival::{ArrivalStore as _, Mark};
    use twinpool_core::held_back::Reason;
    use twinpool_core::id::Sub;
    use twinpool_core::phase::Phase;
    use twinpool_core::port::LinkStore as _;
    use twinpool_core::reverse::Reverse;
    use twinpool_testkit::MemoryLinks;

    use super::*;
    use crate::samples::{AT, attribute, conflict, in_state, old, pair};

    fn fresh(link: Link) -> Link {
        Link { version: 0, ..link }
    }

    /// Two pairs, of whom one has moved; somebody being made, a twin, somebody left out, one merged.
    async fn table() -> MemoryLinks {
        let links = MemoryLinks::default();
        let held = [(attribute("email"), Reason::Taken), (attribute("nickname"), Reason::CannotMove)];
        let moved = Reverse { moved_in: Some(Round(0)), ..Reverse::default() };
        let earlier = Link { linked_at: None, reverse: moved, ..pair("old-3", &[]) };
        for link in [pair("old-1", &held), earlier] {
            links.connect(&fresh(link), None).await.unwrap();
        }
        let left_out = LinkState::Conflict { reason: Reason::LeftOut, since: AT, holder: None };
        let merged = LinkState::Merged { into: old("old-1"), since: AT };
        let pending = in_state("old-4", LinkState::Pending { since: AT });
        for link in [conflict(), in_state("old-5", left_out), in_state("old-6", merged), pending] {
            links.write(&fresh(link)).await.unwrap();
        }
        links.note(&Sub::parse("old-3").unwrap(), Mark::Came, AT).await.unwrap();
        links
    }

    #[tokio::test]
    async fn one_walk_counts_everybody_once_and_nobody_has_moved_before_people_are_sent() {
        let links = table().await;
        let people = taken(&links, false, AT).await.unwrap();
        assert_eq!((people.linked, people.pending, people.left_out, people.merged), (2, 1, 1, 1));
        assert_eq!((people.in_conflict(), people.conflicts), (1, [("twin", 1)].into()));
        assert_eq!(people.held_back, [("cannot_move", 1), ("taken", 1)].into());
        assert_eq!((people.moved, people.came), (0, 1));
        let minutes = |growth: &twinpool_core::overview::Growth| growth.curve(1).top();
        // Of the earlier pair nobody knows when it was written.
        assert_eq!((minutes(&people.linked_over_time), minutes(&people.came_over_time)), (1.0, 1.0));
        assert_eq!((people.readiness.fine, people.at), (5, AT));
    }

    #[tokio::test]
    async fn who_signed_in_to_the_new_pool_in_this_round_has_moved() {
        let links = table().await;
        let standing = Standing { phase: Phase::Canary, ..Standing::default() };
        let mut census = Census::of(&standing, AT);
        walk(&links, |page| census.add(page)).await.unwrap();
        assert_eq!(census.end(Heard::Yes).moved, 1);
        let mut next = Census::of(&Standing { round: Round(1), ..standing }, AT);
        walk(&links, |page| next.add(page)).await.unwrap();
        assert_eq!(next.end(Heard::Yes).moved, 0, "of an earlier round");
    }
}
