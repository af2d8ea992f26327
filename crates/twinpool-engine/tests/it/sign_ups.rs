//! Nobody signs up at the new pool under the name of a user of the old one.

use std::sync::Arc;

use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{OldSub, Pool, Sub};
use twinpool_core::link::{Left, LinkState};
use twinpool_core::password::Password;
use twinpool_core::phase::Step;
use twinpool_core::plan::Marker;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Class, LinkStore as _};
use twinpool_core::snapshot::Status;
use twinpool_core::value::{Attributes, Value};
use twinpool_engine::{Barred, No, NotAdmitted, SignUp};
use twinpool_testkit::world::{
    MARKER, OLD_POOL, alias_pool, attribute, email_pool, key, person, username_pool,
};
use twinpool_testkit::{Person, Process, World};

use crate::both_ways::world::{all, step};
use crate::first_sign_ins::{JANE, PASSWORD, Seen, healthy, jane, name, signs_in};
use crate::support::{NOW, decide, door, link, run, sign_in};

const UUID: &str = "b2a6c1de-1a3b-4c7f-9d57-1d7a3c2e9a01";

/// Somebody signs up with this username and these attributes.
fn signs_up_by(
    world: &World,
    process: &Arc<Process>,
    username: &str,
    attributes: &[(&str, &str)],
) -> Result<(), Barred> {
    let attributes: Attributes =
        attributes.iter().map(|(name, value)| (attribute(name), Value::new(*value))).collect();
    run(door(world, process, NOW).sign_up(&SignUp { username: Some(name(username)), attributes }))
}

fn signs_up(world: &World, username: &str, attributes: &[(&str, &str)]) -> bool {
    match signs_up_by(world, &healthy(), username, attributes) {
        Ok(()) => true,
        Err(Barred::Held) => false,
        Err(Barred::NotNow(why)) => panic!("{why}"),
    }
}

#[test]
fn the_address_of_a_user_of_the_old_pool_cannot_be_taken_before_and_the_person_still_comes_in() {
    let world = jane("");
    assert!(!signs_up(&world, UUID, &[("email", JANE)]));
    assert!(!signs_up(&world, UUID, &[("email", "Jane@Example.com")]), "nor in other letters");
    assert!(!signs_up(&world, JANE, &[]), "nor where the pool shows it as the username");
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    assert!(!signs_up(&world, UUID, &[("email", JANE)]), "nor afterwards");
    sign_in(&world, "jane-sub");
    assert!(!signs_up(&world, UUID, &[("email", JANE)]));
}

#[test]
fn everybody_else_signs_up() {
    let world = jane("");
    assert!(signs_up(&world, UUID, &[("email", "new@example.com"), ("name", "Jane")]));
    world.old.put(person("joe-sub", "joe", &[("email", "joe@example.com"), ("phone_number", "+15550100")]));
    assert!(
        signs_up(&world, UUID, &[("email", "joe@example.com")]),
        "an address that nobody proved keeps nobody out"
    );
    let shared = [("email", "new@example.com"), ("phone_number", "+15550100")];
    assert!(signs_up(&world, UUID, &shared), "numbers are no names in the new pool");
    let never = person("sue-sub", "sue@example.com", &[]);
    world.old.put(Person { status: Status::Unconfirmed, ..never });
    assert!(signs_up(&world, UUID, &[("email", "sue@example.com")]), "who never confirmed will not come");
    let world = jane("[users]\nleave_out_groups = [\"staff\"]");
    assert!(signs_up(&world, UUID, &[("email", JANE)]), "who is left out will not come");
}

