//! What somebody deletes in the new pool after the user of the old pool was made and before the pair is written.

use std::sync::Arc;
use std::task::Poll;

use twinpool_core::born::{Birth, BornStore as _};
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::NewSub;
use twinpool_core::link::Link;
use twinpool_core::phase::Step;
use twinpool_core::port::Class;
use twinpool_core::value::Value;
use twinpool_engine::SyncError;
use twinpool_testkit::world::{attribute, event_of};
use twinpool_testkit::{Moment, Process, World};

use super::{
    LATER, assert_born, assert_one, audited_in, canary, nina, only_link, only_old, shows, step, told,
    told_at, with_nina,
};
use crate::support::{NOW, SIGN_IN, SIGN_UP, engine_both_ways, poll, run};

const CREATION: &str = "AdminCreateUser";

fn set(world: &World, name: &str, value: &str) {
    world.new.edit(&nina().sub, |nina| drop(nina.attributes.insert(attribute(name), Value::new(value))));
}

fn delete(world: &World, name: &str) {
    world.new.edit(&nina().sub, |nina| drop(nina.attributes.remove(&attribute(name))));
}

fn in_old(world: &World, name: &str) -> Option<String> {
    only_old(world).value(name).map(str::to_owned)
}

fn in_new(world: &World, name: &str) -> Option<String> {
    world.new.person("n-1").expect("nina").value(name).map(str::to_owned)
}

fn birth(world: &World) -> Option<Birth> {
    run(world.links.birth(&NewSub::parse("n-1").expect("a sub"))).expect("an answer")
}

/// A mirror makes the user of the old pool, and never hears of it.
fn made_by_half(world: &World) {
    let process = Arc::new(Process::healthy());
    process.lose_answer(CREATION);
    let event = event_of(&world.new, "n-1", SIGN_UP);
    assert!(run(engine_both_ways(world, &process, NOW).sync_user(&event, 1)).is_err());
    assert_eq!((world.old.people().len(), world.links.all()), (1, Vec::new()));
}

/// What tells of the user first: the account, or the audit trail of the old pool.
fn tellers(world: &World) -> [ChangeEvent; 2] {
    let old = only_old(world).sub;
    [event_of(&world.new, "n-1", SIGN_IN), audited_in(&world.old, CREATION, old.as_str(), NOW)]
}

#[test]
fn what_went_from_the_new_pool_before_the_pair_was_written_goes_from_the_old_one_too() {
    for teller in 0..2 {
        let world = with_nina();
        made_by_half(&world);
        delete(&world, "name");
        let outcome = told(&world, &tellers(&world)[teller], 2);
        assert_eq!((outcome.held_back, outcome.overruled), (Vec::new(), [].into()));
        assert_eq!((in_old(&world, "name"), in_new(&world, "name")), (None, None), "teller {teller}");
        assert_born(&world, "n-1");
        // What both have agreed on since travels as ever, the same value too.
        set(&world, "name", "Nina");
        shows(&world, "n-1", SIGN_IN);
        assert_eq!(in_old(&world, "name").as_deref(), Some("Nina"));
    }
}

#[test]
fn it_goes_after_a_rollback_too_where_nobody_changed_it_in_the_old_pool() {
    for teller in 0..2 {
        let world = with_nina();
        made_by_half(&world);
        delete(&world, "name");
        step(&world, &Step::Rollback, NOW);
        told(&world, &tellers(&world)[teller], 2);
        assert_eq!(in_old(&world, "name"), None, "teller {teller}");
        assert_born(&world, "n-1");
    }
}

#[test]
fn a_number_goes_with_its_flag_and_one_that_leaves_its_flag_is_held_as_ever() {
    let number = "phone_number";
    for flag_stays in [false, true] {
        for teller in 0..2 {
            let world = with_nina();
            set(&world, number, "+15550100");
            set(&world, "phone_number_verified", "true");
            made_by_half(&world);
            assert_eq!(in_old(&world, number).as_deref(), Some("+15550100"));
            delete(&world, number);
            if !flag_stays {
                delete(&world, "phone_number_verified");
            }
            let outcome = told(&world, &tellers(&world)[teller], 2);
            assert_eq!(in_new(&world, number), None, "flag stays: {flag_stays}, teller {teller}");
            if flag_stays {
                let subject = Subject::Attribute(attribute(number));
                assert_eq!(outcome.held_back, [HeldBack { subject, reason: Reason::NoWayBack }]);
            } else {
                assert_eq!((in_old(&world, number), outcome.held_back), (None, Vec::new()));
            }
        }
    }
}

