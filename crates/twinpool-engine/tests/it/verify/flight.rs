//! Changes while somebody looks.

use twinpool_core::id::{OldSub, Sub, Timestamp};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::port::LinkStore as _;
use twinpool_core::value::Value;
use twinpool_engine::{Looking, Step, Verdict};
use twinpool_testkit::world::{attribute, person};
use twinpool_testkit::{Person, World};

use super::{Watcher, quick, watched};
use crate::support::{NOW, only, run, sign_in};

const JANE: &str = "jane-sub";

fn jane() -> Sub {
    Sub::parse(JANE).expect("a sub")
}

fn world() -> World {
    let world = World::username_to_email().with_jane();
    sign_in(&world, JANE);
    world
}

fn rename(world: &World, name: &str) {
    world.old.edit(&jane(), |old| drop(old.attributes.insert(attribute("name"), Value::new(name))));
}

#[test]
fn who_changes_between_the_walks_and_follows_is_equal() {
    let world = world();
    let watcher = Watcher::new(|step| match step {
        Step::New => rename(&world, "Jean"),
        Step::Look(1) => drop(sign_in(&world, JANE)),
        _ => {}
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!(found.said(JANE), "equal");
    assert!(found.of(JANE).looked);
}

#[test]
fn who_goes_on_changing_is_in_flight() {
    let world = world();
    let mut number = 0;
    let watcher = Watcher::new(|step| {
        if matches!(step, Step::New | Step::Look(_)) {
            number += 1;
            rename(&world, &format!("Jane {number}"));
        }
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!(found.said(JANE), "in_flight: attribute name differs");
    assert!(!found.summary.is_explained());
}

#[test]
fn what_stays_as_it_is_between_two_looks_is_a_difference() {
    let world = world();
    let watcher = Watcher::new(|step| {
        if step == Step::New {
            rename(&world, "Jean");
        }
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!(found.said(JANE), "differs: attribute name differs");
}

#[test]
fn a_user_deleted_from_both_pools_meanwhile_is_nobody() {
    let world = world();
    let watcher = Watcher::new(|step| {
        if step == Step::New && world.old.person(JANE).is_some() {
            world.old.remove(&jane());
            world.new.remove(&only(&world).sub);
        }
    });
    // Deleted while the old pool's list was still to be walked.
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert!(found.rows.is_empty(), "{:?}", found.rows);
}

#[test]
fn a_user_deleted_and_buried_meanwhile_is_no_difference() {
    let world = world();
    let watcher = Watcher::new(|step| match step {
        Step::New if world.old.person(JANE).is_some() => world.old.remove(&jane()),
        Step::Look(1) => {
            crate::support::tell(&world, "AdminDeleteUser", JANE);
        }
        _ => {}
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!(found.said(JANE), "held_back: user deleted");
}

#[test]
fn a_user_made_and_mirrored_meanwhile_has_one_row() {
    let world = world();
    let joe = person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]);
    let mut steps = 0;
    let watcher = Watcher::new(|step| {
        steps += 1;
        // After the walk over the table: neither pool's list knows the other side.
        if step == Step::OldGroups && world.old.person("joe-sub").is_none() {
            world.old.put(joe.clone());
            sign_in(&world, "joe-sub");
        }
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!((found.said(JANE), found.said("joe-sub")), ("equal".to_owned(), "equal".to_owned()));
    assert_eq!(found.rows.len(), 2);
}

#[test]
fn who_is_just_being_made_is_in_flight_and_is_missing_when_it_takes_too_long() {
    for (since, expected) in
        [(NOW, "in_flight: user being_made"), (Timestamp(0), "only_in_old: user being_made")]
    {
        let world = World::username_to_email();
        let joe = person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]);
        world.old.put(joe);
        let sub = OldSub::parse("joe-sub").expect("a sub");
        let link = Link::intent(&sub, Names::default(), since);
        assert!(matches!(link.state, LinkState::Pending { .. }));
        run(world.links.write(&link)).expect("written");
        let found = watched(&world, &quick(), &Watcher::new(|_| {})).expect("the run ends");
        assert_eq!(found.said("joe-sub"), expected);
    }
}

/// Three differences, one of them moving; and how many users are read.
fn three() -> World {
    let world = world();
    for name in ["joe", "jim"] {
        let email = format!("{name}@example.com");
        let user = person(
            &format!("{name}-sub"),
            name,
            &[("email", &email), ("email_verified", "true"), ("name", name)],
        );
        world.old.put(user);
        sign_in(&world, &format!("{name}-sub"));
    }
    let people: Vec<Person> = world.new.people();
    for one in people {
        world.new.edit(&one.sub, |new| drop(new.attributes.remove(&attribute("name"))));
    }
    world
}

fn users_read(calls: &[&'static str]) -> usize {
    calls.iter().filter(|call| **call == "AdminGetUser").count()
}

#[test]
fn a_run_that_was_interrupted_reads_nobody_twice() {
    let world = three();
    let mut first = Watcher::new(|_| {});
    first.full_after = 2;
    let ended = watched(&world, &quick(), &first);
    assert!(ended.is_err(), "no room for more rows");
    let earlier = first.rows();
    assert!(earlier.iter().all(|row| row.looked && row.verdict == Verdict::Differs));
    let second =
        watched(&world, &Looking { earlier, ..quick() }, &Watcher::new(|_| {})).expect("the run ends");
    assert_eq!(second.counted(), [("differs", 3)]);
    // One user in two pools, and again.
    assert_eq!(users_read(&second.calls), 4);
    let whole = watched(&world, &quick(), &Watcher::new(|_| {})).expect("the run ends");
    assert_eq!((whole.counted(), users_read(&whole.calls)), (second.counted(), 12));
}

#[test]
fn no_more_users_are_read_than_is_allowed_and_the_rest_is_said_to_be_unread() {
    let world = three();
    let looking = Looking { most_looks: Some(1), ..quick() };
    let found = watched(&world, &looking, &Watcher::new(|_| {})).expect("the run ends");
    assert_eq!((found.counted(), found.summary.unlooked), (vec![("differs", 3)], 2));
    assert_eq!(users_read(&found.calls), 4);
    assert_eq!(found.rows.iter().filter(|row| row.looked).count(), 1);
}
