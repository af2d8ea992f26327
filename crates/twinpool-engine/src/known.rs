//! What every decision knows beside the user: the rules, what both pools were made like, the key, the marker.

use std::collections::BTreeMap;

use twinpool_core::change_event::Cause;
use twinpool_core::digest::DigestKey;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, GroupName, OldSub, Username};
use twinpool_core::link::{Link, Names, Side};
use twinpool_core::plan::{Marker, Plan, PlanningInput, address_as_username, plan};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;
use twinpool_rules::{Rules, View};

use crate::case::{Case, decide};
use crate::engine::{Engine, Ports};
use crate::seen::Seen;

/// All that decides about a user and is not the user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) key: &'a DigestKey,
    pub(crate) marker: &'a AttributeName,
    pub(crate) rules: &'a Rules,
    pub(crate) old_shape: &'a PoolShape,
    pub(crate) new_shape: &'a PoolShape,
}

impl<P: Ports> Engine<P> {
    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            key: &self.key,
            marker: &self.marker,
            rules: &self.rules,
            old_shape: &self.old_shape,
            new_shape: &self.new_shape,
        }
    }
}

impl Known<'_> {
    /// Whether Cognito made the group by itself for an identity provider: `<pool id>_<provider>` (F§4.5). The new pool has
    /// its own.
    pub(crate) fn is_of_provider(&self, name: &GroupName) -> bool {
        let rest = name.as_str().strip_prefix(self.old_shape.id.as_str());
        rest.is_some_and(|rest| rest.starts_with('_'))
    }

    /// The user as rules and decisions see it.
    pub(crate) fn case(&self, cause: &Cause, delivery: u32, old: Snapshot, link: Option<&Link>) -> Case {
        let mut seen = old.clone();
        seen.groups.retain(|name| !self.is_of_provider(name));
        let mut view = self.rules.view(&seen);
        if let Some(link) = link {
            view.terms.left_alone.extend(&self.rules.left_alone(&link.announced));
            decide(&mut view, &link.decisions);
        }
        Case {
            cause: cause.clone(),
            delivery,
            side: Side::of(&old, self.key),
            old,
            view,
            seen: Seen::default(),
        }
    }

    /// What proves that a user of the new pool was made for this one.
    pub(crate) fn marker_of(&self, old_sub: &OldSub) -> Marker {
        Marker::of(self.marker, &self.old_shape.id, old_sub, self.key)
    }

    /// What would make the user in the new pool.
    pub(crate) fn plan_creation(&self, case: &Case, link: &Link) -> Plan {
        let marker = self.marker_of(&link.old_sub);
        plan(&self.input(case, link, None, &marker, &BTreeMap::new()))
    }

    /// What brings the user of the new pool to what the old one says.
    pub(crate) fn plan_change(
        &self,
        case: &Case,
        link: &Link,
        new: &Snapshot,
        barred: &BTreeMap<AttributeName, Reason>,
    ) -> Plan {
        let marker = self.marker_of(&link.old_sub);
        plan(&self.input(case, link, Some(new), &marker, barred))
    }

    /// The username that the user of the new pool should have, where it is made of an address.
    pub(crate) fn address_as_username(&self, view: &View) -> Option<Username> {
        let from_address = matches!(self.old_shape.sign_in, SignIn::Contact(_));
        if !from_address || matches!(self.new_shape.sign_in, SignIn::Contact(_)) {
            return None;
        }
        // Nothing else counts for a name.
        let (side, announced, barred) = (Side::default(), Names::default(), BTreeMap::new());
        let marker = Marker { name: self.marker.clone(), value: Value::new("") };
        address_as_username(&PlanningInput {
            source: &view.snapshot,
            source_side: &side,
            source_agreed: None,
            target: None,
            agreed: None,
            terms: &view.terms,
            announced: &announced,
            source_shape: self.old_shape,
            target_shape: self.new_shape,
            marker: &marker,
            barred: &barred,
            key: self.key,
        })
    }

    fn input<'b>(
        &'b self,
        case: &'b Case,
        link: &'b Link,
        target: Option<&'b Snapshot>,
        marker: &'b Marker,
        barred: &'b BTreeMap<AttributeName, Reason>,
    ) -> PlanningInput<'b> {
        // A pair that did not follow yet has agreed on nothing; nor has a user who is made.
        let base = target.and(link.linked()).map(|linked| &linked.base);
        let base = base.filter(|base| !base.old.is_empty());
        PlanningInput {
            source: &case.view.snapshot,
            source_side: &case.side,
            source_agreed: base.map(|base| &base.old),
            target,
            agreed: base.map(|base| &base.new),
            terms: &case.view.terms,
            announced: &link.announced,
            source_shape: self.old_shape,
            target_shape: self.new_shape,
            marker,
            barred,
            key: self.key,
        }
    }
}
