//! The one function that decides: what brings the target to what the source says, what stays, and why.
//!
//! Source and target are roles. The authority is the source: while the old pool is left, that is the old pool.
//! Names that twinpool never announced are the target's own and are never touched.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::Contact;
use crate::digest::{Digest, DigestKey};
use crate::held_back::{HeldBack, Reason, Subject};
use crate::id::{AttributeName, GroupName, NewSub, OldSub, PoolId, Sub, Username};
use crate::link::{Names, Side};
use crate::pool::PoolShape;
use crate::snapshot::{Identity, Mfa, Snapshot, Status};
use crate::value::{Attributes, Value};

mod attributes;
mod create;
mod definition;
mod effect;
mod farewell;
mod fewer;
mod groups;
mod identities;
mod mfa;
mod show;
mod sign_in_name;
mod terms;

pub use definition::{GroupInput, GroupOperation, plan_group};
pub use farewell::{WhenDeleted, farewell};
pub use fewer::fewer;
pub use sign_in_name::address_as_username;
pub use terms::{GroupMode, Terms};

/// All that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct PlanningInput<'a> {
    /// The user in the pool that has the say, as the rules see it: in the target's names and values.
    pub source: &'a Snapshot,
    /// What the source says, in its own names.
    pub source_side: &'a Side,
    /// What the source said at the last mirror.
    pub source_agreed: Option<&'a Side>,
    /// The user in the pool that follows; `None` if there is none yet.
    pub target: Option<&'a Snapshot>,
    /// What the target said at the last mirror: tells whether someone else changed it since.
    pub agreed: Option<&'a Side>,
    /// What rules and decisions ask.
    pub terms: &'a Terms,
    /// Every name that twinpool ever announced for the target: only these can be removed there.
    pub announced: &'a Names,
    /// What the source's pool was made like.
    pub source_shape: &'a PoolShape,
    /// What the target's pool was made like.
    pub target_shape: &'a PoolShape,
    /// The attribute that proves whose user it is: never mirrored, written at creation.
    pub marker: &'a Marker,
    /// Attributes whose value this user cannot sign in with in the target's pool, and why.
    pub barred: &'a BTreeMap<AttributeName, Reason>,
    /// For comparing with `agreed`.
    pub key: &'a DigestKey,
}

/// The attribute of the new pool that proves which old user a user was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Such as `custom:twinpool`.
    pub name: AttributeName,
    /// `<old sub>.<digest>`: only the holder of the key can write it.
    pub value: Value,
}

impl Marker {
    /// The marker of one user of the old pool.
    #[must_use]
    pub fn of(name: &AttributeName, pool: &PoolId, old_sub: &OldSub, key: &DigestKey) -> Self {
        let proof: Digest = key.marker(pool, old_sub);
        Self { name: name.clone(), value: Value::new(format!("{old_sub}.{}", proof.as_str())) }
    }

    /// The marker of a user of the old pool who is made for one born in the new pool.
    #[must_use]
    pub fn of_born(name: &AttributeName, old_pool: &PoolId, new_sub: &NewSub, key: &DigestKey) -> Self {
        let proof: Digest = key.born_marker(old_pool, new_sub);
        Self { name: name.clone(), value: Value::new(format!("{new_sub}.{}", proof.as_str())) }
    }

    /// The user born in the new pool whom a user of the old pool was made for, if the marker proves it.
    #[must_use]
    pub fn born(name: &AttributeName, old_pool: &PoolId, user: &Snapshot, key: &DigestKey) -> Option<NewSub> {
        let (sub, _) = user.attributes.get(name)?.reveal().split_once('.')?;
        let sub = NewSub::parse(sub).ok()?;
        Self::of_born(name, old_pool, &sub, key).is_on(user).then_some(sub)
    }

    /// The old user whom a user of the new pool was made for, if the marker proves it.
    #[must_use]
    pub fn owner(name: &AttributeName, pool: &PoolId, user: &Snapshot, key: &DigestKey) -> Option<OldSub> {
        Self::owner_in(name, pool, &user.attributes, key)
    }

    /// The old user whom these attributes prove to be about.
    #[must_use]
    pub fn owner_in(
        name: &AttributeName,
        pool: &PoolId,
        attributes: &Attributes,
        key: &DigestKey,
    ) -> Option<OldSub> {
        let value = attributes.get(name)?;
        let (sub, _) = value.reveal().split_once('.')?;
        let sub = OldSub::parse(sub).ok()?;
        (Self::of(name, pool, &sub, key).value == *value).then_some(sub)
    }

    /// Whether a user was made for the one whose marker this is.
    #[must_use]
    pub fn is_on(&self, user: &Snapshot) -> bool {
        user.attributes.get(&self.name) == Some(&self.value)
    }
}

/// One change to the target. Each may be made twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Make the user, messaging nobody.
    CreateUser {
        /// The name to make the user under. Personal.
        username: Username,
        /// All attributes, the marker among them.
        attributes: Attributes,
    },
    /// Give the user a password that nobody knows.
    SetRandomPassword,
    /// Write attributes.
    SetAttributes(Attributes),
    /// Delete attributes.
    DeleteAttributes(BTreeSet<AttributeName>),
    /// Put the user into a group.
    AddToGroup(GroupName),
    /// Take the user out of a group.
    RemoveFromGroup(GroupName),
    /// Let the user sign in, or not.
    SetEnabled(bool),
    /// Let the user sign in with an identity provider.
    LinkIdentity(Identity),
    /// Take that away.
    UnlinkIdentity(Identity),
    /// Turn codes by text message and e-mail on or off.
    SetMfa {
        /// What it is now.
        was: Mfa,
        /// What it shall be.
        now: Mfa,
    },
    /// Delete the user.
    DeleteUser,
}

