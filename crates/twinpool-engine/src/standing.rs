//! Where everybody stands on the way into the new pool, from one walk over the table. Kept in some 50 bytes a user.

use twinpool_core::arrival::{Arrival, Invitation, Stage, Way};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState};

use crate::subs::{Key, Subs};

/// The grain of the times that are kept.
const MINUTE: u64 = 60_000;

/// What the table says of a user of the old pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The user is in both pools.
    Pair,
    /// The user is in both pools, and disabled in one of them.
    Disabled,
    /// One person with another user of the old pool, who counts.
    Merged,
    /// Deleted from the old pool.
    Deleted,
    /// Nobody in the new pool is theirs: a conflict.
    Conflict,
    /// Is being made.
    Unfinished,
}

impl Tie {
    fn of(link: &Link) -> Self {
        match &link.state {
            LinkState::Linked(linked) if is_disabled(&linked.base) => Self::Disabled,
            LinkState::Linked(_) => Self::Pair,
            LinkState::Merged { .. } => Self::Merged,
            LinkState::Tombstone { .. } => Self::Deleted,
            LinkState::Conflict { .. } => Self::Conflict,
            LinkState::Pending { .. } => Self::Unfinished,
        }
    }
}

/// What a side without attributes says of a pair that did not follow yet is nothing.
fn is_disabled(base: &Base) -> bool {
    [&base.old, &base.new].into_iter().any(|side| !side.enabled && !side.attributes.is_empty())
}

/// One user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The old sub; of a user born in the new pool its own.
    pub who: Sub,
    /// The link, and the way that the policy gives; `None` where there is no link: born in the new pool.
    pub tie: Option<(Tie, Way)>,
    /// How far the user has come.
    pub stage: Stage,
    /// Whether no invitation may go out: [`Arrival::is_settled`].
    pub is_settled: bool,
    /// When the user came, to the minute.
    pub came_at: Option<Timestamp>,
    /// When the first invitation was sent, to the minute.
    pub invited_at: Option<Timestamp>,
    /// Where the latest invitation stands; times to the minute.
    pub invitation: Invitation,
}

/// 18 bytes.
#[derive(Debug, Clone, Copy)]
struct Tied {
    key: Key,
    tie: Tie,
    way: Way,
}

/// 32 bytes.
#[derive(Debug, Clone, Copy)]
struct Arrived {
    key: Key,
    came: Minute,
    invited: Minute,
    latest: Minute,
    stage: Stage,
    is_settled: bool,
    invitation: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    None,
    Begun,
    Sent,
    Withdrawn,
}

/// Minutes since 1970; 0: never.
#[derive(Debug, Clone, Copy, Default)]
struct Minute(u32);

impl Minute {
    fn of(at: Option<Timestamp>) -> Self {
        at.map_or(Self(0), |at| Self(u32::try_from(at.0 / MINUTE).unwrap_or(u32::MAX).max(1)))
    }

    fn time(self) -> Option<Timestamp> {
        (self.0 > 0).then(|| Timestamp(u64::from(self.0) * MINUTE))
    }
}

/// Everybody whom a walk over the table shows.
#[derive(Debug, Default)]
pub struct Standings {
    tied: Vec<Tied>,
    arrived: Vec<Arrived>,
    subs: Subs,
}

impl Standings {
    /// Takes a link in. `way`: what the policy says of the user.
    pub fn add(&mut self, link: &Link, way: Way) {
        let key = self.subs.key(&link.sub());
        self.tied.push(Tied { key, tie: Tie::of(link), way });
    }

    /// Takes an arrival in.
    pub fn add_arrival(&mut self, who: &Sub, arrival: &Arrival) {
        let (invitation, latest) = match arrival.invitation() {
            Invitation::None => (Kind::None, None),
            Invitation::Begun(at) => (Kind::Begun, Some(at)),
            Invitation::Sent(at) => (Kind::Sent, Some(at)),
            Invitation::Withdrawn => (Kind::Withdrawn, None),
        };
        let key = self.subs.key(who);
        self.arrived.push(Arrived {
            key,
            came: Minute::of(arrival.came_in_at()),
            invited: Minute::of(arrival.invited.map(|invited| invited.first)),
            latest: Minute::of(latest),
            stage: arrival.stage(),
            is_settled: arrival.is_settled(),
            invitation,
        });
    }

