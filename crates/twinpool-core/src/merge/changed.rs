//! Whether a user, or an administrator, changed something since the last mirror. What twinpool was writing itself is no change.

use super::MergeInput;
use crate::digest::DigestKey;
use crate::id::{AttributeName, GroupName, Pool};
use crate::link::Side;
use crate::reverse::Written;
use crate::snapshot::Snapshot;

/// One pool now, and what is known of it.
pub(super) struct Then<'a> {
    pub(super) now: &'a Snapshot,
    base: &'a Side,
    written: Option<&'a Written>,
    key: &'a DigestKey,
}

impl<'a, B> MergeInput<'a, B> {
    pub(super) fn then(&self, pool: Pool) -> Then<'a> {
        match pool {
            Pool::Old => Then {
                now: self.old,
                base: &self.base.old,
                written: self.work.map(|work| &work.old),
                key: self.key,
            },
            Pool::New => Then {
                now: self.new,
                base: &self.base.new,
                written: self.work.map(|work| &work.new),
                key: self.key,
            },
        }
    }
}

impl Then<'_> {
    pub(super) fn attribute(&self, name: &AttributeName) -> bool {
        let now = self.now.attributes.get(name);
        let now = now.map(|value| self.key.attribute(&self.now.sub, name, value));
        let is_ours = || self.written.and_then(|written| written.attributes.get(name)) == Some(&now);
        now.as_ref() != self.base.attributes.get(name) && !is_ours()
    }

    pub(super) fn group(&self, name: &GroupName) -> bool {
        let now = self.now.groups.contains(name);
        let is_ours = || self.written.and_then(|written| written.groups.get(name)) == Some(&now);
        now != self.base.groups.contains(name) && !is_ours()
    }

    pub(super) fn enabled(&self) -> bool {
        let now = self.now.enabled;
        let is_ours = || self.written.and_then(|written| written.enabled) == Some(now);
        now != self.base.enabled && !is_ours()
    }

    pub(super) fn mfa(&self) -> bool {
        let now = self.now.mfa;
        let is_ours = || self.written.and_then(|written| written.mfa) == Some(now);
        now != self.base.mfa && !is_ours()
    }

    /// Whether an identity that is there now was not at the last mirror.
    pub(super) fn is_linked_since(&self, identity: &crate::snapshot::Identity) -> bool {
        let digest = self.key.identity(&self.now.sub, identity);
        let is_ours = || self.written.and_then(|written| written.identities.get(&digest)) == Some(&true);
        self.now.identities.contains(identity) && !self.base.identities.contains(&digest) && !is_ours()
    }

    /// Whether an identity that is not there now was at the last mirror.
    pub(super) fn is_unlinked_since(&self, identity: &crate::snapshot::Identity) -> bool {
        let digest = self.key.identity(&self.now.sub, identity);
        let is_ours = || self.written.and_then(|written| written.identities.get(&digest)) == Some(&false);
        !self.now.identities.contains(identity) && self.base.identities.contains(&digest) && !is_ours()
    }
}
