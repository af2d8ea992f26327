//! One user of the old pool as the rules see it.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::plan::{GroupMode, Terms};
use twinpool_core::snapshot::{Identity, Snapshot, Status};
use twinpool_core::value::Value;

use crate::model::Model;

mod attributes;
#[cfg(test)]
mod tests;

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
    pub(crate) fn of(model: &Model, old: &Snapshot) -> Self {
        let mut view = Self {
            snapshot: old.clone(),
            terms: Terms { groups: model.groups.mode, ..Terms::default() },
            held_back: Vec::new(),
            left_out: is_left_out(model, old),
        };
        attributes::bring(&mut view, model, old);
        view.bring_groups(model, old);
        view.bring_identities(model, old);
        view
    }

    fn bring_groups(&mut self, model: &Model, old: &Snapshot) {
        self.snapshot.groups = old.groups.iter().filter_map(|name| model.group(name)).collect();
        // Together with a group that is renamed to this name it would be one group, with the rights of both.
        for name in old.groups.iter().filter(|name| model.groups.is_name_of_another(name)) {
            self.hold(Subject::Group(name.clone()), Reason::NotConvertible);
        }
        if model.groups.mode != GroupMode::None {
            let left_out = old.groups.iter().filter(|name| model.groups.leaves_out(name));
            self.terms.left_alone.groups.extend(left_out.cloned());
        }
    }

    /// Those that are linked ahead; the others wait for their first sign-in.
    fn bring_identities(&mut self, model: &Model, old: &Snapshot) {
        let (ahead, waiting): (BTreeSet<_>, BTreeSet<_>) =
            old.identities.iter().partition(|identity| model.is_linked(identity));
        let linked = |identity: &Identity| Identity {
            provider: model.provider(&identity.provider),
            subject: identity.subject.clone(),
        };
        self.snapshot.identities = ahead.into_iter().map(linked).collect();
        let ruled = model.federation.iter().filter(|(_, rule)| rule.link);
        self.terms.providers = ruled.map(|(name, _)| model.provider(name)).collect();
        for identity in waiting {
            self.hold(Subject::Identity(identity.provider.clone()), Reason::Federated);
        }
        if trusts_email(model, old) && self.snapshot.contact(Contact::Email).is_some() {
            self.snapshot.attributes.insert(Contact::Email.flag_attribute(), Value::new("true"));
        }
    }

    fn hold(&mut self, subject: Subject, reason: Reason) {
        self.held_back.push(HeldBack { subject, reason });
    }
}

impl Model {
    fn is_linked(&self, identity: &Identity) -> bool {
        self.federation.get(&identity.provider).is_some_and(|rule| rule.link)
    }
}

fn is_left_out(model: &Model, old: &Snapshot) -> bool {
    let users = &model.users;
    let fits = |group: &str| users.leave_out_groups.iter().any(|pattern| pattern.fits(group));
    let has = |(name, values): (_, &BTreeSet<String>)| {
        old.attributes.get(name).is_some_and(|value| values.contains(value.reveal()))
    };
    old.groups.iter().any(|group| fits(group.as_str())) || users.leave_out_where.iter().any(has)
}

/// A provider's word counts only for its own profile, and only if every provider of the profile is trusted: nobody can tell
/// which one wrote the address last.
fn trusts_email(model: &Model, old: &Snapshot) -> bool {
    let is_trusted =
        |identity: &Identity| model.federation.get(&identity.provider).is_some_and(|rule| rule.trust_email);
    old.status == Status::ExternalProvider
        && !old.identities.is_empty()
        && old.identities.iter().all(is_trusted)
}
