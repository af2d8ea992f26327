//! After a rollback: whoever would type a password that the old pool does not know is put to reset there, once, and nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twinpool_core::arrival::{Arrival, ArrivalStore as _, Mark};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{OldSub, Sub, Timestamp};
use twinpool_core::password::Checked;
use twinpool_core::phase::{Phase, PhaseReader as _};
use twinpool_core::port::{Clock, LinkStore as _};
use twinpool_core::readiness::{Because, OldPassword};
use twinpool_core::snapshot::Status;
use twinpool_engine::{NotReset, Reset, ResetError, ResetPasswords, ResetWay};
use twinpool_testkit::world::StoppedClock;
use twinpool_testkit::{Moment, Process, World};

use crate::new_passwords::stand;
use crate::support::{NOW, engine_both_ways, link, run, sign_in};

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
    stand(&world, Phase::RolledBack);
    world
}

fn reset_by(world: &World, way: ResetWay, process: &Arc<Process>) -> Result<Reset, ResetError> {
    reset_at(world, way, process, LATER)
}

fn reset_at(
    world: &World,
    way: ResetWay,
    process: &Arc<Process>,
    now: Timestamp,
) -> Result<Reset, ResetError> {
    let (pool, links) = (world.old.called_by(process), world.links.seen_by(process));
    let clock = StoppedClock(now);
    let resets = ResetPasswords::new(&pool, &links, &clock, way);
    run(resets.reset(&jane()))
}

fn reset(world: &World, way: ResetWay) -> Reset {
    reset_by(world, way, &Arc::new(Process::healthy())).expect("an answer")
}

fn messages(world: &World) -> u32 {
    world.old.person("jane").expect("jane").messages
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

/// A clock that is set by hand.
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

#[test]
fn a_run_ends_once_everybody_is_sent_to_the_new_pool_again() {
    let (world, clock) = (world(), Hand(AtomicU64::new(LATER.0)));
    let (process, kim) = (Arc::new(Process::healthy()), OldSub::parse("kim-sub").expect("a sub"));
    let (pool, links) = (world.old.called_by(&process), world.links.seen_by(&process));
    let resets = ResetPasswords::new(&pool, &links, &clock, ResetWay::Message);
    assert_eq!(run(resets.reset(&kim)).expect("an answer"), Reset::Not(NotReset::NotThere));
    for phase in [Phase::Cutover, Phase::DualWrite, Phase::Complete] {
        stand(&world, phase);
        clock.0.fetch_add(5_000, Ordering::Relaxed);
        let ended = run(resets.reset(&jane())).expect_err("not now");
        assert!(matches!(ended, ResetError::NotNow(now) if now == phase), "{ended}");
        assert!(matches!(world.old.sign_in("jane", RIGHT), Checked::Right { .. }), "untouched");
    }
}

#[test]
fn in_a_canary_only_whoever_is_sent_to_the_old_pool_is_put_to_reset() {
    let world = world();
    stand(&world, Phase::Canary);
    let round = run(world.links.standing()).expect("a standing").round;
    let mut link = link(&world, "jane-sub");
    link.reverse.moved_in = Some(round);
    link.version = run(world.links.write(&link)).expect("written");
    assert_eq!(reset(&world, ResetWay::Message), Reset::Not(NotReset::Moved));
    assert!(matches!(world.old.sign_in("jane", RIGHT), Checked::Right { .. }));
    link.reverse.moved_in = None;
    run(world.links.write(&link)).expect("written");
    assert_eq!(reset(&world, ResetWay::Message), Reset::Done);
}

#[test]
fn a_password_that_nobody_knows_is_never_taken_for_one_that_somebody_chose() {
    for (call, again) in (0..10).flat_map(|call| [None, Some(3_600_000)].map(|again| (call, again))) {
        for moment in [Moment::Before, Moment::After] {
            let world = world();
            let (before, dying) = (world.old.people(), Arc::new(Process::dying_at(call, moment)));
            drop(reset_by(&world, ResetWay::Silently, &dying));
            let was_set = !matches!(world.old.sign_in("jane", RIGHT), Checked::Right { .. });
            assert!(was_set || world.old.people() == before || call > 0);
            if let Some(pause) = again {
                let process = Arc::new(Process::healthy());
                reset_at(&world, ResetWay::Silently, &process, Timestamp(LATER.0 + pause))
                    .expect("an answer");
            }
            if was_set {
                let id = EventId::from_random([3; 16]);
                let cause = Cause::audit_trail("AdminSetUserPassword");
                let set = Timestamp(LATER.0 / 1_000 * 1_000);
                let event =
                    ChangeEvent::hint(id, world.old.shape().id.clone(), About::User(sub()), cause, set);
                let later = Timestamp(LATER.0 + 2 * 3_600_000);
                let process = Arc::new(Process::healthy());
                run(engine_both_ways(&world, &process, later).sync_user(&event, 1)).expect("processed");
            }
            let password = OldPassword::of(&arrival(&world), false);
            assert_ne!(password, OldPassword::Works, "died at {call}, {moment:?}");
            if again.is_some() {
                assert_eq!(password, OldPassword::PutToReset(Because::Chosen), "died at {call}, {moment:?}");
            }
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
