//! Passwords that nobody knows: only for whoever could neither sign in nor reset without one.

use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::authority::authority;
use twinpool_core::id::Pool;
use twinpool_core::link::Link;
use twinpool_core::phase::Standing;
use twinpool_core::plan::{Operation, Plan};
use twinpool_core::port::{Answer, Clock as _};
use twinpool_core::readiness::OldPassword;

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::given::Given;

impl<P: Ports> Engine<P> {
    /// Takes out of both plans what would go over a temporary password that somebody was given.
    pub(super) async fn leave_passwords(
        &self,
        link: &Link,
        case: &Case,
        standing: &Standing,
        (forward, backward): (&mut Plan, &mut Plan),
    ) -> Answer<()> {
        // It helps only whoever would have to reset it after a rollback.
        if authority(standing, link) == Pool::Old {
            leave(backward);
        }
        if !sets(forward) && !sets(backward) {
            return Ok(());
        }
        let arrival = &self.ports.links().arrival(&link.sub()).await?;
        let given = Given { link, old: &case.old, arrival, standing, now: self.ports.clock().now() };
        if given.stays() {
            leave(forward);
        }
        // The one of the old pool is the one that counts there.
        let is_born = link.linked().is_some_and(|linked| link.is_birth_of(&linked.new_sub));
        if OldPassword::of(arrival, is_born) == OldPassword::Works {
            leave(backward);
        }
        Ok(())
    }
}

fn sets(plan: &Plan) -> bool {
    plan.operations.contains(&Operation::SetRandomPassword)
}

fn leave(plan: &mut Plan) {
    plan.operations.retain(|operation| *operation != Operation::SetRandomPassword);
}
