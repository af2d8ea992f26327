//! What came of the last look at everybody in both pools.

use std::future::Future;

use crate::answer::Answer;
use crate::id::Timestamp;

/// The end of a verify of everybody. One that was broken off, or looked at some users only, is not written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// When it was at its end; of one that went on with an interrupted one, when that one began.
    pub at: Timestamp,
    /// How many users were compared.
    pub users: u64,
    /// Of how many something differs, or could not be read, or only one pool has them.
    pub differing: u64,
    /// How many differ for a reason that is written down on their links.
    pub held_back: u64,
    /// For how many a change was under way.
    pub in_flight: u64,
}

impl Verified {
    /// Whether nobody differs without a reason that is written down. Of whoever was changing nobody knows.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.differing == 0 && self.in_flight == 0
    }
}

/// Keeps the last one.
pub trait VerifiedStore: Send + Sync {
    /// The last one. `None`: nobody has looked at everybody yet.
    ///
    /// # Errors
    /// [`crate::port::Class::Unreadable`], code `NewerFormat`, where a newer twinpool wrote it.
    fn verified(&self) -> impl Future<Output = Answer<Option<Verified>>> + Send;

    /// Writes one down, over the last one.
    fn note_verified(&self, verified: &Verified) -> impl Future<Output = Answer<()>> + Send;
}
