//! Whether a user, or an administrator, changed something since the last mirror.

use super::MergeInput;
use crate::digest::DigestKey;
use crate::held_back::Subject;
use crate::id::{AttributeName, GroupName, Pool};
use crate::link::Side;
use crate::snapshot::{Factor, Identity, Snapshot};

/// One pool now, and what it said at the last mirror.
pub(super) struct Then<'a> {
    now: &'a Snapshot,
    base: &'a Side,
    key: &'a DigestKey,
}

impl<'a, B> MergeInput<'a, B> {
    pub(super) fn then(&self, pool: Pool) -> Then<'a> {
        let (now, base) = match pool {
            Pool::Old => (self.old, &self.base.old),
            Pool::New => (self.new, &self.base.new),
        };
        Then { now, base, key: self.key }
    }

    /// Whether a change of the new pool still waits to be carried back.
    pub(super) fn waits(&self, subject: &Subject) -> bool {
        self.pending.contains(subject)
    }
}

impl Then<'_> {
    pub(super) fn attribute(&self, name: &AttributeName) -> bool {
        let now = self.now.attributes.get(name);
        let now = now.map(|value| self.key.attribute(&self.now.sub, name, value));
        now.as_ref() != self.base.attributes.get(name)
    }

    pub(super) fn group(&self, name: &GroupName) -> bool {
        self.now.groups.contains(name) != self.base.groups.contains(name)
    }

    pub(super) fn enabled(&self) -> bool {
        self.now.enabled != self.base.enabled
    }

    pub(super) fn factor(&self, factor: Factor) -> bool {
        self.now.mfa.has(factor) != self.base.mfa.has(factor)
    }

    /// Whether another one is asked for first; an authenticator app is asked for in its own pool only.
    pub(super) fn preference(&self) -> bool {
        let code = |factor: &Factor| matches!(factor, Factor::Sms | Factor::Email);
        self.now.mfa.preferred.filter(code) != self.base.mfa.preferred.filter(code)
    }

    /// Whether an identity that is there now was not at the last mirror.
    pub(super) fn is_linked_since(&self, identity: &Identity) -> bool {
        self.now.identities.contains(identity) && !self.had(identity)
    }

    /// Whether an identity that is not there now was at the last mirror.
    pub(super) fn is_unlinked_since(&self, identity: &Identity) -> bool {
        !self.now.identities.contains(identity) && self.had(identity)
    }

    fn had(&self, identity: &Identity) -> bool {
        self.base.identities.contains(&self.key.identity(&self.now.sub, identity))
    }
}
