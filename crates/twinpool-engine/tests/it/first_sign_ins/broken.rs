//! Cognito asks again, fails after the answer, or the function dies: no account is left half-made.

use twinpool_core::id::OldSub;
use twinpool_engine::{SyncError, Undone};
use twinpool_testkit::Moment;
use twinpool_testkit::world::event_of;

use super::*;
use crate::backfills::run_id;
use crate::support::{SIGN_IN, asked, deliver, engine_at};

/// The mirror at a later time.
fn mirrors(world: &World, seconds: u64, delivery: u32) -> Result<twinpool_engine::Outcome, SyncError> {
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    run(engine_at(world, &healthy(), later(seconds)).sync_user(&event, delivery))
}

/// The function has answered, and Cognito has not made the user.
fn answered() -> World {
    let world = jane("");
    run(door(&world, &healthy(), NOW).sign_in(&name(JANE), &Password::new(PASSWORD))).expect("jane may come");
    world
}

#[test]
fn a_function_that_dies_anywhere_leaves_a_sign_in_that_works_the_next_time() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = jane("");
            let process = Arc::new(Process::dying_at(call, moment));
            let seen = run(comes(&world, &door(&world, &process, NOW), JANE, PASSWORD));
            if !process.is_dead() {
                assert!(call > 6 && seen == Seen::In, "{call} calls: {seen:?}");
                break;
            }
            // Cognito asks again.
            assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In, "call {call}, {moment:?}, {seen:?}");
            mirrors(&world, 0, 1).expect("the mirror takes the user up");
            assert_in_step(&world, "jane-sub");
            assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
        }
    }
}

#[test]
fn whom_cognito_did_not_make_comes_in_the_next_time_or_is_made_by_the_mirror() {
    let world = answered();
    assert_eq!(mirrors(&world, 29, 1), Err(SyncError::BeingMade));
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    mirrors(&world, 1, 2).expect("the mirror takes the user up");
    assert_in_step(&world, "jane-sub");

    let world = answered();
    mirrors(&world, 30, 1).expect("the mirror makes the user");
    assert_in_step(&world, "jane-sub");
    assert!(!link(&world, "jane-sub").is_of_sign_in(), "Cognito did not make this one");
}

#[test]
fn who_came_late_is_found_by_the_mirror_under_the_name_of_then() {
    let world = answered();
    let newcomer = run(door(&world, &healthy(), NOW).sign_in(&name(JANE), &Password::new(PASSWORD)));
    run(make(
        &world,
        &door(&world, &healthy(), NOW),
        JANE,
        Some(PASSWORD),
        &newcomer.expect("jane may come"),
    ));
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("email"), Value::new("jane.doe@example.com"));
    });
    mirrors(&world, 3_600, 1).expect("the mirror takes the user up");
    assert_in_step(&world, "jane-sub");
    assert_eq!(signs_in(&world, "jane.doe@example.com", PASSWORD), Seen::In);
}

#[test]
fn the_mirror_gives_no_password_to_a_user_whom_cognito_may_be_about_to_give_one() {
    let world = answered();
    let newcomer = run(door(&world, &healthy(), NOW).sign_in(&name(JANE), &Password::new(PASSWORD)));
    world.new.migrate(JANE, Some(PASSWORD), &answer_of(&newcomer.expect("jane may come"))).expect("made");
    let made = only(&world).sub;
    world.new.edit(&made, |jane| jane.status = Status::ForceChangePassword);
    assert_eq!(mirrors(&world, 1, 1), Err(SyncError::BeingMade));
    world.new.edit(&made, |jane| jane.status = Status::Confirmed);
    mirrors(&world, 2, 2).expect("the mirror takes the user up");
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
}

#[test]
fn no_undoing_of_a_run_takes_back_who_came_in_by_a_sign_in() {
    let world = jane("");
    // A run that died after its intent.
    let cause = twinpool_core::change_event::Cause::run(&run_id("one"));
    let hint = crate::support::hint(twinpool_core::change_event::About::User(only_old(&world)), cause);
    let dying = Process::healthy();
    dying.fail_all("AdminCreateUser", twinpool_core::port::Class::Unavailable);
    let failed = run(engine_at(&world, &Arc::new(dying), NOW).sync_user(&hint, 1));
    assert!(failed.is_err());
    let minute = door(&world, &healthy(), later(60));
    assert_eq!(run(comes(&world, &minute, JANE, PASSWORD)), Seen::In);
    run(engine_at(&world, &healthy(), later(61)).sync_user(&hint, 2)).expect("the run goes on");
    let old_sub = OldSub::parse("jane-sub").expect("a sub");
    let undone = run(engine_at(&world, &healthy(), later(62)).undo(&old_sub, &run_id("one")));
    assert_eq!(undone, Ok(Undone::NotOfRun));
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    deliver(&world, &asked("jane-sub"), 1).expect("in step");
    assert_in_step(&world, "jane-sub");
}

fn only_old(world: &World) -> twinpool_core::id::Sub {
    world.old.person("jane-sub").expect("jane").sub
}
