//! Who does not come in, and what is left of the attempt.

use std::time::Duration;

use twinpool_core::arrival::{ArrivalStore as _, Limit, Tried};
use twinpool_core::id::{OldSub, ProviderName, Sub};
use twinpool_core::port::Class;
use twinpool_core::snapshot::Identity;
use twinpool_engine::No;

use super::*;
use crate::support::door_to;

fn no(world: &World, typed: &str, password: &str) -> Option<No> {
    let door = door(world, &healthy(), NOW);
    match run(door.sign_in(&name(typed), &Password::new(password))) {
        Err(NotAdmitted::No(no)) => Some(no),
        _ => None,
    }
}

fn edited(change: impl FnOnce(&mut Person)) -> World {
    let world = jane("");
    world.old.edit(&world.old.person("jane-sub").expect("jane").sub, change);
    world
}

fn is_untouched(world: &World) -> bool {
    let arrival =
        run(world.links.arrival(&Sub::parse("jane-sub").expect("a sub"))).expect("the table answers");
    world.new.count() == 0 && world.links.all().is_empty() && !arrival.has_password()
}

#[test]
fn whoever_may_not_come_in_sees_what_everybody_sees_and_nothing_is_left_behind() {
    let federated = |jane: &mut Person| {
        let provider = ProviderName::parse("Google").expect("a provider");
        jane.status = Status::ExternalProvider;
        jane.identities = [Identity { provider, subject: Value::new("117") }].into();
    };
    let unclear = jane("");
    unclear.old.challenge_after_password(&Sub::parse("jane-sub").expect("a sub"), "CUSTOM_CHALLENGE");
    let way = |way: &str| format!("[sign_in]\nway = \"{way}\"");
    let cases = [
        (edited(|jane| jane.enabled = false), No::Disabled),
        (edited(|jane| jane.status = Status::Unconfirmed), No::Nobody),
        (edited(|jane| jane.status = Status::ResetRequired), No::ResetRequired),
        (edited(federated), No::Nobody),
        (unclear, No::Unclear),
        (jane("[users]\nleave_out_groups = [\"staff\"]"), No::LeftOut),
        (jane(&way("code")), No::OtherWay),
        (jane(&way("invite")), No::OtherWay),
    ];
    for (world, expected) in cases {
        let said = no(&world, JANE, PASSWORD);
        assert_eq!(said, Some(expected));
        assert!(is_untouched(&world), "{expected}");
        assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::Wrong);
    }
    let world = jane("");
    assert_eq!(no(&world, "nobody@example.com", PASSWORD), Some(No::Nobody));
    assert_eq!(no(&world, JANE, "wrong"), Some(No::WrongPassword));
    assert!(is_untouched(&world));
}

#[test]
fn after_five_wrong_passwords_the_old_pool_is_left_in_peace_for_a_quarter_of_an_hour() {
    let world = jane("");
    for _ in 0..5 {
        assert_eq!(no(&world, JANE, "wrong"), Some(No::WrongPassword));
    }
    assert_eq!(no(&world, JANE, PASSWORD), Some(No::TooMany));
    assert_eq!(world.old.times_asked("jane"), 5);
    let door = door(&world, &healthy(), later(15 * 60));
    world.old.keep_time(&(Arc::new(|| Duration::from_secs(15 * 60)) as twinpool_testkit::Now));
    assert_eq!(run(comes(&world, &door, JANE, PASSWORD)), Seen::In);
}

#[test]
fn a_right_password_begins_the_count_anew() {
    let world = jane("");
    for round in 0..3 {
        for _ in 0..4 {
            assert_eq!(no(&world, JANE, "wrong"), Some(No::WrongPassword), "round {round}");
        }
        let door = door(&world, &healthy(), NOW);
        // Cognito makes nobody of it, and asks again.
        assert!(run(door.sign_in(&name(JANE), &Password::new(PASSWORD))).is_ok(), "round {round}");
    }
}

#[test]
fn of_two_users_with_one_proven_address_neither_comes_in_by_it() {
    let world = jane("");
    world.old.put(person("joe-sub", "joe", &[("email", JANE), ("email_verified", "true")]));
    world.old.give_password(&Sub::parse("joe-sub").expect("a sub"), PASSWORD);
    assert_eq!(no(&world, JANE, PASSWORD), Some(No::Several));
    assert!(is_untouched(&world));
    // Who only writes it down is nobody's rival.
    let joe = Sub::parse("joe-sub").expect("a sub");
    world.old.edit(&joe, |joe| drop(joe.attributes.remove(&attribute("email_verified"))));
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    assert!(only(&world).value(MARKER).expect("a marker").starts_with("jane-sub."));
}

#[test]
fn who_may_not_come_in_keeps_out_nobody_who_has_proven_the_same_address() {
    let changes: [fn(&mut Person); 2] =
        [|joe| joe.enabled = false, |joe| joe.groups = [group("staff")].into()];
    for change in changes {
        let world = jane("[users]\nleave_out_groups = [\"staff\"]");
        let jane = Sub::parse("jane-sub").expect("a sub");
        world.old.edit(&jane, |jane| jane.groups.clear());
        for sub in ["a-sub", "z-sub"] {
            world.old.put(person(sub, sub, &[("email", JANE), ("email_verified", "true")]));
            world.old.edit(&Sub::parse(sub).expect("a sub"), change);
        }
        let door = door(&world, &healthy(), NOW);
        let newcomer = run(door.sign_in(&name(JANE), &Password::new(PASSWORD))).expect("jane may come");
        assert!(newcomer.attributes[&attribute(MARKER)].reveal().starts_with("jane-sub."));
    }
}