#[test]
fn whom_a_person_leaves_out_holds_no_name() {
    let world = jane("");
    world.new.put(person("n-9", "n-9", &[("email", JANE), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    assert!(!signs_up(&world, UUID, &[("email", JANE)]));
    decide(&world, "jane-sub", Subject::User, Decision::LeaveOut).expect("processed");
    assert!(signs_up(&world, UUID, &[("email", JANE)]));
}

#[test]
fn usernames_and_aliases_are_kept_too_and_contacts_only_where_they_are_names() {
    let world = World::new(alias_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    for taken in
        [("jane", "x@example.com"), ("other", JANE), ("JANE", "x@example.com"), ("jane-sub", "x@example.com")]
    {
        assert!(!signs_up(&world, taken.0, &[("email", taken.1)]), "{}", taken.0);
    }
    assert!(signs_up(&world, "other", &[("email", "x@example.com")]));
    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New")).with_jane();
    assert!(signs_up(&world, "other", &[("email", JANE)]), "families share addresses");
    assert!(!signs_up(&world, "jane", &[]));
}

/// An old pool that tells upper from lower case, and a new one that does not.
fn folding(old: PoolShape, new: PoolShape, jane: Person) -> World {
    let world = World::new(PoolShape { case_sensitive: true, ..old }, new);
    world.old.give_password(&jane.sub, PASSWORD);
    world.old.put(jane);
    world
}

#[test]
fn another_spelling_of_an_old_name_is_the_same_name_where_the_new_pool_does_not_tell_case_apart() {
    const TYPED: &str = "JANE@example.com";
    let named = |name| person("jane-sub", name, &[("email", JANE), ("email_verified", "true")]);
    let address = || named("jane");
    let by_email = || email_pool("eu-west-1_New");
    let worlds = [
        folding(username_pool(OLD_POOL), by_email(), named(JANE)),
        folding(username_pool(OLD_POOL), by_email(), address()),
        folding(alias_pool(OLD_POOL), by_email(), address()),
        folding(email_pool(OLD_POOL), by_email(), named("jane-sub")),
        // The list knows it as it was typed, the pool by no name in small letters.
        folding(alias_pool(OLD_POOL), by_email(), {
            person("jane-sub", "jane", &[("email", TYPED), ("email_verified", "true")])
        }),
        folding(username_pool(OLD_POOL), alias_pool("eu-west-1_New"), address()),
    ];
    for (case, world) in worlds.into_iter().enumerate() {
        assert!(!signs_up(&world, UUID, &[("email", TYPED)]), "{case}");
        assert!(signs_up(&world, UUID, &[("email", "NEW@example.com")]), "{case}");
        assert_eq!(signs_in(&world, TYPED, "wrong"), Seen::Wrong, "{case}");
        assert_eq!(signs_in(&world, TYPED, PASSWORD), Seen::In, "{case}");
    }
    let world = folding(username_pool(OLD_POOL), username_pool("eu-west-1_New"), address());
    assert!(!signs_up(&world, "JANE", &[]) && signs_up(&world, "JOAN", &[]));
    assert_eq!(signs_in(&world, "JANE", PASSWORD), Seen::In);
}

#[test]
fn of_two_old_users_whose_names_differ_by_case_each_comes_in_by_the_exact_one_alone() {
    let jane = |sub, name| person(sub, name, &[]);
    let world = folding(username_pool(OLD_POOL), username_pool("eu-west-1_New"), jane("jane-sub", "jane"));
    world.old.put(jane("Jane-sub", "Jane"));
    assert!(
        !signs_up(&world, "jane", &[]) && !signs_up(&world, "Jane", &[]) && !signs_up(&world, "JANE", &[])
    );
    // The other one's password is nobody's business.
    assert_eq!(signs_in(&world, "Jane", PASSWORD), Seen::Wrong);
    assert_eq!(signs_in(&world, "jane", PASSWORD), Seen::In);
}

#[test]
fn a_marker_lets_its_own_user_pass_and_nobody_else() {
    let world = jane("");
    let marker = |sub: &str| {
        let sub = OldSub::parse(sub).expect("a sub");
        let value = Marker::of(&attribute(MARKER), &world.old.shape().id, &sub, &key()).value;
        value.reveal().to_owned()
    };
    world.old.put(person("mallory-sub", "mallory", &[]));
    assert!(signs_up(&world, UUID, &[("email", JANE), (MARKER, &marker("jane-sub"))]));
    assert!(!signs_up(&world, UUID, &[("email", JANE), (MARKER, &marker("mallory-sub"))]));
    assert!(!signs_up(&world, UUID, &[("email", JANE), (MARKER, "jane-sub.AAAAAAAAAAAAAAAAAAAAAA")]));
}

#[test]
fn while_the_old_pool_does_not_answer_nobody_signs_up() {
    for operation in ["AdminGetUser", "ListUsers"] {
        for class in [Class::Throttled, Class::Unavailable, Class::Denied, Class::Rejected] {
            let process = Process::healthy();
            process.fail_all(operation, class);
            let barred = signs_up_by(&jane(""), &Arc::new(process), UUID, &[("email", "new@example.com")]);
            assert!(matches!(barred, Err(Barred::NotNow(_))), "{operation} {class:?}: {barred:?}");
        }
    }
    let world = jane("");
    world.old.remove(&Sub::parse("jane-sub").expect("a sub"));
    assert!(signs_up(&world, UUID, &[("email", JANE)]), "who is gone holds nothing");
}

#[test]
fn once_the_old_pool_is_left_it_keeps_nobody_out_even_if_it_is_gone() {
    let world = jane("");
    step(&world, &all());
    step(&world, &Step::Complete);
    let gone = healthy();
    gone.fail_all("DescribeUserPool", Class::Rejected);
    let address = [("email", JANE)];
    assert!(matches!(signs_up_by(&world, &gone, UUID, &address), Ok(())));
    let refused = run(door(&world, &gone, NOW).sign_in(&name(JANE), &Password::new(PASSWORD)));
    assert!(matches!(refused, Err(NotAdmitted::No(No::Nobody))), "{refused:?}");
}

#[test]
fn who_deleted_the_account_in_the_new_pool_may_sign_up_again() {
    let world = jane("");
    sign_in(&world, "jane-sub");
    assert!(!signs_up(&world, UUID, &[("email", JANE)]));
    let mut buried = link(&world, "jane-sub");
    let new_sub = buried.counterpart().cloned();
    buried.state = LinkState::Tombstone { new_sub, by: Pool::New, left: Left::Disabled, since: NOW };
    run(world.links.write(&buried)).expect("written");
    assert!(signs_up(&world, UUID, &[("email", JANE)]));
}
