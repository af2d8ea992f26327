//! Who a user of either pool is to the applications.
//!
//! A user id is given once. The account that has it keeps it, but for two cases. Where the old pool deleted its user and the same
//! person came back, the account of the new pool is handed over to the newcomer's user id. Where people say that two users of the
//! old pool are one person, all accounts of the one have the other's; and their own again when that is taken back.

use std::collections::BTreeSet;
use std::future::Future;

use crate::answer::Answer;
use crate::digest::Digest;
use crate::id::{NewSub, OldSub, Pool, Sub, UserId};
use crate::listing::Stage;

/// A user of one pool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The pool that the user is in.
    pub pool: Pool,
    /// Which user it is there.
    pub sub: Sub,
}

impl From<&OldSub> for Account {
    fn from(sub: &OldSub) -> Self {
        Self { pool: Pool::Old, sub: Sub::from(sub) }
    }
}

impl From<&NewSub> for Account {
    fn from(sub: &NewSub) -> Self {
        Self { pool: Pool::New, sub: Sub::from(sub) }
    }
}

/// Everybody whom one user id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// The user id. Of a user of the old pool who is one person with another, it is the other's.
    pub user_id: UserId,
    /// How far the user has come; `None` where the table has no link with this user id: of a user born in the new pool.
    pub stage: Option<Stage>,
    /// The users of the old pool: several, where they were said to be one person.
    pub old: BTreeSet<OldSub>,
    /// The users of the new pool: several, where an identity provider made a second profile.
    pub new: BTreeSet<NewSub>,
}

/// An account of the new pool that twinpool did not make: born there, or a further one of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The account.
    pub new_sub: NewSub,
    /// The user id that it was given. A further one has that of its owner, whatever that is by now.
    pub user_id: UserId,
    /// The user of the old pool whose further account it is; `None`: born in the new pool.
    pub of: Option<OldSub>,
}

/// Reads user ids. Strong reads: what was written before is seen.
pub trait IdReader: Send + Sync {
    /// The user id of each account, in the order of the accounts, however many; `None` where the table knows no such account.
    /// One read for one account; one more where a user of the old pool is one person with another, and for further accounts.
    fn user_ids(&self, accounts: &[Account]) -> impl Future<Output = Answer<Vec<Option<UserId>>>> + Send;

    /// Everybody whom a user id stands for; `None` where nobody has it.
    fn accounts(&self, id: &UserId) -> impl Future<Output = Answer<Option<Accounts>>> + Send;
}

impl<R: IdReader> IdReader for &R {
    fn user_ids(&self, accounts: &[Account]) -> impl Future<Output = Answer<Vec<Option<UserId>>>> + Send {
        (*self).user_ids(accounts)
    }

    fn accounts(&self, id: &UserId) -> impl Future<Output = Answer<Option<Accounts>>> + Send {
        (*self).accounts(id)
    }
}

/// Gives user ids to accounts of the new pool that twinpool did not make.
pub trait IdStore: IdReader {
    /// Gives an account of the new pool its user id, once: the answer is the one that it has now, which is another where somebody
    /// was faster. `of`: the user of the old pool whose further account it is, if it is one's; it has that user's id from now on,
    /// and `id` is what that is now.
    fn assign(
        &self,
        new: &NewSub,
        id: &UserId,
        of: Option<&OldSub>,
    ) -> impl Future<Output = Answer<UserId>> + Send;

    /// Which user of the old pool has this identity, as far as somebody noted it.
    fn owner_of_identity(&self, identity: &Digest) -> impl Future<Output = Answer<Option<OldSub>>> + Send;

    /// Notes which user of the old pool has these identities. Safe to repeat; the latest counts.
    fn note_identities(
        &self,
        identities: &BTreeSet<Digest>,
        of: &OldSub,
    ) -> impl Future<Output = Answer<()>> + Send;
}

/// What the table says of an account of the new pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The user id.
    pub id: UserId,
    /// The user of the old pool whose account it is; `None`: born in the new pool.
    pub of: Option<OldSub>,
    /// Whether it is written down that the user came ([`crate::arrival::Mark::Came`]).
    pub came: bool,
}

impl Known {
    /// Under whom arrivals are kept ([`crate::arrival`]).
    #[must_use]
    pub fn arrives_as(&self, new: &NewSub) -> Sub {
        self.of.as_ref().map_or_else(|| Sub::from(new), Sub::from)
    }
}

/// What a sign-in asks the table for, in one read.
pub trait AccountStore: IdStore {
    /// What is known of an account of the new pool; `None` where it has no user id yet. As many reads as [`IdReader::user_ids`].
    fn known(&self, new: &NewSub) -> impl Future<Output = Answer<Option<Known>>> + Send;

    /// Notes beside the user id that it is written down that the user came, so that nobody does it again. Safe to repeat; nothing
    /// happens where there is no user id.
    fn note_came(&self, new: &NewSub) -> impl Future<Output = Answer<()>> + Send;
}
