//! Temporary passwords that somebody was given, in either pool, stay as they are: a random one would make the mail useless.

use std::sync::Arc;

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::phase::Phase;
use twinpool_core::snapshot::Status;
use twinpool_testkit::world::{OLD_POOL, event_of, group, person};
use twinpool_testkit::{MemoryPool, Process, World};

use crate::both_ways::world::{all, canary_of, in_canary, jane_in, new_sub, step, told};
use crate::new_passwords::stand;
use crate::support::{NOW, SIGN_IN, audited, engine_both_ways, run, sign_in};
use crate::verify::{quick, thorough, verify};

const TEMPORARY: Status = Status::ForceChangePassword;

fn jane() -> Sub {
    Sub::parse("jane-sub").expect("a sub")
}

fn is_temporary(pool: &MemoryPool, sub: &Sub) {
    pool.edit(sub, |person| person.status = TEMPORARY);
}

fn note(world: &World, mark: Mark, at: u64) {
    run(world.links.note(&jane(), mark, Timestamp(at))).expect("noted");
}

/// What the audit trail tells of a user of the new pool.
fn in_new(world: &World, operation: &str, sub: &Sub) -> ChangeEvent {
    let (id, about) = (EventId::from_random([4; 16]), About::User(sub.clone()));
    ChangeEvent::hint(id, world.new.shape().id.clone(), about, Cause::audit_trail(operation), NOW)
}

fn verified(world: &World) -> [String; 2] {
    [quick(), thorough()].map(|looking| verify(world, &looking).said("jane-sub"))
}

#[test]
fn who_was_invited_into_the_new_pool_by_an_administrator_keeps_the_temporary_password() {
    for phase in [Phase::Canary, Phase::Cutover] {
        let world = in_canary();
        if phase == Phase::Cutover {
            step(&world, &all());
        }
        let attributes = [("email", "nina@example.com"), ("email_verified", "true")];
        world.new.put(person("n-1", "n-1", &attributes));
        let nina = Sub::parse("n-1").expect("a sub");
        is_temporary(&world.new, &nina);
        told(&world, &in_new(&world, "AdminCreateUser", &nina));
        world.new.edit(&nina, |nina| nina.groups.extend([group("staff")]));
        told(&world, &in_new(&world, "AdminAddUserToGroup", &nina));
        assert_eq!(world.new.person("n-1").expect("nina").status, TEMPORARY, "{phase}");
        let old = world.old.people().into_iter().find(|person| person.sub != jane()).expect("made");
        assert_eq!(verify(&world, &quick()).said(old.sub.as_str()), "held_back: password temporary");
    }
}

#[test]
fn whom_the_helpdesk_gives_a_temporary_password_keeps_it_once_moved_or_once_it_is_told() {
    let moved = in_canary();
    let sub = new_sub(&moved);
    told(&moved, &event_of(&moved.new, sub.as_str(), SIGN_IN));
    let given = in_canary();
    note(&given, Mark::Chosen, NOW.0 + 1);
    let back = in_canary();
    note(&back, Mark::Chosen, NOW.0 + 1);
    stand(&back, Phase::RolledBack);
    for world in [moved, given, back] {
        let sub = new_sub(&world);
        is_temporary(&world.new, &sub);
        told(&world, &audited("AdminUpdateUserAttributes", "jane-sub"));
        assert_eq!(jane_in(&world.new).status, TEMPORARY);
        assert_eq!(verified(&world), ["held_back: password temporary"; 2]);
    }
}

#[test]
fn whom_twinpool_made_and_never_gave_a_password_still_gets_one() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    is_temporary(&world.new, &new_sub(&world));
    assert_eq!(verified(&world), ["differs: password not_there"; 2]);
    let world = canary_of(World::username_to_email().with_jane());
    is_temporary(&world.new, &new_sub(&world));
    assert_eq!(verified(&world), ["differs: password not_there"; 2]);
    told(&world, &audited("AdminUpdateUserAttributes", "jane-sub"));
    assert_eq!(jane_in(&world.new).status, Status::Confirmed);
}

#[test]
fn who_is_made_while_people_use_both_pools_is_never_left_without_a_password() {
    for call in 0..40 {
        let world = in_canary();
        step(&world, &all());
        world.old.put(person("kim-sub", "kim", &[("email", "kim@example.com"), ("email_verified", "true")]));
        let event = event_of(&world.old, "kim-sub", SIGN_IN);
        let dying = Arc::new(Process::dying_at(call, twinpool_testkit::Moment::After));
        drop(run(engine_both_ways(&world, &dying, NOW).sync_user(&event, 1)));
        let later = Timestamp(NOW.0 + 3_600_000);
        let process = Arc::new(Process::healthy());
        run(engine_both_ways(&world, &process, later).sync_user(&event, 2)).expect("processed");
        let people = world.new.people();
        let kim = people.iter().find(|person| person.value("email") == Some("kim@example.com"));
        assert!(kim.expect("kim").can_reset_password(), "died at {call}");
    }
}

#[test]
fn an_open_invitation_is_no_difference() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    is_temporary(&world.new, &new_sub(&world));
    note(&world, Mark::Inviting, NOW.0);
    note(&world, Mark::Invited, NOW.0);
    assert_eq!(verified(&world), ["held_back: password temporary"; 2]);
}

#[test]
fn a_temporary_password_of_the_old_pool_is_replaced_only_where_the_user_has_another_one() {
    let moved = || {
        let world = in_canary();
        told(&world, &event_of(&world.new, new_sub(&world).as_str(), SIGN_IN));
        is_temporary(&world.old, &jane());
        world
    };
    let event = || {
        let mut event = audited("AdminUpdateUserAttributes", "jane-sub");
        event.pool = twinpool_core::id::PoolId::parse(OLD_POOL).expect("a pool id");
        event
    };
    let (world, chose) = (moved(), moved());
    for world in [&world, &chose] {
        note(world, Mark::Chosen, 1);
    }
    note(&world, Mark::OldPassword, 2);
    for world in [&world, &chose] {
        told(world, &event());
    }
    assert_eq!(jane_in(&world.old).status, TEMPORARY, "the helpdesk gave it");
    assert_eq!(jane_in(&chose.old).status, Status::Confirmed, "and can be reset after a rollback");
}
