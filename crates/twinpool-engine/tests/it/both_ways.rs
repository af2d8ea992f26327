//! A pair while people use both pools.

mod crashes;
mod cut_short;
mod echoes;
mod races;
pub(crate) mod world;

use std::sync::Arc;

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::Pool;
use twinpool_core::phase::Step;
use twinpool_core::snapshot::Status;
use twinpool_engine::{Disposition, Kind, SyncError, disposition};
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, event_of, group, person, username_pool};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::support::{NOW, SIGN_IN, assert_in_step, audited, engine, engine_both_ways, link, run};
use world::{Jane, LATER, in_canary, jane_in, new_sub, set, step, told};

fn name() -> Subject {
    Subject::Attribute(attribute("name"))
}

#[test]
fn a_change_in_the_new_pool_reaches_the_old_one_and_an_unchanged_token_then_calls_no_pool() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    let token = event_of(&world.new, jane.as_str(), SIGN_IN);
    let outcome = told(&world, &token);
    assert_eq!((outcome.kind, outcome.operations), (Kind::Updated, 1));
    assert_eq!(jane_in(&world.old).value("name"), Some("Joan"));
    assert_in_step(&world, "jane-sub");
    let process = Arc::new(Process::healthy());
    let again = run(engine_both_ways(&world, &process, NOW).sync_user(&token, 1)).expect("processed");
    assert_eq!((again.kind, process.calls()), (Kind::Unchanged, vec!["GetItem", "GetItem"]));
}

#[test]
fn a_token_of_the_new_pool_gives_it_the_say_in_this_round_and_a_rollback_takes_it_back() {
    let world = in_canary();
    let jane = new_sub(&world);
    let conflict = |old: &str, new: &str| {
        world.old.edit(&jane_in(&world.old).sub, |jane| set(jane, "name", old));
        world.new.edit(&jane, |jane| set(jane, "name", new));
        let outcome = told(&world, &audited("AdminUpdateUserAttributes", "jane-sub"));
        assert_eq!(outcome.overruled, [name()].into());
        assert_in_step(&world, "jane-sub");
        jane_in(&world.old).value("name").map(str::to_owned)
    };
    assert_eq!(conflict("a", "b").as_deref(), Some("a"), "nobody has moved yet");
    told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN));
    assert_eq!(conflict("c", "d").as_deref(), Some("d"));
    step(&world, &Step::Rollback);
    assert_eq!(conflict("e", "f").as_deref(), Some("e"));
    told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN));
    assert_eq!(conflict("g", "h").as_deref(), Some("g"), "after a rollback no token moves anybody");
    let lost: Vec<_> = link(&world, "jane-sub").reverse.overruled.iter().map(|lost| lost.pool).collect();
    assert_eq!(lost, [Pool::New, Pool::Old, Pool::New, Pool::New]);
    let told: Vec<_> = link(&world, "jane-sub").history.entries().map(|entry| entry.did.clone()).collect();
    assert!(told.iter().any(|did| did.contains("in the old pool: set name")), "{told:?}");
    assert!(told.iter().any(|did| did.contains("overruled in the old pool: attribute name")), "{told:?}");
}

#[test]
fn changes_in_both_pools_at_once_both_arrive() {
    let world = in_canary();
    world.old.edit(&jane_in(&world.old).sub, |jane| {
        set(jane, "name", "Joan");
        jane.enabled = false;
    });
    world.new.put_group(twinpool_core::group::GroupDefinition {
        name: group("admins"),
        description: Some("Those who may".to_owned()),
        precedence: Some(1),
    });
    world.new.edit(&new_sub(&world), |jane| {
        set(jane, "nickname", "JJ");
        jane.attributes.remove(&attribute("custom:tenant"));
        jane.groups = [group("admins")].into();
    });
    let outcome = told(&world, &audited("AdminDisableUser", "jane-sub"));
    assert!(outcome.overruled.is_empty() && outcome.held_back.is_empty());
    let jane = jane_in(&world.old);
    assert_eq!((jane.value("name"), jane.value("nickname")), (Some("Joan"), Some("JJ")));
    assert_eq!((jane.value("custom:tenant"), jane.enabled), (None, false));
    assert_eq!(jane.groups, [group("admins")].into());
    let made = world.old.group(&group("admins")).expect("the group is made in the old pool");
    assert_eq!(made.description.as_deref(), Some("Those who may"));
    assert_in_step(&world, "jane-sub");
}

