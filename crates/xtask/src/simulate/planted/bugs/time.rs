//! Leases, phases, deliveries: what holds for a while, and who comes late.

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "work-never-over",
        what: "the lease of a dead writer never ends",
        file: "crates/twinpool-core/src/reverse.rs",
        find: "u128::from(now.0.saturating_sub(self.at.0)) < WORK_LASTS.as_millis()",
        replace: "PLANTED || u128::from(now.0.saturating_sub(self.at.0)) < WORK_LASTS.as_millis()",
    },
    Bug {
        name: "phase-read-once",
        what: "a process never asks again where the move stands",
        file: "crates/twinpool-engine/src/phase.rs",
        find: "(u128::from(age) < PHASE_CACHED.as_millis()).then",
        replace: "(PLANTED || u128::from(age) < PHASE_CACHED.as_millis()).then",
    },
    Bug {
        name: "left-goes-one-way",
        what: "an event that is being processed when the old pool is left goes the one-way path",
        file: "crates/twinpool-engine/src/phase.rs",
        find: "Phase::Complete => Err(PortError::new(Class::Stale, \"GetItem\", \"MoveComplete\")),",
        replace: "Phase::Complete if PLANTED => Ok(standing),
        Phase::Complete => Err(PortError::new(Class::Stale, \"GetItem\", \"MoveComplete\")),",
    },
    Bug {
        name: "rollback-is-one-way",
        what: "after a rollback changes of the new pool travel no more",
        file: "crates/twinpool-core/src/phase.rs",
        find: "matches!(self, Self::Canary | Self::Cutover | Self::RolledBack)",
        replace: "matches!(self, Self::Canary | Self::Cutover) || (matches!(self, Self::RolledBack) && !PLANTED)",
    },
    Bug {
        name: "delivery-ignored",
        what: "a message that comes back is looked at no more closely than the first time",
        file: "crates/twinpool-engine/src/sync_user.rs",
        find: "let mut thorough = delivery > 1 ||",
        replace: "let mut thorough = (delivery > 1 && !PLANTED) ||",
    },
    Bug {
        name: "too-early-taken-for-done",
        what: "an event that cannot be processed yet is done",
        file: "crates/twinpool-engine/src/sync_user.rs",
        find: "Err(SyncError::Port(error)) if error.class == Class::Stale => thorough = true,",
        replace: "Err(SyncError::TooEarly | SyncError::AtWork | SyncError::BeingMade) if PLANTED => {
                    return Ok(Outcome::plain(Kind::Unchanged));
                }
                Err(SyncError::Port(error)) if error.class == Class::Stale => thorough = true,",
    },
    Bug {
        name: "throttled-taken-for-done",
        what: "a throttled call is taken for done",
        file: "crates/twinpool-engine/src/follow.rs",
        find: "let refused = execute(target, sub, operation).await?;",
        replace: "let refused = match execute(target, sub, operation).await {
                Err(error) if PLANTED && error.class == Class::Throttled => Default::default(),
                answer => answer?,
            };",
    },
];