/// What is to be done, in a safe order, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What takes rights away stands before what gives them.
    pub operations: Vec<Operation>,
    /// What stays as it is in the target, and why.
    pub held_back: Vec<HeldBack>,
    /// What someone else changed in the target since the last mirror, and the source overrules.
    pub overruled: BTreeSet<Subject>,
}

/// Decides. Total: every input gives a plan; executing it and planning again gives no operation.
#[must_use]
pub fn plan(input: &PlanningInput<'_>) -> Plan {
    let Some(target) = input.target else {
        return create::plan(input);
    };
    let mut plan = Plan::default();
    let source = input.source;
    if target.enabled != source.enabled && input.agreed.is_some_and(|agreed| agreed.enabled != target.enabled)
    {
        plan.overruled.insert(Subject::User);
    }
    // Without a password the user could not even reset it (F§0.5); a federated one never had one.
    let unfinished =
        target.status == Status::ForceChangePassword && source.status != Status::ExternalProvider;
    if unfinished && target.enabled {
        plan.operations.push(Operation::SetRandomPassword);
    }
    if target.enabled && !source.enabled {
        plan.operations.push(Operation::SetEnabled(false));
    }
    groups::remove(&mut plan, input, target);
    identities::unlink(&mut plan, input, target);
    attributes::bring(&mut plan, input, target);
    mfa::bring(&mut plan, input, target.mfa);
    groups::add(&mut plan, input, target);
    identities::link(&mut plan, input, target);
    if sign_in_name::is_outdated(input, target) {
        plan.hold(Subject::User, Reason::SignInNameFixed);
    }
    if !target.enabled && source.enabled {
        plan.operations.push(Operation::SetEnabled(true));
        if unfinished {
            plan.operations.push(Operation::SetRandomPassword);
        }
    }
    plan
}

impl Plan {
    /// Whether nothing is to be done. Something may still be held back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The names that the operations write or remove.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        for operation in &self.operations {
            match operation {
                Operation::CreateUser { attributes, .. } | Operation::SetAttributes(attributes) => {
                    names.attributes.extend(attributes.keys().cloned());
                }
                Operation::DeleteAttributes(deleted) => names.attributes.extend(deleted.iter().cloned()),
                Operation::AddToGroup(group) | Operation::RemoveFromGroup(group) => {
                    names.groups.insert(group.clone());
                }
                Operation::SetRandomPassword
                | Operation::SetEnabled(_)
                | Operation::LinkIdentity(_)
                | Operation::UnlinkIdentity(_)
                | Operation::SetMfa { .. }
                | Operation::DeleteUser => {}
            }
        }
        names
    }

    /// Digests of the identities that the operations link.
    #[must_use]
    pub fn identities(&self, sub: &Sub, key: &DigestKey) -> BTreeSet<Digest> {
        let linked = self.operations.iter().filter_map(|operation| match operation {
            Operation::LinkIdentity(identity) => Some(key.identity(sub, identity)),
            _ => None,
        });
        linked.collect()
    }

    /// The attributes that the plan sets on an existing user and that are ways to sign in: their values must be free, unless
    /// a person decided otherwise.
    #[must_use]
    pub fn claims(&self, target_shape: &PoolShape, terms: &Terms) -> Vec<(&AttributeName, &Value)> {
        let sets = self.operations.iter().filter_map(|operation| match operation {
            Operation::SetAttributes(attributes) => Some(attributes),
            Operation::CreateUser { .. }
            | Operation::SetRandomPassword
            | Operation::DeleteAttributes(_)
            | Operation::AddToGroup(_)
            | Operation::RemoveFromGroup(_)
            | Operation::SetEnabled(_)
            | Operation::LinkIdentity(_)
            | Operation::UnlinkIdentity(_)
            | Operation::SetMfa { .. }
            | Operation::DeleteUser => None,
        });
        let ways = sets.flat_map(|attributes| target_shape.ways_to_sign_in(attributes));
        ways.filter(|(name, _)| !terms.forced.contains(*name)).collect()
    }

    /// The addresses that the plan writes on an existing user and that nobody has verified: a pool that verifies would
    /// message the user (F§4.2).
    #[must_use]
    pub fn unverified(&self) -> Vec<Contact> {
        let sets = self.operations.iter().filter_map(|operation| match operation {
            Operation::SetAttributes(attributes) => Some(attributes),
            _ => None,
        });
        let writes = |attributes: &Attributes, contact: Contact| {
            attributes.contains_key(&contact.address_attribute())
                && !attributes.get(&contact.flag_attribute()).is_some_and(Value::is_true)
        };
        sets.flat_map(|attributes| {
            Contact::ALL.into_iter().filter(move |contact| writes(attributes, *contact))
        })
        .collect()
    }

    /// Why the user as a whole cannot be made, if that is so.
    #[must_use]
    pub fn refusal(&self) -> Option<Reason> {
        let whole = self.held_back.iter().find(|held| held.subject == Subject::User);
        whole.map(|held| held.reason)
    }

    /// The plan without these attributes of an existing user, which are held back.
    #[must_use]
    pub fn without(mut self, barred: &BTreeMap<AttributeName, Reason>) -> Self {
        for operation in &mut self.operations {
            if let Operation::SetAttributes(attributes) = operation {
                attributes.retain(|name, _| !barred.contains_key(name));
            }
        }
        self.operations
            .retain(|operation| !matches!(operation, Operation::SetAttributes(none) if none.is_empty()));
        for (name, reason) in barred {
            self.hold(Subject::Attribute(name.clone()), *reason);
        }
        self
    }

    fn hold(&mut self, subject: Subject, reason: Reason) {
        self.held_back.push(HeldBack { subject, reason });
    }
}
