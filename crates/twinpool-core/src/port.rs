//! What twinpool needs from the outside: contracts, with no implementation.
//!
//! Every write may be repeated: the second time it changes nothing, or says that it was done already.
//! Nothing here returns or logs an attribute value except in [`Snapshot`].

use std::collections::BTreeSet;
use std::future::Future;

use crate::account::Apart;
pub use crate::answer::{Answer, Class, PortError};
use crate::arrival::Arrival;
use crate::born::Birth;
use crate::change_event::{ChangeEvent, UserRef};
use crate::decision::Decisions;
use crate::group::{GroupDefinition, GroupRecord};
use crate::id::{
    AttributeName, ClientId, GroupName, NewSub, OldSub, PoolId, Sub, Timestamp, UserSub, Username,
};
use crate::link::Link;
use crate::pool::PoolShape;
use crate::snapshot::{Factor, Identity, Mfa, Snapshot};
use crate::trouble::Trouble;
use crate::value::Attributes;

/// Reads one pool. Strong reads: what another call wrote before is seen.
pub trait PoolReader: Send + Sync {
    /// The pool's sign-in options and schema.
    fn shape(&self) -> impl Future<Output = Answer<PoolShape>> + Send;

    /// One user without the groups (`groups` is empty). `None` if there is no such user.
    fn user(&self, who: &UserRef) -> impl Future<Output = Answer<Option<Snapshot>>> + Send;

    /// All groups of one user. `None` if there is no such user.
    fn groups(&self, who: &UserRef) -> impl Future<Output = Answer<Option<BTreeSet<GroupName>>>> + Send;

    /// What the pool keeps of one user beside the password, and gives to nobody: passkeys and remembered devices. Asked only
    /// of pools whose shape has them.
    fn factors(
        &self,
        who: &UserRef,
        shape: &PoolShape,
    ) -> impl Future<Output = Answer<BTreeSet<Factor>>> + Send;

    /// The definition of a group. `None` if there is no such group.
    fn group(&self, name: &GroupName) -> impl Future<Output = Answer<Option<GroupDefinition>>> + Send;
}

/// Writes one pool: the new one, or, once people use both, the old one too. Users are addressed by the sub of that pool.
pub trait PoolWriter<S: UserSub = NewSub>: PoolReader {
    /// Makes a user and messages nobody; never takes an alias from anyone (`ForceAliasCreation` off).
    /// The user cannot sign in before [`PoolWriter::set_random_password`].
    ///
    /// # Errors
    /// [`Class::Taken`] when the username, or an alias, is held by a user of this pool.
    fn create_user(
        &self,
        username: &Username,
        attributes: &Attributes,
    ) -> impl Future<Output = Answer<S>> + Send;

    /// Gives the user a permanent password that nobody ever sees: the user becomes CONFIRMED and can reset it (F§0.5).
    fn set_random_password(&self, sub: &S) -> impl Future<Output = Answer<()>> + Send;

    /// Writes attributes in one call. An address and its `_verified` flag stand together (F§4.2).
    fn set_attributes(&self, sub: &S, attributes: &Attributes) -> impl Future<Output = Answer<()>> + Send;

    /// Deletes attributes in one call.
    fn delete_attributes(
        &self,
        sub: &S,
        names: &BTreeSet<AttributeName>,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Puts the user into a group; fine if the user is in it.
    ///
    /// # Errors
    /// [`Class::NotFound`] when the group does not exist, or the user.
    fn add_to_group(&self, sub: &S, group: &GroupName) -> impl Future<Output = Answer<()>> + Send;

    /// Takes the user out of a group; fine if the user, or the group, is not there.
    fn remove_from_group(&self, sub: &S, group: &GroupName) -> impl Future<Output = Answer<()>> + Send;

    /// Makes a group; fine if it exists, whatever its description says. Says whether it was made now.
    fn create_group(&self, group: &GroupDefinition) -> impl Future<Output = Answer<bool>> + Send;

    /// Gives a group this description and precedence.
    ///
    /// # Errors
    /// [`Class::NotFound`] when the group does not exist; [`Class::Rejected`] when it has a role, which the call might reset.
    fn update_group(&self, group: &GroupDefinition) -> impl Future<Output = Answer<()>> + Send;

    /// Deletes a group; fine if it is not there.
    fn delete_group(&self, name: &GroupName) -> impl Future<Output = Answer<()>> + Send;

    /// Deletes a user; fine if there is none.
    fn delete_user(&self, sub: &S) -> impl Future<Output = Answer<()>> + Send;

    /// Lets a user who has never signed in with this identity do so (F§4.8); fine if it is linked to this user already.
    ///
    /// # Errors
    /// [`Class::Taken`] when the identity has a profile of its own, or is linked to somebody else.
    fn link_identity(&self, user: &Snapshot, identity: &Identity) -> impl Future<Output = Answer<()>> + Send;

    /// Takes the sign-in with this identity away; fine if it is not linked.
    fn unlink_identity(&self, identity: &Identity) -> impl Future<Output = Answer<()>> + Send;

    /// Turns codes by text message and e-mail on or off. Authenticator apps stay as they are (F§4.9).
    fn set_mfa(&self, sub: &S, was: Mfa, now: Mfa) -> impl Future<Output = Answer<()>> + Send;

    /// Lets the user sign in, or not.
    fn set_enabled(&self, sub: &S, enabled: bool) -> impl Future<Output = Answer<()>> + Send;
}

/// Reads links. Strong reads in both directions.
pub trait LinkReader: Send + Sync {
    /// The link of a user of the old pool.
    fn link(&self, old: &OldSub) -> impl Future<Output = Answer<Option<Link>>> + Send;

