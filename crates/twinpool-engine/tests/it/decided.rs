//! What people decide about conflicts, and what becomes of it.

use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::link::LinkState;
use twinpool_core::port::{DecisionStore as _, LinkStore as _};
use twinpool_core::snapshot::Factor;
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::World;
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, person, username_pool};

use crate::support::{asked, decide, deliver, link, only, run, sign_in};

fn edit(world: &World, sub: &str, name: &str, value: &str) {
    let user = world.old.person(sub).expect("a user");
    world.old.edit(&user.sub, |user| drop(user.attributes.insert(attribute(name), Value::new(value))));
}

fn email(name: &str) -> Subject {
    Subject::Attribute(attribute(name))
}

/// `Jane@` and `jane@`: two users in a pool that tells case apart, one name in the new pool.
fn twins() -> World {
    let mut old = username_pool(OLD_POOL);
    old.case_sensitive = true;
    let world = World::new(old, twinpool_testkit::world::email_pool("eu-west-1_New")).with_jane();
    world.old.put(person("twin-sub", "Jane", &[("email", "Jane@example.com"), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    world
}

#[test]
fn case_twins_are_told_and_the_first_keeps_the_name() {
    let world = twins();
    let outcome = sign_in(&world, "twin-sub");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Twin));
    let LinkState::Conflict { holder, .. } = link(&world, "twin-sub").state else {
        panic!("a conflict");
    };
    assert_eq!(holder.map(|sub| sub.to_string()), Some(only(&world).sub.to_string()));
    assert_eq!(only(&world).value("email"), Some("jane@example.com"));
}

#[test]
fn merged_twins_lead_to_one_user_and_the_other_s_profile_counts() {
    let world = twins();
    sign_in(&world, "twin-sub");
    let into = OldSub::parse("jane-sub").expect("a sub");
    let outcome =
        decide(&world, "twin-sub", Subject::User, Decision::MergeInto(into.clone())).expect("processed");
    assert_eq!(outcome.kind, Kind::Merged);
    assert!(matches!(link(&world, "twin-sub").state, LinkState::Merged { into: one, .. } if one == into));
    let before = link(&world, "twin-sub").version;
    assert_eq!(deliver(&world, &asked("twin-sub"), 1).expect("processed").kind, Kind::Merged);
    assert_eq!(link(&world, "twin-sub").version, before + 1, "an operator who asks again is answered");
    edit(&world, "twin-sub", "name", "Twin");
    assert_eq!(sign_in(&world, "twin-sub").kind, Kind::Merged);
    assert_eq!(only(&world).value("name"), Some("Jane"));
}

#[test]
fn a_merged_user_is_told_when_the_other_is_deleted() {
    let world = twins();
    sign_in(&world, "twin-sub");
    let into = OldSub::parse("jane-sub").expect("a sub");
    decide(&world, "twin-sub", Subject::User, Decision::MergeInto(into)).expect("processed");
    world.old.remove(&world.old.person("jane-sub").expect("jane").sub);
    crate::support::tell(&world, "AdminDeleteUser", "jane-sub");
    let outcome = sign_in(&world, "twin-sub");
    assert_eq!(
        (outcome.kind, outcome.held_back[0].reason),
        (Kind::Conflict, Reason::MergedGone),
        "and is told"
    );
}

#[test]
fn a_merge_that_is_taken_back_is_a_conflict_again() {
    let world = twins();
    sign_in(&world, "twin-sub");
    let into = OldSub::parse("jane-sub").expect("a sub");
    decide(&world, "twin-sub", Subject::User, Decision::MergeInto(into)).expect("processed");
    let merged = link(&world, "twin-sub");
    run(world.links.decide(&merged, &[].into())).expect("written");
    let outcome = deliver(&world, &asked("twin-sub"), 1).expect("processed");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Twin));
}

#[test]
fn a_factor_that_was_decided_about_is_not_told_any_more() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane-sub").expect("jane").sub;
    world.old.edit(&jane, |jane| jane.mfa.totp = true);
    let totp = Subject::Factor(Factor::Totp);
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::CannotMove);
    let outcome = decide(&world, "jane-sub", totp.clone(), Decision::LeaveOut).expect("processed");
    assert_eq!(outcome.held_back, [HeldBack { subject: totp, reason: Reason::LeftOut }]);
}