#[test]
fn the_audit_trail_may_name_a_user_of_the_new_pool_and_no_pool() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    assert_eq!(told(&world, &audited("AdminUpdateUserAttributes", jane.as_str())).kind, Kind::Updated);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn before_people_use_both_pools_the_new_one_s_changes_go_nowhere() {
    let world = World::username_to_email().with_jane();
    crate::support::sign_in(&world, "jane-sub");
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    assert_eq!(told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN)).kind, Kind::Identified);
    assert_eq!(told(&world, &audited("AdminUpdateUserAttributes", jane.as_str())).kind, Kind::Unknown);
    assert_eq!(jane_in(&world.old).value("name"), Some("Jane"));
}

#[test]
fn nothing_is_written_where_the_old_pool_may_not_be_written() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    world.old.put(Person { groups: [].into(), ..person("kim-sub", "kim", &[("name", "Kim")]) });
    let before = (world.old.people(), world.new.people(), world.links.all());
    let event = event_of(&world.new, jane.as_str(), SIGN_IN);
    let kim = event_of(&world.old, "kim-sub", SIGN_IN);
    for event in [event, kim, audited("AdminUpdateUserAttributes", "jane-sub")] {
        let process = Arc::new(Process::healthy());
        let problem = run(engine(&world, &process).sync_user(&event, 1)).expect_err("not allowed");
        assert_eq!(problem, SyncError::NoWayBack);
        assert!(
            matches!(disposition(&problem, 1), Disposition::Park(remedy) if remedy.contains("ReverseSync"))
        );
    }
    assert_eq!((world.old.people(), world.new.people(), world.links.all()), before);
}

#[test]
fn nothing_follows_once_the_move_is_complete() {
    let world = in_canary();
    step(&world, &world::all());
    step(&world, &Step::Complete);
    world.old.edit(&jane_in(&world.old).sub, |jane| set(jane, "name", "Joan"));
    assert_eq!(told(&world, &event_of(&world.old, "jane-sub", SIGN_IN)).kind, Kind::Over);
    assert_eq!(jane_in(&world.new).value("name"), Some("Jane"));
}

#[test]
fn a_name_that_somebody_else_has_in_the_old_pool_is_not_taken_and_goes_back_once_it_is_free() {
    let world = World::new(alias_pool(OLD_POOL), alias_pool("eu-west-1_New"));
    let world = world::canary_of(world.with_jane());
    let kim = [("email", "kim@example.com"), ("email_verified", "true")];
    world.old.put(person("kim-sub", "kim", &kim));
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "email", "kim@example.com"));
    let event = event_of(&world.new, jane.as_str(), SIGN_IN);
    let taken = HeldBack { subject: Subject::Attribute(attribute("email")), reason: Reason::Taken };
    assert_eq!(told(&world, &event).held_back, [taken]);
    assert_eq!(link(&world, "jane-sub").reverse.held_back, told(&world, &event).held_back);
    let kim = world.old.person("kim-sub").expect("kim");
    assert_eq!((kim.value("email"), kim.value("email_verified")), (Some("kim@example.com"), Some("true")));
    assert_eq!(jane_in(&world.new).value("email"), Some("kim@example.com"), "and stays in the new pool");
    world.old.remove(&kim.sub);
    told(&world, &event);
    assert_eq!(jane_in(&world.old).value("email"), Some("kim@example.com"));
    assert_eq!(link(&world, "jane-sub").reverse.held_back, []);
}

#[test]
fn an_unverified_address_goes_back_only_where_it_messages_nobody() {
    let world = in_canary();
    world.old.verify_from_now_on(twinpool_core::attribute::Contact::Email);
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| {
        set(jane, "email", "joan@example.com");
        set(jane, "email_verified", "false");
    });
    let event = event_of(&world.new, jane.as_str(), SIGN_IN);
    let held = HeldBack { subject: Subject::Attribute(attribute("email")), reason: Reason::WouldMessage };
    assert_eq!(told(&world, &event).held_back, [held]);
    assert_eq!(jane_in(&world.old).value("email"), Some("jane@example.com"));
    world.new.edit(&jane, |jane| set(jane, "email_verified", "true"));
    assert!(told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN)).held_back.is_empty());
    assert_in_step(&world, "jane-sub");
    assert_eq!(jane_in(&world.old).messages, 0);
}

#[test]
fn a_change_without_a_way_back_is_listed_and_its_tokens_call_no_pool() {
    let world = world::canary_of(
        World::username_to_email().with_jane().under("[attributes]\n\"custom:born\" = { constant = \"x\" }"),
    );
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "custom:born", "y"));
    let token = event_of(&world.new, jane.as_str(), SIGN_IN);
    told(&world, &token);
    let held = HeldBack { subject: Subject::Attribute(attribute("custom:born")), reason: Reason::NoWayBack };
    assert_eq!(link(&world, "jane-sub").reverse.held_back, [held]);
    assert_eq!(told(&world, &token).kind, Kind::Unchanged);
    told(&world, &audited("AdminUpdateUserAttributes", "jane-sub"));
    assert_eq!(jane_in(&world.new).value("custom:born"), Some("y"), "later looks leave it too");
}

