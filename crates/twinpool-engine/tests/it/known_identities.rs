//! Whose identities are whose, for whoever comes to the new pool with one; and users who were born there.

use std::collections::BTreeMap;
use std::sync::Arc;

use twinpool_core::account::{IdReader as _, IdStore as _};
use twinpool_core::decision::Decision;
use twinpool_core::digest::Digest;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::link::LinkState;
use twinpool_core::snapshot::{Identity, Status};
use twinpool_engine::Kind;
use twinpool_testkit::world::{event_of, key, person};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::federated::{LINK, gina, identity};
use crate::support::{SIGN_IN, asked, calls_of_sign_in, decide, deliver, engine, link, run, sign_in, tell};

fn world(rules: &str) -> World {
    let world = World::username_to_email().under(rules);
    world.old.put(gina());
    world
}

/// The owners that the table should know.
fn owners(all: &[(Identity, &str)]) -> BTreeMap<Digest, OldSub> {
    let one = |(identity, sub): &(Identity, &str)| {
        (key().any_identity(identity), OldSub::parse(*sub).expect("a sub"))
    };
    all.iter().map(one).collect()
}

fn new(sub: &str) -> NewSub {
    NewSub::parse(sub).expect("a sub")
}

#[test]
fn the_identities_of_a_pair_are_noted_once_in_the_old_pool_s_names() {
    let world = world(LINK);
    sign_in(&world, "g-sub");
    assert_eq!(world.links.identities(), owners(&[(identity("Google", "117"), "g-sub")]));
    assert_eq!(calls_of_sign_in(&world, "g-sub"), ["GetItem"], "no token costs a note");

    let sub = gina().sub;
    world.old.edit(&sub, |gina| drop(gina.identities.insert(identity("Okta", "x"))));
    tell(&world, "AdminLinkProviderForUser", "g-sub");
    let both = owners(&[(identity("Google", "117"), "g-sub"), (identity("Okta", "x"), "g-sub")]);
    assert_eq!(world.links.identities(), both);
}

#[test]
fn who_waits_for_the_first_sign_in_to_the_new_pool_is_known_by_the_identity() {
    let world = world("");
    assert_eq!(sign_in(&world, "g-sub").held_back[0].reason, Reason::Federated);
    assert_eq!(world.links.identities(), owners(&[(identity("Google", "117"), "g-sub")]));
    assert!(!calls_of_sign_in(&world, "g-sub").contains(&"PutItem"), "no token costs a note");
}

#[test]
fn only_who_has_an_identity_costs_a_note() {
    let notes = |identities: &[Identity]| {
        let world = World::username_to_email().with_jane();
        let jane = world.old.person("jane-sub").expect("jane").sub;
        world.old.edit(&jane, |jane| jane.identities = identities.iter().cloned().collect());
        let calls = calls_of_sign_in(&world, "jane-sub");
        calls.into_iter().filter(|call| *call == "PutItem").count()
    };
    assert_eq!(notes(&[identity("Okta", "x")]), notes(&[]) + 1);
}

#[test]
fn a_process_killed_at_any_call_leaves_no_identity_unknown() {
    for rules in [LINK, ""] {
        for moment in [Moment::Before, Moment::After] {
            for call in 0.. {
                let world = world(rules);
                let event = event_of(&world.old, "g-sub", SIGN_IN);
                let process = Arc::new(Process::dying_at(call, moment));
                let first = run(engine(&world, &process).sync_user(&event, 1));
                if !process.is_dead() {
                    assert!(call > 3, "the process made more than {call} calls");
                    break;
                }
                assert!(first.is_err());
                deliver(&world, &event, 2).unwrap_or_else(|error| panic!("call {call}, {moment:?}: {error}"));
                let known = owners(&[(identity("Google", "117"), "g-sub")]);
                assert_eq!(world.links.identities(), known, "call {call}, {moment:?}");
            }
        }
    }
}

#[test]
fn a_user_of_before_is_noted_when_an_operator_asks() {
    let world = world(LINK);
    sign_in(&world, "g-sub");
    let forgotten = World { links: twinpool_testkit::MemoryLinks::default(), ..world.clone() };
    let link = twinpool_core::link::Link { version: 0, ..link(&world, "g-sub") };
    run(twinpool_core::port::LinkStore::connect(&forgotten.links, &link, None)).expect("a pair");
    deliver(&forgotten, &asked("g-sub"), 1).expect("processed");
    assert_eq!(forgotten.links.identities(), owners(&[(identity("Google", "117"), "g-sub")]));
}

#[test]
fn a_user_born_in_the_new_pool_is_nobody_s_counterpart_whoever_says_so() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("n-9", "n-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    let born = UserId::parse("n-9").expect("a user id");
    run(world.links.assign(&new("n-9"), &born, None)).expect("an id");
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::Taken);
    let outcome = decide(&world, "jane-sub", Subject::User, Decision::LinkTo(new("n-9"))).expect("processed");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Taken));
    let LinkState::Conflict { holder, .. } = link(&world, "jane-sub").state else {
        panic!("a conflict");
    };
    assert_eq!(holder, Some(new("n-9")), "who has it is told");
    let all = run(world.links.accounts(&born)).expect("an answer").expect("the born user");
    assert_eq!((all.old.len(), all.new), (0, [new("n-9")].into()));
    assert!(world.links.back().is_empty());
}

#[test]
fn a_profile_that_has_the_id_already_becomes_the_pair() {
    let world = world("[federation.Google]\nprovider = \"GoogleNew\"");
    sign_in(&world, "g-sub");
    let profile = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    let identities = [identity("GoogleNew", "117")].into();
    world.new.put(Person { status: Status::ExternalProvider, identities, ..profile });
    // As the new pool's sign-in gives it.
    let gina = world.links.identities().into_values().next().expect("the owner");
    let given = run(world.links.assign(&new("n-9"), &UserId::from(&gina), Some(&gina)));
    assert_eq!(given, Ok(UserId::from(&gina)));
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Created);
    assert_eq!(link(&world, "g-sub").counterpart(), Some(&new("n-9")));
    let all = run(world.links.accounts(&UserId::from(&gina))).expect("an answer").expect("gina");
    assert_eq!((all.old, all.new), ([gina].into(), [new("n-9")].into()));
}
