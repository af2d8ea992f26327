//! Who chose a password in which pool is known before a rollback, and what twinpool itself set is never taken for it.

use std::sync::Arc;

use twinpool_core::arrival::{Arrival, ArrivalStore as _, Mark};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{PoolId, Sub, Timestamp};
use twinpool_core::phase::{Change, Phase, PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::readiness::{Because, OldPassword};
use twinpool_engine::{Kind, Outcome};
use twinpool_testkit::world::{OLD_POOL, event_of};
use twinpool_testkit::{Process, World};

use crate::support::{NOW, engine_both_ways, link, run, sign_in};

/// Long after all that twinpool did.
const LATER: Timestamp = Timestamp(NOW.0 + 3_600_000);

fn jane() -> Sub {
    Sub::parse("jane-sub").expect("a sub")
}

/// Jane is in both pools, in this phase.
fn world(phase: Phase) -> World {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    stand(&world, phase);
    world
}

pub(crate) fn stand(world: &World, phase: Phase) {
    let before = run(world.links.standing()).expect("a standing");
    let next = Standing { phase, ..before.clone() };
    let line = Change {
        version: 0,
        from: (before.phase, before.share),
        to: (phase, next.share),
        at: NOW,
        who: String::new(),
        why: String::new(),
        forced: Vec::new(),
    };
    run(world.links.change(&next, &line)).expect("changed");
}

fn new_sub(world: &World) -> Sub {
    Sub::from(link(world, "jane-sub").counterpart().expect("a pair"))
}

fn tell(world: &World, pool: &PoolId, sub: &Sub, operation: &str, at: Timestamp) -> Outcome {
    let (id, cause) = (EventId::from_random([3; 16]), Cause::audit_trail(operation));
    let event = ChangeEvent::hint(id, pool.clone(), About::User(sub.clone()), cause, at);
    let process = Arc::new(Process::healthy());
    run(engine_both_ways(world, &process, at).sync_user(&event, 1)).expect("processed")
}

fn arrival(world: &World) -> Arrival {
    run(world.links.arrival(&jane())).expect("an arrival")
}

fn old_pool() -> PoolId {
    PoolId::parse(OLD_POOL).expect("a pool id")
}

#[test]
fn whoever_changes_the_password_in_the_new_pool_is_known_whether_the_record_names_the_pool_or_not() {
    for operation in ["ChangePassword", "AdminResetUserPassword", "ConfirmForgotPassword"] {
        let world = world(Phase::Canary);
        let (new, sub) = (world.new.shape().id.clone(), new_sub(&world));
        // Without a pool it counts as the old one's.
        for pool in [old_pool(), new] {
            tell(&world, &pool, &sub, operation, LATER);
            assert_eq!(arrival(&world).chosen_at, Some(LATER), "{operation}");
        }
        let password = OldPassword::of(&arrival(&world), false);
        assert_eq!(password, OldPassword::Reset(Because::Chosen), "{operation}");
    }
}

#[test]
fn a_password_that_is_chosen_in_the_old_pool_is_the_one_that_counts_there() {
    let world = world(Phase::RolledBack);
    run(world.links.note(&jane(), Mark::Chosen, NOW)).expect("noted");
    let outcome = tell(&world, &old_pool(), &jane(), "ChangePassword", LATER);
    assert_eq!((outcome.kind, outcome.operations), (Kind::Unchanged, 0));
    assert_eq!(OldPassword::of(&arrival(&world), false), OldPassword::Works);
    // A reset that an administrator asked for is no password.
    run(world.links.note(&jane(), Mark::Chosen, Timestamp(LATER.0 + 1))).expect("noted");
    tell(&world, &old_pool(), &jane(), "AdminResetUserPassword", Timestamp(LATER.0 + 2));
    assert_eq!(OldPassword::of(&arrival(&world), false), OldPassword::Reset(Because::Chosen));
}

#[test]
fn who_changes_a_temporary_password_of_the_old_pool_has_chosen_one_there() {
    let world = world(Phase::RolledBack);
    run(world.links.note(&jane(), Mark::Chosen, NOW)).expect("noted");
    let mut event = event_of(&world.old, "jane-sub", "TokenGeneration_NewPasswordChallenge");
    event.at = LATER;
    let process = Arc::new(Process::healthy());
    run(engine_both_ways(&world, &process, LATER).sync_user(&event, 1)).expect("processed");
    assert_eq!(OldPassword::of(&arrival(&world), false), OldPassword::Works);
}

#[test]
fn before_people_use_both_pools_nothing_is_noted_and_nothing_is_asked() {
    let world = world(Phase::DualWrite);
    let (pool, sub, before) = (world.new.shape().id.clone(), new_sub(&world), arrival(&world));
    let outcome = tell(&world, &pool, &sub, "ChangePassword", LATER);
    assert_eq!((outcome.kind, arrival(&world)), (Kind::Unchanged, before));
}

#[test]
fn what_twinpool_itself_set_is_nobody_s_choice() {
    let set = "AdminSetUserPassword";
    let moments = [Mark::Bridging, Mark::Bridged, Mark::Inviting, Mark::Invited, Mark::Withdrawn];
    for mark in moments {
        let world = world(Phase::Canary);
        let (pool, sub) = (world.new.shape().id.clone(), new_sub(&world));
        run(world.links.note(&jane(), mark, LATER)).expect("noted");
        tell(&world, &pool, &sub, set, Timestamp(LATER.0 + 2_000));
        assert_eq!(arrival(&world).chosen_at, None, "{mark:?}");
        let much_later = Timestamp(LATER.0 + 600_000);
        tell(&world, &pool, &sub, set, much_later);
        assert_eq!(arrival(&world).chosen_at, Some(much_later), "an administrator's: {mark:?}");
    }
    for mark in [Mark::CarriedBack, Mark::ResetInOld] {
        let world = world(Phase::RolledBack);
        run(world.links.note(&jane(), mark, LATER)).expect("noted");
        tell(&world, &old_pool(), &jane(), set, Timestamp(LATER.0 + 2_000));
        assert_eq!(arrival(&world).old_password_at, None, "{mark:?}");
    }
}

#[test]
fn a_password_of_somebody_of_another_pool_is_nobody_s() {
    let world = world(Phase::Canary);
    let stranger = Sub::parse("stranger").expect("a sub");
    tell(&world, &old_pool(), &stranger, "ChangePassword", LATER);
    assert_eq!(run(world.links.arrival(&stranger)), Ok(Arrival::default()));
}