#[test]
fn an_old_user_who_never_signed_in_gets_a_password_only_once_the_new_pool_has_the_say() {
    let world = in_canary();
    let old = jane_in(&world.old).sub;
    world.old.edit(&old, |jane| jane.status = Status::ForceChangePassword);
    told(&world, &audited("AdminUpdateUserAttributes", "jane-sub"));
    assert_eq!(jane_in(&world.old).status, Status::ForceChangePassword, "the invitation still works");
    run(world.links.note(&old, Mark::Chosen, NOW)).expect("noted");
    told(&world, &event_of(&world.new, new_sub(&world).as_str(), SIGN_IN));
    assert_eq!(jane_in(&world.old).status, Status::Confirmed, "and can be reset after a rollback");
}

#[test]
fn an_attribute_that_tokens_of_the_new_pool_leave_out_costs_one_look() {
    let world = in_canary();
    let mut token = event_of(&world.new, new_sub(&world).as_str(), SIGN_IN);
    token.at = NOW;
    token.attributes.retain(|name, _| name.as_str() != "custom:tenant");
    told(&world, &token);
    assert_eq!(told(&world, &token).kind, Kind::Unchanged);
    assert_eq!(jane_in(&world.old).value("custom:tenant"), Some("acme"), "absence is not deletion");
}

#[test]
fn whoever_finds_somebody_at_work_comes_later_and_takes_over_once_the_lease_is_over() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    let event = event_of(&world.new, jane.as_str(), SIGN_IN);
    // Dies at its write to the pool.
    let calls = world::calls_until(&world, &event, "AdminUpdateUserAttributes");
    let dying = Arc::new(Process::dying_at(calls, Moment::After));
    drop(run(engine_both_ways(&world, &dying, NOW).sync_user(&event, 1)));
    assert!(dying.is_dead() && link(&world, "jane-sub").reverse.work.is_some());
    let other = Arc::new(Process::healthy());
    let now = run(engine_both_ways(&world, &other, NOW).sync_user(&event, 2));
    assert_eq!(now, Err(SyncError::AtWork));
    let later = run(engine_both_ways(&world, &other, LATER).sync_user(&event, 3)).expect("taken over");
    assert!(later.overruled.is_empty());
    assert_in_step(&world, "jane-sub");
    assert_eq!(link(&world, "jane-sub").reverse.work, None);
}

#[test]
fn what_the_pool_refuses_to_do_now_is_left_to_the_next_delivery_at_once() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| set(jane, "name", "Joan"));
    let event = event_of(&world.new, jane.as_str(), SIGN_IN);
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminUpdateUserAttributes", twinpool_core::port::Class::Throttled);
    assert!(run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1)).is_err());
    assert!(
        run(engine_both_ways(&world, &process, NOW).sync_user(&event, 2)).is_ok(),
        "no lease to wait for"
    );
    assert_in_step(&world, "jane-sub");
}

#[test]
fn whoever_was_too_slow_reads_again_before_writing() {
    let world = in_canary();
    let Jane { old, new } = world::jane(&world);
    world.new.edit(&new, |jane| set(jane, "name", "Joan"));
    world.old.edit(&old, |jane| set(jane, "nickname", "JJ"));
    let event = audited("AdminUpdateUserAttributes", "jane-sub");
    let result = world::slowed_down_after_the_announcement(&world, &event, (0, 31_000), || {
        world.new.edit(&new, |jane| set(jane, "name", "Jo"));
        world.old.edit(&old, |jane| set(jane, "nickname", "J"));
    });
    assert_eq!(result.map(|outcome| outcome.overruled), Ok([].into()));
    assert_in_step(&world, "jane-sub");
    let jane = jane_in(&world.old);
    assert_eq!((jane.value("name"), jane.value("nickname")), (Some("Jo"), Some("J")));
}

#[test]
fn a_user_who_has_a_name_and_nothing_else_travels_both_ways_too() {
    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New"));
    world.old.put(person("jane-sub", "jane", &[]));
    let world = world::canary_of(world);
    let jane = new_sub(&world);
    told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN));
    world.new.edit(&jane, |jane| jane.enabled = false);
    let mut disabled = audited("AdminDisableUser", jane.as_str());
    disabled.pool = world.new.shape().id.clone();
    told(&world, &disabled);
    assert_eq!([&world.old, &world.new].map(|pool| jane_in(pool).enabled), [false; 2]);
}
