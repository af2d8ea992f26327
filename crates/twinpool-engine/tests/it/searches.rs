//! What anybody at the door can make the old pool do, who has no account anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twinpool_core::id::Timestamp;
use twinpool_core::password::Password;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::Clock;
use twinpool_core::value::Value;
use twinpool_engine::{Barred, Gate, GateWired, NotAdmitted, NotNow, SignUp};
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, email_pool, username_pool};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

use crate::first_sign_ins::{JANE, PASSWORD, jane, name};
use crate::support::{NOW, run, terms};

const UUID: &str = "b2a6c1de-1a3b-4c7f-9d57-1d7a3c2e9a01";

/// A clock that a test sets.
#[derive(Debug, Default, Clone)]
struct Hand(Arc<AtomicU64>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(NOW.0 + self.0.load(Ordering::Relaxed))
    }
}

struct Bench {
    old: Arc<Process>,
    hand: Hand,
    door: Gate<GateWired<PoolHandle, PoolHandle, MemoryLinks, Hand>>,
}

fn bench(world: &World) -> Bench {
    let (old, own) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
    let hand = Hand::default();
    let ports = GateWired {
        old: world.old.called_by(&old),
        new_pool: world.new.called_by(&own),
        table: world.links.seen_by(&own),
        clock: hand.clone(),
    };
    Bench { old, hand, door: Gate::new(ports, terms(world)) }
}

impl Bench {
    fn signs_up(&self, username: &str, email: &str) -> Result<(), Barred> {
        let attributes = [(attribute("email"), Value::new(email))].into();
        run(self.door.sign_up(&SignUp { username: Some(name(username)), attributes }))
    }

    fn signs_in(&self, typed: &str, password: &str) -> Result<(), NotAdmitted> {
        run(self.door.sign_in(&name(typed), &Password::new(password))).map(drop)
    }
}

#[test]
fn a_junk_name_costs_the_old_pool_a_read_and_a_search_only_where_it_looks_like_a_contact() {
    let one = ["AdminGetUser"].as_slice();
    let searched = ["AdminGetUser", "ListUsers"].as_slice();
    // The list may know it in other letters.
    let twice = ["AdminGetUser", "ListUsers", "ListUsers"].as_slice();
    for (typed, expected) in [
        ("junk", one),
        ("@", one),
        ("junk@", one),
        ("+", one),
        ("+junk", one),
        ("+4917012345678901234", one),
        // No name in the new pool.
        ("+491701234567", one),
        ("junk@example.com", searched),
        ("Junk@example.com", twice),
    ] {
        let at = bench(&jane(""));
        assert!(matches!(at.signs_in(typed, PASSWORD), Err(NotAdmitted::No(_))), "{typed}");
        assert_eq!(at.old.calls(), expected, "{typed}");
        let at = bench(&jane(""));
        assert!(at.signs_up(UUID, typed).is_ok(), "{typed}");
        assert_eq!(at.old.calls(), expected, "{typed}: the username that the pool made up is not looked up");
    }
    // The old pool finds its own names itself.
    let world = World::new(alias_pool(OLD_POOL), email_pool("eu-west-1_New")).with_jane();
    let at = bench(&world);
    assert!(at.signs_up(UUID, "junk@example.com").is_ok());
    assert_eq!(at.old.calls(), one);
}

#[test]
fn no_second_spelling_is_searched_once_somebody_is_found() {
    let world = jane("");
    world.old.edit(&world.old.person("jane-sub").expect("jane").sub, |jane| {
        jane.attributes.insert(attribute("email"), Value::new("Jane@example.com"));
    });
    let at = bench(&world);
    assert!(at.signs_in("Jane@example.com", PASSWORD).is_ok());
    assert_eq!(at.old.calls().iter().filter(|call| **call == "ListUsers").count(), 1);
}

#[test]
fn groups_and_factors_of_whoever_holds_a_name_are_read_where_they_decide_and_not_else() {
    let rich = |world: World| {
        let old = PoolShape { passkeys: true, devices: true, ..username_pool(OLD_POOL) };
        let moved = World { rules: world.rules, ..World::new(old, username_pool("eu-west-1_New")) };
        moved.with_jane()
    };
    let at = bench(&rich(jane("")));
    assert!(matches!(at.signs_up("jane", "x@example.com"), Err(Barred::Held)));
    assert_eq!(at.old.calls(), ["AdminGetUser"]);
    let at = bench(&rich(jane("[users]\nleave_out_groups = [\"staff\"]")));
    assert!(at.signs_up("jane", "x@example.com").is_ok(), "who is left out will not come");
    assert_eq!(at.old.calls(), ["AdminGetUser", "AdminListGroupsForUser"]);
}

#[test]
fn beyond_a_few_searches_a_second_everybody_may_try_later_and_nobody_slips_through() {
    let at = bench(&jane(""));
    for who in 0..5 {
        assert!(at.signs_up(UUID, &format!("junk{who}@example.com")).is_ok());
    }
    let searches = || at.old.calls().iter().filter(|call| **call == "ListUsers").count();
    for _ in 0..3 {
        let barred = at.signs_up(UUID, JANE);
        assert!(matches!(barred, Err(Barred::NotNow(NotNow::TooManySearches))), "{barred:?}");
        let refused = at.signs_in(JANE, PASSWORD);
        assert!(matches!(refused, Err(NotAdmitted::NotNow(NotNow::TooManySearches))), "{refused:?}");
    }
    assert_eq!(searches(), 5);
    at.hand.0.store(500, Ordering::Relaxed);
    assert!(at.signs_in(JANE, PASSWORD).is_ok(), "two a second");
    assert!(at.signs_up(UUID, JANE).is_err());
    assert_eq!(searches(), 6);
}
