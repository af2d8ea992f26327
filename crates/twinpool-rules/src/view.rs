//! One user of the old pool as the rules see it.

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::plan::Terms;
use twinpool_core::snapshot::Snapshot;

/// One user of the old pool in the names and values of the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The user, to be planned with.
    pub snapshot: Snapshot,
    /// What the plan has to keep to.
    pub terms: Terms,
    /// What the rules keep back.
    pub held_back: Vec<HeldBack>,
    /// Whether the rules leave the whole user out.
    pub left_out: bool,
}

impl View {
    pub(crate) fn plain(old: &Snapshot) -> Self {
        let mut snapshot = old.clone();
        let identities = std::mem::take(&mut snapshot.identities);
        let waits = |provider| HeldBack { subject: Subject::Identity(provider), reason: Reason::Federated };
        let held_back = identities.into_iter().map(|identity| waits(identity.provider)).collect();
        Self { snapshot, terms: Terms::default(), held_back, left_out: false }
    }
}