    /// Everybody, once; to be called when all pages are in.
    pub fn all(&mut self) -> impl Iterator<Item = Standing> + '_ {
        self.tied.sort_unstable_by_key(|one| one.key);
        self.tied.dedup_by_key(|one| one.key);
        self.arrived.sort_unstable_by_key(|one| one.key);
        self.arrived.dedup_by_key(|one| one.key);
        let tied = self.tied.iter().filter_map(|tied| {
            let found = self.arrived.binary_search_by_key(&tied.key, |one| one.key).ok();
            let arrived = found.and_then(|place| self.arrived.get(place));
            self.standing(tied.key, Some((tied.tie, tied.way)), arrived)
        });
        let is_free = |one: &&Arrived| self.tied.binary_search_by_key(&one.key, |tied| tied.key).is_err();
        let free = self.arrived.iter().filter(is_free);
        tied.chain(free.filter_map(|arrived| self.standing(arrived.key, None, Some(arrived))))
    }

    fn standing(&self, key: Key, tie: Option<(Tie, Way)>, arrived: Option<&Arrived>) -> Option<Standing> {
        let time = |minute: fn(&Arrived) -> Minute| arrived.and_then(|arrived| minute(arrived).time());
        let latest = time(|arrived| arrived.latest).unwrap_or(Timestamp(0));
        Some(Standing {
            who: self.subs.sub(key)?,
            tie,
            stage: arrived.map_or(Stage::NotYet, |arrived| arrived.stage),
            is_settled: arrived.is_some_and(|arrived| arrived.is_settled),
            came_at: time(|arrived| arrived.came),
            invited_at: time(|arrived| arrived.invited),
            invitation: match arrived.map_or(Kind::None, |arrived| arrived.invitation) {
                Kind::None => Invitation::None,
                Kind::Begun => Invitation::Begun(latest),
                Kind::Sent => Invitation::Sent(latest),
                Kind::Withdrawn => Invitation::Withdrawn,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::arrival::Invited;
    use twinpool_core::digest::Digest;
    use twinpool_core::id::{AttributeName, NewSub};
    use twinpool_core::link::{Linked, Names, Side};

    use super::*;

    const NOON: u64 = 1_795_219_200_000;

    fn sub(text: &str) -> Sub {
        Sub::parse(text).unwrap()
    }

    fn intent(text: &str) -> Link {
        Link::intent(&twinpool_core::id::OldSub::parse(text).unwrap(), Names::default(), Timestamp(0))
    }

    #[test]
    fn links_and_arrivals_meet_in_whatever_order_they_come() {
        let uuid = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
        let came = Arrival { came_at: Some(Timestamp(NOON)), ..Arrival::default() };
        let mut all = Standings::default();
        all.add_arrival(&sub("odd-1"), &came);
        all.add(&intent(uuid), Way::Invite);
        all.add(&intent("odd-1"), Way::Code);
        all.add(&intent("odd-1"), Way::Code);
        all.add_arrival(&sub("born-in-new"), &came);
        let invited = Some(Invited { first: Timestamp(NOON), last: Timestamp(NOON + 1), times: 2 });
        all.add_arrival(&sub(uuid), &Arrival { invited, ..Arrival::default() });
        let mut found: Vec<_> = all.all().collect();
        found.sort_by(|one, other| one.who.cmp(&other.who));
        let short: Vec<_> =
            found.iter().map(|one| (one.who.as_str(), one.tie, one.stage, one.is_settled)).collect();
        assert_eq!(
            short,
            [
                (uuid, Some((Tie::Unfinished, Way::Invite)), Stage::Invited, false),
                ("born-in-new", None, Stage::Came, true),
                ("odd-1", Some((Tie::Unfinished, Way::Code)), Stage::Came, true),
            ]
        );
        assert_eq!(found[0].invitation, Invitation::Sent(Timestamp(NOON)));
        assert_eq!((found[0].invited_at, found[1].came_at), (Some(Timestamp(NOON)), Some(Timestamp(NOON))));
    }

    #[test]
    fn who_is_disabled_is_apart_and_a_pair_that_did_not_follow_yet_is_not() {
        let side = |enabled, says: bool| Side {
            enabled,
            attributes: says
                .then(|| (AttributeName::parse("email").unwrap(), Digest::stored("d")))
                .into_iter()
                .collect(),
            ..Side::default()
        };
        let tie = |old, new| {
            let linked = Linked {
                new_sub: NewSub::parse("new").unwrap(),
                base: Base { old, new },
                held_back: Vec::new(),
                unseen: [].into(),
                mirrored_at: Timestamp(0),
                rules: String::new(),
            };
            Tie::of(&Link { state: LinkState::Linked(Box::new(linked)), ..intent("odd-1") })
        };
        assert_eq!(tie(side(true, true), side(true, true)), Tie::Pair);
        assert_eq!(tie(side(false, true), side(true, true)), Tie::Disabled);
        assert_eq!(tie(side(true, true), side(false, true)), Tie::Disabled);
        assert_eq!(tie(Side::default(), Side::default()), Tie::Pair);
    }

    #[test]
    fn a_user_takes_fifty_bytes() {
        assert_eq!((size_of::<Tied>(), size_of::<Arrived>()), (18, 32));
    }
}
