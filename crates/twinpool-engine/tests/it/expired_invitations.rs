//! Whom the mirror finds with a temporary password of an invitation.

use std::sync::Arc;

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::snapshot::Status;
use twinpool_testkit::{Process, World};

use crate::support::{NOW, asked, engine_at, only, run, sign_in};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// What becomes of Jane, whose invitation went so far, when the mirror looks so many days later.
fn days_after(mark: Mark, days: u64) -> Status {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = Sub::parse("jane-sub").expect("a sub");
    run(world.links.note(&jane, mark, NOW)).expect("noted");
    world.new.edit(&only(&world).sub, |jane| jane.status = Status::ForceChangePassword);
    let engine = engine_at(&world, &Arc::new(Process::healthy()), Timestamp(NOW.0 + days * DAY));
    run(engine.sync_user(&asked("jane-sub"), 1)).expect("mirrored");
    only(&world).status
}

#[test]
fn the_mirror_gives_a_reset_back_only_to_whom_no_pool_takes_the_temporary_password_any_more() {
    for mark in [Mark::Invited, Mark::Inviting] {
        assert_eq!(days_after(mark, 364), Status::ForceChangePassword, "{mark:?}");
        assert_eq!(days_after(mark, 365), Status::Confirmed, "{mark:?}");
    }
}
