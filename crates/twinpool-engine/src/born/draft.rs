//! As whom the old pool's user of somebody born in the new pool is made, or why nobody can be.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, Pool, Username};
use twinpool_core::link::{Base, Names, Side};
use twinpool_core::merge::{MergeInput, Merged, merge};
use twinpool_core::plan::{Operation, PlanningInput, Terms, plan};
use twinpool_core::snapshot::{Mfa, Snapshot, Status};
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};

/// What is to be made in the old pool.
pub(super) enum Draft {
    Make {
        username: Username,
        attributes: Attributes,
        /// Whether that is all that there is to bring.
        is_whole: bool,
    },
    Not(HeldBack),
}

impl Draft {
    pub(super) fn username(&self) -> Option<&Username> {
        match self {
            Self::Make { username, .. } => Some(username),
            Self::Not(_) => None,
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Make { is_whole: true, .. })
    }
}

impl<P: Ports> Engine<P> {
    /// The rules, read backwards, and the one plan, with the roles swapped. Nothing is called.
    pub(super) fn draft(&self, new: &Snapshot) -> Draft {
        let user = |reason| Draft::Not(HeldBack { subject: Subject::User, reason });
        if new.status == Status::ExternalProvider {
            return user(Reason::Federated);
        }
        // One that can be changed proves nothing, as good as none.
        if !self.old_shape.has(&self.marker) || self.old_shape.is_mutable(&self.marker) {
            let subject = Subject::Attribute(self.marker.clone());
            return Draft::Not(HeldBack { subject, reason: Reason::NotInSchema });
        }
        let Merged { for_old, held_back, .. } = self.backwards(new);
        if self.rules.view(&for_old).left_out {
            return user(Reason::LeftOut);
        }
        if let Some(missing) = self.without_way_back(&for_old, &held_back) {
            return Draft::Not(missing);
        }
        let (side, announced, barred) = (Side::of(new, &self.key), Names::default(), BTreeMap::new());
        let terms = Terms { groups: self.rules.group_mode(), ..Terms::default() };
        let plan = plan(&PlanningInput {
            source: &for_old,
            source_side: &side,
            source_agreed: None,
            target: None,
            agreed: None,
            terms: &terms,
            announced: &announced,
            source_shape: &self.new_shape,
            target_shape: &self.old_shape,
            marker: &self.born_marker(&new.sub.clone().into()),
            barred: &barred,
            key: &self.key,
        });
        let refusal = plan.refusal().unwrap_or(Reason::Refused);
        let held = !held_back.is_empty() || !plan.held_back.is_empty();
        let mut operations = plan.operations.into_iter();
        let Some(Operation::CreateUser { username, attributes }) = operations.next() else {
            return user(refusal);
        };
        let rest = operations.any(|operation| operation != Operation::SetRandomPassword);
        Draft::Make { username, attributes, is_whole: !held && !rest }
    }

    /// What the old pool shall say of a user of whom it says nothing yet: all that the new pool says is a change.
    pub(super) fn backwards(&self, new: &Snapshot) -> Merged {
        let nothing = Snapshot {
            attributes: Attributes::new(),
            groups: BTreeSet::new(),
            identities: BTreeSet::new(),
            mfa: Mfa::default(),
            factors: BTreeSet::new(),
            ..new.clone()
        };
        let mut view = self.rules.view(&nothing);
        // Constants and defaults are the rules' own: what the new pool says instead is a change all the same.
        view.snapshot.attributes.clear();
        // Groups that Cognito made by itself for an identity provider (F§4.5): each pool has its own.
        let own = format!("{}_", self.new_shape.id.as_str());
        let own = new.groups.iter().filter(|name| name.as_str().starts_with(&own)).cloned();
        view.terms.left_alone.groups.extend(own);
        merge(&MergeInput {
            authority: Pool::New,
            old: &nothing,
            view: &view.snapshot,
            terms: &view.terms,
            new,
            base: &Base { old: Side::default(), new: Side::default() },
            pending: &BTreeSet::new(),
            folds: !self.new_shape.case_sensitive,
            back: &self.rules,
            marker: &self.marker,
            key: &self.key,
        })
    }

    /// An attribute that the old pool requires, and of which the rules, read backwards, make nothing. What the new pool does not have
    /// keeps nobody out: administrators may leave it out (F§4.1).
    fn without_way_back(&self, for_old: &Snapshot, held_back: &[HeldBack]) -> Option<HeldBack> {
        let required = self.old_shape.attributes.iter().filter(|(_, schema)| schema.required);
        let missing = required.map(|(name, _)| name).filter(|name| !for_old.attributes.contains_key(*name));
        let is_held = |name: &&AttributeName| {
            let target = self.rules.target(name).map(Subject::Attribute);
            held_back.iter().any(|held| Some(&held.subject) == target.as_ref())
        };
        let name = { missing }.find(is_held)?;
        Some(HeldBack { subject: Subject::Attribute(name.clone()), reason: Reason::NoWayBack })
    }
}
