//! What an event says beside what was agreed at the last mirror.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::change_event::ChangeEvent;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, Timestamp};
use twinpool_core::link::Side;

/// Where an event says otherwise than the base.
pub(crate) struct Told<'a> {
    names: Vec<&'a AttributeName>,
    groups: bool,
    base: &'a Side,
}

impl<'a> Told<'a> {
    /// `unseen`: what the pool has and its events leave out, or the other way round.
    pub(crate) fn of(
        event: &'a ChangeEvent,
        base: &'a Side,
        unseen: &BTreeSet<AttributeName>,
        key: &DigestKey,
    ) -> Self {
        let Some(sub) = &event.sub else {
            // Digests of an event without a sub compare with nothing.
            return Self { names: Vec::new(), groups: false, base };
        };
        let otherwise = event.attributes.iter().filter(|(name, digest)| match base.attributes.get(name) {
            Some(agreed) => agreed != *digest,
            None => !unseen.contains(*name),
        });
        Self {
            names: otherwise.map(|(name, _)| name).collect(),
            groups: event.groups.as_ref().is_some_and(|groups| *groups != key.groups(sub, &base.groups)),
            base,
        }
    }

    /// Whether there is anything at all.
    pub(crate) fn is_news(&self) -> bool {
        self.groups || !self.names.is_empty()
    }

    /// Whether the pool still says there what was agreed.
    pub(crate) fn is_ahead_of(&self, pool: &Side) -> bool {
        let lags = |name: &&AttributeName| pool.attributes.get(*name) == self.base.attributes.get(*name);
        self.names.iter().any(lags) || (self.groups && pool.groups == self.base.groups)
    }
}

/// How long a change can be under way when its trigger runs: three tries of 5 s (F§2).
const UNDER_WAY: Duration = Duration::from_secs(15);

/// Whether the change that the event tells of may have been under way at the last mirror, or came later.
pub(crate) fn is_recent(event: &ChangeEvent, mirrored_at: Timestamp) -> bool {
    u128::from(mirrored_at.0.saturating_sub(event.at.0)) < UNDER_WAY.as_millis()
}

/// Remembers attributes of which events and pool do not say the same: the pool has them as agreed and the event does not show
/// them, or the event shows them and the pool, read once more, has none. Returns whether there are more of them than before.
/// Tokens only: other triggers may show less, and what is deleted is missed in tokens (F§1.4).
pub(crate) fn remember_unseen(
    unseen: &mut BTreeSet<AttributeName>,
    base: &Side,
    event: &ChangeEvent,
    pool: &Side,
    (mirrored_at, again): (Timestamp, bool),
) -> bool {
    if !event.cause.is_token() || event.attributes.is_empty() {
        return false;
    }
    let base = &base.attributes;
    let as_agreed = |name: &&AttributeName| pool.attributes.get(*name) == base.get(*name);
    let hidden = base.keys().filter(|name| !event.attributes.contains_key(*name));
    let only_shown = event.attributes.keys().filter(|name| again && !base.contains_key(*name));
    let odd: BTreeSet<_> = hidden.chain(only_shown).filter(as_agreed).cloned().collect();
    let more = !odd.is_subset(unseen);
    // An event from before the last mirror does not know what was agreed there.
    if event.at >= mirrored_at {
        unseen.extend(odd);
    }
    more
}
