//! What a side says once an operation is done.

use super::Operation;
use crate::digest::DigestKey;
use crate::id::Sub;
use crate::link::Side;

impl Operation {
    /// Changes what is recorded of a side as the operation changes the pool.
    pub fn record_on(&self, side: &mut Side, sub: &Sub, key: &DigestKey) {
        match self {
            Self::CreateUser { attributes, .. } | Self::SetAttributes(attributes) => {
                for (name, value) in attributes {
                    side.attributes.insert(name.clone(), key.attribute(sub, name, value));
                }
            }
            Self::DeleteAttributes(names) => side.attributes.retain(|name, _| !names.contains(name)),
            Self::AddToGroup(group) => {
                side.groups.insert(group.clone());
            }
            Self::RemoveFromGroup(group) => {
                side.groups.remove(group);
            }
            Self::SetEnabled(enabled) => side.enabled = *enabled,
            Self::LinkIdentity(identity) => drop(side.identities.insert(key.identity(sub, identity))),
            Self::UnlinkIdentity(identity) => drop(side.identities.remove(&key.identity(sub, identity))),
            Self::SetMfa { now, .. } => side.mfa = *now,
            Self::SetRandomPassword | Self::DeleteUser => {}
        }
    }
}
