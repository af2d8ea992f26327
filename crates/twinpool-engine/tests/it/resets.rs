//! After a rollback: whoever would type a password that the old pool does not know is put to reset there, once, and nobody else.

use std::sync::Arc;

use twinpool_core::arrival::{Arrival, ArrivalStore as _, Mark};
use twinpool_core::id::{OldSub, Sub, Timestamp};
use twinpool_core::password::Checked;
use twinpool_core::snapshot::Status;
use twinpool_engine::{NotReset, Reset, ResetError, ResetPasswords, ResetWay};
use twinpool_testkit::world::StoppedClock;
use twinpool_testkit::{Moment, Process, World};

use crate::support::{NOW, run, sign_in};

const RIGHT: &str = "correct horse";
const LATER: Timestamp = Timestamp(NOW.0 + 60_000);

fn jane() -> OldSub {
    OldSub::parse("jane-sub").expect("a sub")
}

fn sub() -> Sub {
    Sub::from(&jane())
}

/// Jane is in both pools and chose a password in the new one.
fn world() -> World {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    world.old.give_password(&sub(), RIGHT);
    run(world.links.note(&sub(), Mark::Chosen, NOW)).expect("noted");
    world
}

fn reset_by(world: &World, way: ResetWay, process: &Arc<Process>) -> Result<Reset, ResetError> {
    let (pool, links) = (world.old.called_by(process), world.links.seen_by(process));
    let resets = ResetPasswords { pool: &pool, links: &links, clock: &StoppedClock(LATER), way };
    run(resets.reset(&jane()))
}

fn reset(world: &World, way: ResetWay) -> Reset {
    reset_by(world, way, &Arc::new(Process::healthy())).expect("an answer")
}

fn messages(world: &World) -> u32 {
    u32::try_from(world.old.person("jane").expect("jane").messages).expect("few")
}

fn arrival(world: &World) -> Arrival {
    run(world.links.arrival(&sub())).expect("an arrival")
}

#[test]
fn a_user_is_sent_one_message_and_is_told_at_the_sign_in() {
    let world = world();
    let before = messages(&world);
    assert_eq!(reset(&world, ResetWay::Message), Reset::Done);
    assert_eq!(messages(&world), before + 1);
    assert_eq!(world.old.sign_in("jane", RIGHT), Checked::ResetRequired);
    assert_eq!(arrival(&world).reset_in_old_at, Some(LATER));
    assert_eq!(reset(&world, ResetWay::Message), Reset::Not(NotReset::Already));
    assert_eq!(messages(&world), before + 1, "never a second one");
    assert_eq!(world.old.reset_password("jane", "another one"), Ok(()));
}

#[test]
fn silently_nobody_is_sent_anything_and_forgot_password_works() {
    let world = world();
    let before = messages(&world);
    assert_eq!(reset(&world, ResetWay::Silently), Reset::Done);
    assert_eq!((messages(&world), world.old.sign_in("jane", RIGHT)), (before, Checked::Wrong));
    assert_eq!(reset(&world, ResetWay::Silently), Reset::Not(NotReset::Already));
    assert_eq!(world.old.reset_password("jane", "another one"), Ok(()));
}

#[test]
fn whoever_dies_half_way_sends_no_second_message() {
    for call in 0..8 {
        for moment in [Moment::Before, Moment::After] {
            let world = world();
            let before = messages(&world);
            let dying = Arc::new(Process::dying_at(call, moment));
            drop(reset_by(&world, ResetWay::Message, &dying));
            reset(&world, ResetWay::Message);
            assert_eq!(messages(&world), before + 1, "died at {call}");
            assert_eq!(arrival(&world).reset_in_old_at, Some(LATER), "died at {call}");
        }
    }
}

#[test]
fn nobody_is_put_to_reset_whose_password_works_or_who_could_not_reset() {
    let left_alone = |world: &World, why| {
        for way in [ResetWay::Message, ResetWay::Silently] {
            assert_eq!(reset(world, way), Reset::Not(why), "{way:?}");
        }
        assert_eq!(arrival(world).reset_in_old_at, None);
    };
    for mark in [Mark::OldPassword, Mark::CarriedBack] {
        let world = world();
        run(world.links.note(&sub(), mark, Timestamp(NOW.0 + 1))).expect("noted");
        left_alone(&world, NotReset::Works);
        assert!(matches!(world.old.sign_in("jane", RIGHT), Checked::Right { .. }));
    }
    for (status, why) in [
        (Status::ExternalProvider, NotReset::NoPassword),
        (Status::ForceChangePassword, NotReset::NoPassword),
        (Status::Unconfirmed, NotReset::NoPassword),
    ] {
        let world = world();
        world.old.edit(&sub(), |person| person.status = status);
        left_alone(&world, why);
    }
    let disabled = world();
    disabled.old.edit(&sub(), |person| person.enabled = false);
    left_alone(&disabled, NotReset::Disabled);
    let without = world();
    without.old.edit(&sub(), |person| person.attributes.clear());
    left_alone(&without, NotReset::NoContact);
    let gone = world();
    gone.old.remove(&sub());
    left_alone(&gone, NotReset::NotThere);
}
