//! What is being written, and what of it was written by somebody who did not live to say so.

use std::collections::BTreeSet;

use super::attributes::unit;
use crate::attribute::Contact;
use crate::digest::{Digest, DigestKey};
use crate::held_back::Subject;
use crate::id::{AttributeName, Sub};
use crate::link::{Base, Side};
use crate::plan::{Operation, Plan};
use crate::reverse::{Work, Written};
use crate::snapshot::{Factor, Snapshot};

impl Written {
    /// What a plan is about to write of the user with this sub.
    #[must_use]
    pub fn of(plan: &Plan, sub: &Sub, key: &DigestKey) -> Self {
        let mut written = Self::default();
        for operation in &plan.operations {
            written.add(operation, sub, key);
        }
        written
    }

    fn add(&mut self, operation: &Operation, sub: &Sub, key: &DigestKey) {
        match operation {
            Operation::CreateUser { attributes, .. } | Operation::SetAttributes(attributes) => {
                let digest = |(name, value): (&_, &_)| -> (_, Option<Digest>) {
                    (Clone::clone(name), Some(key.attribute(sub, name, value)))
                };
                self.attributes.extend(attributes.iter().map(digest));
            }
            Operation::DeleteAttributes(names) => {
                self.attributes.extend(names.iter().map(|name| (name.clone(), None)));
            }
            Operation::AddToGroup(group) => drop(self.groups.insert(group.clone(), true)),
            Operation::RemoveFromGroup(group) => drop(self.groups.insert(group.clone(), false)),
            Operation::SetEnabled(enabled) => self.enabled = Some(*enabled),
            Operation::LinkIdentity(identity) => {
                self.identities.insert(key.identity(sub, identity), true);
            }
            Operation::UnlinkIdentity(identity) => {
                self.identities.insert(key.identity(sub, identity), false);
            }
            Operation::SetMfa { now, .. } => self.mfa = Some(*now),
            Operation::SetRandomPassword | Operation::DeleteUser => {}
        }
    }

    /// The side with what of this shows in the pool now: that is no change that anybody made.
    fn settle(&self, side: &Side, now: &Side) -> Side {
        let mut side = side.clone();
        // One call writes an address with its flag: where one of them shows otherwise, somebody wrote them since.
        let shows = |name: &AttributeName| match self.attributes.get(name) {
            Some(written) => now.attributes.get(name) == written.as_ref(),
            None => true,
        };
        for (name, written) in self.attributes.iter().filter(|(name, _)| unit(name).iter().all(shows)) {
            match written {
                Some(digest) => drop(side.attributes.insert(name.clone(), digest.clone())),
                None => drop(side.attributes.remove(name)),
            }
        }
        for (name, is_in) in self.groups.iter().filter(|(name, is_in)| now.groups.contains(*name) == **is_in)
        {
            if *is_in {
                side.groups.insert(name.clone())
            } else {
                side.groups.remove(name)
            };
        }
        let identities = self.identities.iter();
        for (digest, is_in) in
            identities.filter(|(digest, is_in)| now.identities.contains(*digest) == **is_in)
        {
            if *is_in {
                side.identities.insert(digest.clone())
            } else {
                side.identities.remove(digest)
            };
        }
        side.enabled = self.enabled.filter(|enabled| *enabled == now.enabled).unwrap_or(side.enabled);
        side.mfa = self.mfa.filter(|mfa| *mfa == now.mfa).unwrap_or(side.mfa);
        side
    }
}

impl Work {
    /// What was being brought to the old pool from the new one, in the old pool's names, as far as nobody changed it there since.
    /// Whoever did so did not live to say how far it came, and the new pool may say otherwise again by now, even what it said at the
    /// last mirror: there the new one is the source. `settled`: what is known of the old pool, with what arrived.
    #[must_use]
    pub fn brought_to_old(&self, settled: &Side, old: &Side) -> BTreeSet<Subject> {
        let written = &self.old;
        let attributes = written.attributes.keys();
        let attributes = attributes.filter(|name| settled.attributes.get(*name) == old.attributes.get(*name));
        let units =
            attributes.map(|name| Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute));
        let groups = written.groups.keys();
        let groups = groups.filter(|name| settled.groups.contains(*name) == old.groups.contains(*name));
        let enabled = written.enabled.filter(|_| settled.enabled == old.enabled).map(|_| Subject::User);
        let codes = written.mfa.filter(|_| settled.mfa == old.mfa);
        let codes = codes.into_iter().flat_map(|_| [Factor::Sms, Factor::Email]);
        units
            .map(Subject::Attribute)
            .chain(groups.cloned().map(Subject::Group))
            .chain(enabled)
            .chain(codes.map(Subject::Factor))
            .collect()
    }

    /// Whether what the new pool says of this was written there by whoever announced it: no change of a user waits there any more.
    #[must_use]
    pub fn went_over(&self, subject: &Subject, new: &Side) -> bool {
        match subject {
            Subject::Attribute(name) => {
                self.new.attributes.get(name).is_some_and(|set| set.as_ref() == new.attributes.get(name))
            }
            Subject::Group(name) => self.new.groups.get(name) == Some(&new.groups.contains(name)),
            _ => false,
        }
    }
}

impl Written {
    /// This, and of what somebody was writing before all that this does not say anew.
    #[must_use]
    pub fn over(self, former: &Self) -> Self {
        let Self { mut attributes, mut groups, enabled, mut identities, mfa } = former.clone();
        attributes.extend(self.attributes);
        groups.extend(self.groups);
        identities.extend(self.identities);
        Self { attributes, groups, enabled: self.enabled.or(enabled), identities, mfa: self.mfa.or(mfa) }
    }
}

impl Base {
    /// The base, once what somebody wrote is in it who announced it and did not live to write the base.
    #[must_use]
    pub fn settled(&self, work: &Work, old: &Snapshot, new: &Snapshot, key: &DigestKey) -> Self {
        Self {
            old: work.old.settle(&self.old, &Side::of(old, key)),
            new: work.new.settle(&self.new, &Side::of(new, key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(email: &str, flag: &str) -> Side {
        let digest = |name: &str, text: &str| (AttributeName::parse(name).unwrap(), Digest::stored(text));
        Side {
            attributes: [digest("email", email), digest("email_verified", flag)].into(),
            ..Side::default()
        }
    }

    #[test]
    fn an_address_that_a_dead_process_announced_is_a_user_s_where_its_flag_is_another() {
        let announced =
            side("new", "false").attributes.into_iter().map(|(name, digest)| (name, Some(digest)));
        let written = Written { attributes: announced.collect(), ..Written::default() };
        let before = side("former", "true");
        assert_eq!(written.settle(&before, &side("new", "false")), side("new", "false"));
        assert_eq!(written.settle(&before, &side("new", "true")), before);
        assert_eq!(written.settle(&before, &side("other", "false")), before);
    }
}
