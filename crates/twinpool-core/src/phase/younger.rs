//! A phase that was put back by itself: its history goes on.

use crate::answer::{Class, PortError};

/// The first line of the history that the phase does not count. Items were put back one by one: a change adds its line in the same
/// transaction, and a version says nothing, for each claim makes a new one and no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the history goes on where the phase ends, so PHASE was put back by itself: delete the items PHASE#{0} and later, or put the item \
     PHASE back as it was"
)]
pub struct YoungerHistory(pub u64);

const CODE: &str = "YoungerHistory.";

impl YoungerHistory {
    /// Why a change has no room.
    #[must_use]
    pub fn refusal(self, operation: &'static str) -> PortError {
        PortError::new(Class::Taken, operation, format!("{CODE}{}", self.0))
    }

    /// Whether a change was refused for it.
    #[must_use]
    pub fn of(error: &PortError) -> Option<Self> {
        error.code.strip_prefix(CODE)?.parse().ok().map(Self)
    }
}