    /// The old sub that a user of the new pool is tied to; `None` also where the user was born in the new pool.
    fn old_sub_of(&self, new: &NewSub) -> impl Future<Output = Answer<Option<OldSub>>> + Send;
}

/// Writes links.
///
/// `link.version` is the version that was read (0: none was there). The write succeeds only if the stored link still has
/// it, and stores the next one, which is returned.
pub trait LinkStore: LinkReader {
    /// Writes a link and nothing else: intents, conflicts, and what changed on an existing pair.
    ///
    /// # Errors
    /// [`Class::Stale`] when someone else wrote since.
    fn write(&self, link: &Link) -> impl Future<Output = Answer<u64>> + Send;

    /// Writes a link that now says who it is in the new pool, with the item that points back from the new sub, in one transaction: a
    /// pair, or the tombstone of somebody who was made by half. A new sub
    /// that was tied to `heir_of`, whom the old pool has deleted, is handed over. One that was born in the new pool is tied to a link
    /// with its own user id: what is written beside the id stays, and the [`crate::born::Birth`] goes.
    ///
    /// # Errors
    /// [`Class::Stale`] when someone else wrote since; [`Class::Taken`] when the new sub is tied to another old sub, or has
    /// another user id than the link: it was born in the new pool.
    fn connect(&self, link: &Link, heir_of: Option<&OldSub>) -> impl Future<Output = Answer<u64>> + Send;

    /// Moves [`Link::seen_at`] forward, with [`Link::seen_by`], and nothing else: never back, and without a new version, so that nobody who is at work on
    /// the link loses the fence. Fine if there is no link, or a later time is known. Whoever writes the whole link at the same
    /// time may put the former time back: nothing depends on it, and the user's next token says it again.
    fn note_seen(
        &self,
        old: &OldSub,
        at: Timestamp,
        by: Option<&ClientId>,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Ties the table to two pools, once and for ever. Gives the pools that it is tied to: these, or those of before.
    fn bind(&self, old: &PoolId, new: &PoolId) -> impl Future<Output = Answer<(PoolId, PoolId)>> + Send;
}

/// Takes links back whose user of the new pool is no more.
pub trait LinkEraser: LinkReader {
    /// Erases a pair, with the item that points back, in one transaction. Fine if the item that points back is not there. Who else
    /// has this user id keeps it: merged twins, further accounts of the new pool. What is known of the [`Arrival`] goes too: the
    /// password went with the user of the new pool, and whoever is made anew comes anew.
    ///
    /// # Errors
    /// [`Class::Stale`] when someone else wrote since the link was read.
    fn erase(&self, link: &Link) -> impl Future<Output = Answer<()>> + Send;
}

/// Keeps what is known of groups that were carried over. Writes are fenced as those of [`LinkStore`].
pub trait GroupStore: Send + Sync {
    /// What is recorded of a group of the old pool.
    fn group_record(&self, name: &GroupName) -> impl Future<Output = Answer<Option<GroupRecord>>> + Send;

    /// Writes it down.
    ///
    /// # Errors
    /// [`Class::Stale`] when someone else wrote since.
    fn write_group(&self, record: &GroupRecord) -> impl Future<Output = Answer<()>> + Send;
}

/// Walks over everything that is recorded. Not a strong read: what was written a moment ago may be missing.
pub trait LinkScan: Send + Sync {
    /// The page that begins after this place; the first one without a place.
    fn page(&self, after: Option<&Place>) -> impl Future<Output = Answer<Page>> + Send;
}

/// A place between two pages. Opaque; not for logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(pub String);

/// A part of what is recorded, in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Users.
    pub links: Vec<Link>,
    /// Groups.
    pub groups: Vec<GroupRecord>,
    /// Who came into the new pool, and how. Of whom only attempts are counted is nobody here.
    pub arrivals: Vec<(Sub, Arrival)>,
    /// Accounts of the new pool that are nobody's half of a pair.
    pub apart: Vec<Apart>,
    /// Who was born in the new pool and has no user in the old one yet. A writer who died late may leave one behind who is paired:
    /// the links say so.
    pub births: Vec<Birth>,
    /// How many items could not be read: damaged, or of another version.
    pub unreadable: usize,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Place>,
}

/// Writes down what people decided.
pub trait DecisionStore: LinkReader {
    /// Gives a link these decisions and leaves everything else on it as it is. Fenced as [`LinkStore`]: returns the next
    /// version.
    ///
    /// # Errors
    /// [`Class::Stale`] when someone else wrote since the link was read.
    fn decide(&self, link: &Link, decisions: &Decisions) -> impl Future<Output = Answer<u64>> + Send;
}

/// Keeps what went wrong last in a message group of the queue: one user, or one group of the pool. Old notes go by themselves.
pub trait TroubleStore: Send + Sync {
    /// Writes it down, over what was noted before.
    fn note_trouble(&self, group: &str, trouble: &Trouble) -> impl Future<Output = Answer<()>> + Send;

    /// What was noted last.
    fn trouble(&self, group: &str) -> impl Future<Output = Answer<Option<Trouble>>> + Send;
}

/// Takes change events to the queue.
pub trait ChangeSink: Send + Sync {
    /// Sends one event.
    fn send(&self, event: &ChangeEvent) -> impl Future<Output = Answer<()>> + Send;
}

impl<S: ChangeSink> ChangeSink for &S {
    fn send(&self, event: &ChangeEvent) -> impl Future<Output = Answer<()>> + Send {
        (*self).send(event)
    }
}

/// The time.
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since 1970.
    fn now(&self) -> crate::id::Timestamp;
}

/// How to ask a pool for the user with this sub.
#[must_use]
pub fn by_sub(sub: &impl UserSub) -> UserRef {
    UserRef::Sub(sub.sub())
}