#[test]
fn nobody_is_merged_into_themselves_or_into_nobody() {
    let world = twins();
    sign_in(&world, "twin-sub");
    for into in ["twin-sub", "nobody"] {
        let into = OldSub::parse(into).expect("a sub");
        let outcome =
            decide(&world, "twin-sub", Subject::User, Decision::MergeInto(into)).expect("processed");
        assert_eq!(outcome.kind, Kind::Conflict);
    }
}

#[test]
fn a_person_can_say_that_a_stranger_is_the_one() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("n-9", "n-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::Taken);
    let new_sub = NewSub::parse("n-9").expect("a sub");
    let outcome = decide(&world, "jane-sub", Subject::User, Decision::LinkTo(new_sub)).expect("processed");
    assert_eq!(outcome.kind, Kind::Created);
    assert_eq!(only(&world).value("custom:tenant"), Some("acme"), "and the user follows");
    assert_eq!(link(&world, "jane-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
}

#[test]
fn a_user_who_is_somebody_s_already_cannot_be_said_to_be_another_s() {
    let world = twins();
    sign_in(&world, "twin-sub");
    let jane = NewSub::parse(only(&world).sub.as_str()).expect("a sub");
    let outcome = decide(&world, "twin-sub", Subject::User, Decision::LinkTo(jane)).expect("processed");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Twin));
    let missing = NewSub::parse("nobody").expect("a sub");
    let outcome = decide(&world, "twin-sub", Subject::User, Decision::LinkTo(missing)).expect("processed");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Missing));
}

fn alias_conflict() -> World {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    world.new.put(person("n-9", "joan", &[("email", "joan@example.com"), ("email_verified", "true")]));
    edit(&world, "jane-sub", "email", "joan@example.com");
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::Taken);
    world
}

#[test]
fn an_alias_moves_only_when_a_person_says_so() {
    let world = alias_conflict();
    let outcome = decide(&world, "jane-sub", email("email"), Decision::KeepOld).expect("processed");
    assert_eq!(outcome.held_back, []);
    assert_eq!(world.new.person("jane").expect("jane").value("email"), Some("joan@example.com"));
    assert_eq!(world.new.person("joan").expect("joan").value("email_verified"), Some("false"));
}

#[test]
fn what_is_decided_for_the_new_pool_stands_there_and_is_not_an_open_conflict() {
    let world = alias_conflict();
    let outcome = decide(&world, "jane-sub", email("email"), Decision::KeepNew).expect("processed");
    assert_eq!(outcome.held_back, [HeldBack { subject: email("email"), reason: Reason::NewWins }]);
    assert_eq!(world.new.person("jane").expect("jane").value("email"), Some("jane@example.com"));
    edit(&world, "jane-sub", "name", "Joan");
    sign_in(&world, "jane-sub");
    assert_eq!(world.new.person("jane").expect("jane").value("name"), Some("Joan"), "the rest follows");
}

#[test]
fn who_is_left_out_stays_out_until_it_is_decided_otherwise() {
    let world = World::username_to_email().with_jane();
    world.old.put(person("j-2", "joe", &[("name", "Joe")]));
    assert_eq!(sign_in(&world, "j-2").held_back[0].reason, Reason::NoSignInName);
    let outcome = decide(&world, "j-2", Subject::User, Decision::LeaveOut).expect("processed");
    assert_eq!(outcome.held_back[0].reason, Reason::LeftOut);
    edit(&world, "j-2", "email", "joe@example.com");
    edit(&world, "j-2", "email_verified", "true");
    assert_eq!(sign_in(&world, "j-2").held_back[0].reason, Reason::LeftOut);
    let mut link = link(&world, "j-2");
    link.decisions.clear();
    run(world.links.write(&link)).expect("written");
    assert_eq!(deliver(&world, &asked("j-2"), 1).expect("processed").kind, Kind::Created);
}

#[test]
fn an_operator_s_sync_is_always_written_down() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let before = link(&world, "jane-sub").version;
    assert_eq!(deliver(&world, &asked("jane-sub"), 1).expect("processed").kind, Kind::Converged);
    let link = link(&world, "jane-sub");
    assert_eq!(link.version, before + 1);
    assert_eq!(link.history.entries().last().map(|it| it.did.as_str()), Some("in step"));
}
