//! What brings the old pool to what the new one says: the one plan, with the roles swapped.

use std::collections::BTreeMap;

use twinpool_core::change_event::UserRef;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, Username};
use twinpool_core::link::{Base, Side};
use twinpool_core::merge::{Merged, WayBack};
use twinpool_core::plan::{Marker, Plan, PlanningInput, Terms, plan};
use twinpool_core::port::{Answer, Class, PoolReader};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

impl<P: Ports> Engine<P> {
    /// The plan for the old pool.
    pub(super) async fn plan_back(
        &self,
        back: &P::Back,
        case: &Case,
        new: &Snapshot,
        merged: &Merged,
        base: &Base,
    ) -> Result<Plan, SyncError> {
        let side = Side::of(new, &self.key);
        let providers =
            case.view.terms.providers.iter().filter_map(|name| WayBack::provider(&self.rules, name));
        let terms =
            Terms { groups: self.rules.group_mode(), providers: providers.collect(), ..Terms::default() };
        // Never written here: whose a user is, is said where the user is made.
        let marker = Marker { name: self.marker.clone(), value: Value::new("") };
        let decide = |barred: &BTreeMap<AttributeName, Reason>| {
            let plan = plan(&PlanningInput {
                source: &merged.for_old,
                source_side: &side,
                source_agreed: Some(&base.new),
                target: Some(&case.old),
                agreed: Some(&base.old),
                terms: &terms,
                announced: &merged.removable,
                source_shape: &self.new_shape,
                target_shape: &self.old_shape,
                marker: &marker,
                barred,
                key: &self.key,
            });
            without_old_names(plan)
        };
        let first = decide(&BTreeMap::new());
        let barred = self.barred_in_old(back, &first, case).await?;
        Ok(if barred.is_empty() { first } else { decide(&barred) })
    }

    /// The attributes that the plan must not write to the old pool: somebody else signs in with the value, whom Cognito would take it
    /// from (F§4.2), or the write would message the user.
    async fn barred_in_old(
        &self,
        back: &P::Back,
        plan: &Plan,
        case: &Case,
    ) -> Answer<BTreeMap<AttributeName, Reason>> {
        let mut barred = BTreeMap::new();
        let unverified = plan.unverified();
        if !unverified.is_empty() {
            let verifies = back.shape().await?.verifies;
            let held = unverified.into_iter().filter(|contact| verifies.contains(contact));
            barred.extend(held.map(|contact| (contact.address_attribute(), Reason::WouldMessage)));
        }
        for (name, value) in plan.claims(&self.old_shape, &Terms::default()) {
            let reason = match Username::parse(value.reveal()) {
                Ok(username) => self.holder_in_old(&username, case).await?,
                Err(_) => Some(Reason::Refused),
            };
            barred.extend(reason.map(|reason| (name.clone(), reason)));
        }
        Ok(barred)
    }

    async fn holder_in_old(&self, name: &Username, case: &Case) -> Answer<Option<Reason>> {
        match self.ports.old().user(&UserRef::Username(name.clone())).await {
            Ok(Some(holder)) if holder.sub != case.old.sub => Ok(Some(Reason::Taken)),
            Ok(_) => Ok(None),
            // Its owner cannot be looked up: not worth a theft.
            Err(error) if error.class == Class::Rejected => Ok(Some(Reason::Refused)),
            Err(error) => Err(error),
        }
    }
}

/// People go on signing in to the old pool with the username that they have there: that is nothing to tell.
fn without_old_names(mut plan: Plan) -> Plan {
    plan.held_back.retain(|held| held.reason != Reason::SignInNameFixed);
    plan
}
