//! Users born in the new pool who have no user in the old one yet: who is being made there, and who cannot be, and why.
//!
//! One record for each, kept by the new sub until the pair is written.

use std::collections::BTreeSet;
use std::future::Future;

use crate::answer::Answer;
use crate::digest::Digest;
use crate::held_back::HeldBack;
use crate::id::{AttributeName, NewSub, Timestamp, Username};

/// What is known of the old pool's user of somebody who was born in the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// Who it is in the new pool.
    pub new_sub: NewSub,
    /// Grows with every write: a writer who read an older one has lost. 0: nothing is written.
    pub version: u64,
    /// Since when it stands so.
    pub since: Timestamp,
    /// Under which name the user of the old pool is being made, so that whoever takes over finds what a dead or slow writer made.
    /// Walks over the table do not tell it.
    pub intended: Option<Username>,
    /// What a user of the old pool may have been made with for this account: names of that pool, and digests keyed with the new sub,
    /// because the old one is not known yet. Whatever anybody who may still be making one would send is among it.
    pub made: BTreeSet<(AttributeName, Digest)>,
    /// Why nobody can be made; `None` while somebody is being made.
    pub obstacle: Option<HeldBack>,
}

impl Birth {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(new_sub: &NewSub) -> Self {
        Self {
            new_sub: new_sub.clone(),
            version: 0,
            since: Timestamp::default(),
            intended: None,
            made: BTreeSet::new(),
            obstacle: None,
        }
    }
}

/// Keeps births. Strong reads; writes are fenced as those of [`crate::port::LinkStore`]. The record goes with the pair:
/// [`crate::port::LinkStore::connect`].
pub trait BornStore: Send + Sync {
    /// What is known of a birth.
    fn birth(&self, new: &NewSub) -> impl Future<Output = Answer<Option<Birth>>> + Send;

    /// Writes it down, and returns the next version.
    ///
    /// # Errors
    /// [`crate::port::Class::Stale`] when someone else wrote since.
    fn write_birth(&self, birth: &Birth) -> impl Future<Output = Answer<u64>> + Send;

    /// Forgets it: the account of the new pool is no more. Fine if nothing is written.
    fn forget_birth(&self, new: &NewSub) -> impl Future<Output = Answer<()>> + Send;
}