#[test]
fn a_count_that_cannot_be_taken_back_keeps_out_nobody_who_was_right() {
    let world = jane("");
    let comes_by = |process: &Arc<Process>| {
        run(door(&world, process, NOW).sign_in(&name(JANE), &Password::new(PASSWORD))).is_ok()
    };
    let whole = healthy();
    assert!(comes_by(&whole));
    assert_eq!(whole.calls().last(), Some(&"UpdateItem"), "what is counted is taken back last");
    assert!(comes_by(&Arc::new(Process::dying_at(
        whole.calls().len() - 1,
        twinpool_testkit::Moment::Before
    ))));
}

#[test]
fn a_second_factor_that_the_old_pool_asks_for_and_does_not_show_is_noted() {
    let world = jane("");
    let jane = Sub::parse("jane-sub").expect("a sub");
    world.old.challenge_after_password(&jane, "MFA_SETUP");
    let door = door(&world, &healthy(), NOW);
    run(door.sign_in(&name(JANE), &Password::new(PASSWORD))).expect("jane may come");
    assert!(run(world.links.arrival(&jane)).expect("the table answers").factor_at.is_some());
}

#[test]
fn whom_the_mirror_has_made_is_not_asked_about_and_a_deleted_account_does_not_come_back() {
    let world = jane("");
    sign_in(&world, "jane-sub");
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::Wrong, "the bridge is for these");
    world.new.remove(&only(&world).sub);
    assert!(matches!(no(&world, JANE, PASSWORD), Some(No::HasLink(_))));
    assert_eq!((world.new.count(), world.old.times_asked("jane")), (0, 0));
}

#[test]
fn a_name_that_somebody_has_in_the_new_pool_is_not_given_twice() {
    let world = World::new(alias_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    world.old.give_password(&Sub::parse("jane-sub").expect("a sub"), PASSWORD);
    world.new.put(person("n-1", "mallory", &[("email", JANE), ("email_verified", "true")]));
    assert_eq!(no(&world, "jane", PASSWORD), Some(No::Taken));
    assert_eq!((world.links.all().len(), world.old.times_asked("jane")), (0, 0));
}

#[test]
fn a_taken_name_is_seen_without_the_right_to_list_groups_of_the_new_pool() {
    let world = jane("");
    world.new.put(person("n-1", "n-1", &[("email", JANE), ("email_verified", "true")]));
    let process = Process::healthy();
    process.fail_all("AdminListGroupsForUser", Class::Denied);
    let said = run(door_to(&world, &Arc::new(process)).sign_in(&name(JANE), &Password::new(PASSWORD)));
    assert!(matches!(said, Err(NotAdmitted::No(No::Taken))), "{said:?}");
}

#[test]
fn while_something_does_not_answer_nothing_is_said_and_nothing_is_made() {
    for operation in ["AdminGetUser", "AdminInitiateAuth", "GetItem", "PutItem", "ListUsers", "UpdateItem"] {
        for class in [Class::Throttled, Class::Unavailable, Class::Denied] {
            let world = jane("");
            let process = Process::healthy();
            process.fail_all(operation, class);
            let process = Arc::new(process);
            let seen = run(comes(&world, &door(&world, &process, NOW), JANE, PASSWORD));
            assert_eq!(seen, Seen::Later, "{operation}: {:?}", process.calls());
            assert_eq!(world.new.count(), 0);
            assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In, "it passes: {operation}");
        }
    }
}

#[test]
fn a_reset_is_for_who_can_be_sent_a_code_and_five_an_hour() {
    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New"));
    world.old.put(person("joe-sub", "joe", &[("email", "joe@example.com")]));
    let at_door = door(&world, &healthy(), NOW);
    assert!(matches!(run(at_door.reset(&name("joe"))), Err(NotAdmitted::No(No::NoContact))));
    let world = jane("");
    // One-time codes are counted on their own.
    let (jane_sub, one) =
        (Sub::parse("jane-sub").expect("a sub"), Limit { most: 1, within: Duration::from_hours(1) });
    run(world.links.try_once(&jane_sub, Tried::Code, one, NOW)).expect("the table answers");
    for _ in 0..5 {
        run(door(&world, &healthy(), NOW).reset(&name(JANE))).expect("jane may come");
    }
    let at_door = door(&world, &healthy(), NOW);
    assert!(matches!(run(at_door.reset(&name(JANE))), Err(NotAdmitted::No(No::TooMany))));
    let arrival =
        run(world.links.arrival(&Sub::parse("jane-sub").expect("a sub"))).expect("the table answers");
    assert!(!arrival.has_password(), "nobody knows a password of hers in the new pool");
    assert!(OldSub::parse("jane-sub").is_ok_and(|sub| link(&world, sub.as_str()).linked().is_none()));
}
