//! Walks over a pool and over the table: pages, in no order, and late by a while.
//!
//! What a page says may be old when it is read (F§4.6). Nobody is taken for deleted because a page does not show them.

use std::collections::BTreeMap;
use std::future::Future;

use crate::answer::Answer;
use crate::attribute::Contact;
use crate::group::GroupDefinition;
use crate::id::{GroupName, NewSub, OldSub, Sub};
use crate::link::{Link, LinkState};
use crate::phase::Round;
use crate::port::{Place, PoolReader};
use crate::snapshot::Snapshot;
use crate::value::Value;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What it shows. Empty before the end is no end (F§4.6).
    pub items: Vec<T>,
    /// How many more could not be read.
    pub unreadable: usize,
    /// Where the next part begins; `None` after the last.
    pub next: Option<Place>,
}

/// Walks over a pool. Makes nobody a monthly active user (F§0.4).
///
/// # Errors
/// [`Class::Rejected`](crate::port::Class::Rejected) where a place is not known any more: the walk begins anew.
pub trait PoolList: PoolReader {
    /// About how many users there are: Cognito counts now and then.
    fn size(&self) -> impl Future<Output = Answer<u64>> + Send;

    /// Users, without groups and without what the list does not tell: second factors, passkeys, devices.
    fn users(&self, after: Option<&Place>) -> impl Future<Output = Answer<Listing<Snapshot>>> + Send;

    /// Users whose sub begins so, as [`PoolList::users`] tells of them. A server that knows no such filter shows others too.
    fn users_with_prefix(
        &self,
        prefix: &str,
        after: Option<&Place>,
    ) -> impl Future<Output = Answer<Listing<Snapshot>>> + Send;

    /// Groups.
    fn all_groups(
        &self,
        after: Option<&Place>,
    ) -> impl Future<Output = Answer<Listing<GroupDefinition>>> + Send;

    /// Who is in a group. Nobody, where the group is not there.
    fn members(
        &self,
        group: &GroupName,
        after: Option<&Place>,
    ) -> impl Future<Output = Answer<Listing<Sub>>> + Send;
}

/// Looks people of a pool up by a contact that is no name to sign in with there.
pub trait ContactSearch: Send + Sync {
    /// Some of those whose contact is this very text, verified or not; whether upper and lower case count is the pool's business.
    /// As the list tells of them, which may be some seconds old (F§4.6). More than a page are cut off: nobody is told from so many.
    /// One call in one attempt, because anybody can cause it.
    fn with_contact(
        &self,
        contact: Contact,
        text: &Value,
    ) -> impl Future<Output = Answer<Vec<Snapshot>>> + Send;
}

/// Links of several users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Those that are there, in no order.
    pub links: Vec<Link>,
    /// Those that are there and cannot be read: damaged, or of another version.
    pub unreadable: Vec<OldSub>,
}

/// How far a user has come, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// See [`LinkState::Pending`].
    Pending,
    /// See [`LinkState::Linked`].
    Linked,
    /// See [`LinkState::Conflict`].
    Conflict,
    /// See [`LinkState::Tombstone`].
    Tombstone,
    /// See [`LinkState::Merged`].
    Merged,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Linked, Self::Conflict, Self::Tombstone, Self::Merged];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Linked => "linked",
            Self::Conflict => "conflict",
            Self::Tombstone => "tombstone",
            Self::Merged => "merged",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Of a link.
    #[must_use]
    pub fn of(state: &LinkState) -> Self {
        match state {
            LinkState::Pending { .. } => Self::Pending,
            LinkState::Linked(_) => Self::Linked,
            LinkState::Conflict { .. } => Self::Conflict,
            LinkState::Tombstone { .. } => Self::Tombstone,
            LinkState::Merged { .. } => Self::Merged,
        }
    }
}

/// The little of a link that says who belongs to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Who it is in the old pool.
    pub old_sub: OldSub,
    /// Who it is, or was, in the new pool.
    pub new_sub: Option<NewSub>,
    /// How far the user has come.
    pub stage: Stage,
    /// In which round the user signed in to the new pool ([`crate::reverse::Reverse::moved_in`]).
    pub moved_in: Option<Round>,
    /// The old pool deleted the user while the new one had the say, and the link says so.
    pub is_gone_from_old: bool,
}

/// What the table says of an account of the new pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tied {
    /// One of a pair, or what was one.
    To(OldSub),
    /// A further account of this user of the old pool.
    Further(OldSub),
    /// Born in the new pool: nobody of the old pool is known.
    Born,
}

/// Reads many links at once.
pub trait LinkBatch: Send + Sync {
    /// The links of these users, any number of them. A strong read.
    fn links(&self, subs: &[OldSub]) -> impl Future<Output = Answer<Found>> + Send;

    /// Whose these accounts of the new pool are, any number of them. Who is not there has no user id yet, or an item that cannot be
    /// read. A strong read.
    fn tied(&self, subs: &[NewSub]) -> impl Future<Output = Answer<BTreeMap<NewSub, Tied>>> + Send;

    /// Walks over who belongs to whom. Not a strong read.
    fn pairs(&self, after: Option<&Place>) -> impl Future<Output = Answer<Listing<Pair>>> + Send;
}