#[test]
fn the_rules_say_which_attribute_of_the_old_pool_it_was() {
    let rules = "[attributes.nickname]\nrename = \"name\"\n[attributes.name]\ndrop = true\n\
        [attributes.\"custom:tenant\"]\nmap = { old = \"acme\" }\nmap_only = true";
    for teller in 0..2 {
        let world = canary().under(rules);
        world.new.put(nina());
        made_by_half(&world);
        let made = ["nickname", "custom:tenant"].map(|name| in_old(&world, name));
        assert_eq!(made, ["Nina", "old"].map(|value| Some(value.to_owned())));
        delete(&world, "name");
        delete(&world, "custom:tenant");
        told(&world, &tellers(&world)[teller], 2);
        let left = ["nickname", "custom:tenant"].map(|name| in_old(&world, name));
        assert_eq!(left, [None, None], "teller {teller}");
        assert_eq!((in_new(&world, "name"), in_new(&world, "custom:tenant")), (None, None));
    }
}

#[test]
fn what_somebody_wrote_in_the_old_pool_meanwhile_is_an_addition_and_no_deletion_of_the_new_one() {
    for teller in 0..2 {
        let world = with_nina();
        made_by_half(&world);
        delete(&world, "name");
        let old = only_old(&world).sub;
        world.old.edit(&old, |nina| {
            nina.attributes.insert(attribute("name"), Value::new("Nina of the old pool"));
            nina.attributes.insert(attribute("nickname"), Value::new("Nin"));
        });
        told(&world, &tellers(&world)[teller], 2);
        assert_eq!(in_new(&world, "name").as_deref(), Some("Nina of the old pool"), "teller {teller}");
        assert_eq!(in_new(&world, "nickname").as_deref(), Some("Nin"), "teller {teller}");
        assert_born(&world, "n-1");
    }
}

#[test]
fn a_process_killed_at_any_call_brings_nothing_back_that_is_deleted_then() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let mut is_over = false;
            for teller in 0..2 {
                let world = with_nina();
                let event = event_of(&world.new, "n-1", SIGN_UP);
                let process = Arc::new(Process::dying_at(call, moment));
                drop(run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1)));
                is_over = !process.is_dead();
                delete(&world, "name");
                if teller == 1 {
                    for old in world.old.people() {
                        let event = audited_in(&world.old, CREATION, old.sub.as_str(), NOW);
                        told_at(&world, &event, 2, LATER).expect("the record is processed");
                    }
                }
                shows(&world, "n-1", SIGN_IN);
                assert_one(&world, "n-1");
                assert_eq!(in_old(&world, "name"), None, "call {call}, {moment:?}, teller {teller}");
            }
            if is_over {
                assert!(call > 6, "a birth makes more than {call} calls");
                break;
            }
        }
    }
}

#[test]
fn of_two_writers_the_one_who_read_earlier_may_be_the_one_who_made_the_user() {
    let world = with_nina();
    let (slow, fast) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
    slow.lose_answer(CREATION);
    fast.fail_next(CREATION, Class::Unavailable);
    let event = event_of(&world.new, "n-1", SIGN_UP);
    let (one, two) = (engine_both_ways(&world, &slow, NOW), engine_both_ways(&world, &fast, NOW));
    let mut first = Box::pin(one.sync_user(&event, 1));
    while birth(&world).is_none() {
        assert!(poll(&mut first).is_pending());
    }
    set(&world, "name", "Nina N.");
    assert!(run(two.sync_user(&event, 1)).is_err());
    let of_name =
        |birth: Birth| birth.made.into_iter().filter(|(name, _)| *name == attribute("name")).count();
    assert_eq!(birth(&world).map(of_name), Some(2), "of both writers");
    let made: Result<_, SyncError> = loop {
        if let Poll::Ready(made) = poll(&mut first) {
            break made;
        }
    };
    assert!(made.is_err());
    assert_eq!(in_old(&world, "name").as_deref(), Some("Nina"));
    delete(&world, "name");
    shows(&world, "n-1", SIGN_IN);
    assert_eq!(in_old(&world, "name"), None);
    assert_born(&world, "n-1");
}

#[test]
fn who_is_refused_again_and_again_does_not_fill_the_record() {
    let world = with_nina();
    let process = Arc::new(Process::healthy());
    process.fail_next(CREATION, Class::Unavailable);
    let event = event_of(&world.new, "n-1", SIGN_UP);
    assert!(run(engine_both_ways(&world, &process, LATER).sync_user(&event, 1)).is_err());
    let first = birth(&world).expect("begun").made;
    assert!(!first.iter().any(|(name, _)| *name == attribute("custom:twinpool")) && first.len() == 4);
    process.fail_all(CREATION, Class::Rejected);
    for name in ["N.", "Nina N.", "Nina"] {
        set(&world, "name", name);
        let outcome = run(engine_both_ways(&world, &process, LATER).sync_user(&event, 1));
        let held = vec![HeldBack { subject: Subject::User, reason: Reason::Refused }];
        assert_eq!(outcome.map(|outcome| outcome.held_back), Ok(held));
        assert_eq!(birth(&world).expect("listed").made, first, "what may still be made");
    }
    assert_eq!(world.links.all(), Vec::<Link>::new());
    shows(&world, "n-1", SIGN_IN);
    assert_born(&world, "n-1");
    assert_eq!(only_link(&world).user_id.as_str(), "n-1");
}
