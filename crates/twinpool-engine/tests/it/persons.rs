//! Whose user is whose, over time: decisions, deletions, and names that move.

use std::sync::Arc;

use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, Sub, Timestamp};
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{INTENT_LASTS, Kind};
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, event_of, person, username_pool};
use twinpool_testkit::{Moment, Process, World};

use crate::support::{
    NOW, SIGN_IN, audited, decide, deliver, engine, engine_at, link, only, run, sign_in, tell,
};

#[test]
fn where_the_new_pool_has_the_say_a_first_pairing_overwrites_nothing() {
    let world = World::username_to_email().with_jane().under("[attributes]\nname = { wins = \"new\" }");
    world.new.put(person(
        "n-9",
        "n-9",
        &[("email", "jane@example.com"), ("email_verified", "true"), ("name", "Her own")],
    ));
    sign_in(&world, "jane-sub");
    decide(&world, "jane-sub", Subject::User, Decision::LinkTo(NewSub::parse("n-9").expect("s")))
        .expect("ok");
    assert_eq!(only(&world).value("name"), Some("Her own"));
}

#[test]
fn a_password_of_one_s_own_is_not_gone_over_by_the_old_one_after_a_pairing_by_hand() {
    let has_password = |world: &World| {
        let jane = Sub::parse("jane-sub").expect("a sub");
        run(world.links.arrival(&jane)).expect("the table answers").has_password()
    };
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    assert!(!has_password(&world), "nobody knows the one that twinpool gave");

    for (status, expected) in
        [(Status::Confirmed, true), (Status::ResetRequired, true), (Status::ForceChangePassword, false)]
    {
        let world = World::username_to_email().with_jane();
        let born = person("n-9", "n-9", &[("email", "jane@example.com"), ("email_verified", "true")]);
        world.new.put(twinpool_testkit::Person { status, ..born });
        sign_in(&world, "jane-sub");
        assert!(!has_password(&world));
        let theirs = Decision::LinkTo(NewSub::parse("n-9").expect("s"));
        decide(&world, "jane-sub", Subject::User, theirs).expect("ok");
        assert!(link(&world, "jane-sub").linked().is_some());
        assert_eq!(has_password(&world), expected, "{status:?}");
    }
}

#[test]
fn a_user_who_is_missing_can_be_linked_to_another() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    world.new.remove(&only(&world).sub);
    world.new.put(person("n-9", "n-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    let o = decide(&world, "jane-sub", Subject::User, Decision::LinkTo(NewSub::parse("n-9").expect("s")))
        .expect("ok");
    assert_eq!(link(&world, "jane-sub").linked().expect("pair").new_sub.as_str(), "n-9", "{o:?}");
}

#[test]
fn leave_to_take_an_alias_holds_for_once() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    let mail = |to: &str| {
        world.old.edit(&jane.sub, |j| drop(j.attributes.insert(attribute("email"), Value::new(to))));
    };
    sign_in(&world, "jane-sub");
    world.new.put(person("n-9", "joan", &[("email", "joan@example.com"), ("email_verified", "true")]));
    mail("joan@example.com");
    sign_in(&world, "jane-sub");
    decide(&world, "jane-sub", Subject::Attribute(attribute("email")), Decision::KeepOld).expect("ok");
    // Years later, about somebody else.
    world.new.put(person("n-10", "kim", &[("email", "kim@example.com"), ("email_verified", "true")]));
    mail("kim@example.com");
    sign_in(&world, "jane-sub");
    assert_eq!(
        world.new.person("kim").expect("kim").value("email_verified"),
        Some("true"),
        "kim keeps her address"
    );
}

#[test]
fn a_user_who_is_being_made_cannot_be_said_to_be_another_s() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let dying = Arc::new(Process::dying_at(4, Moment::After));
    drop(run(engine(&world, &dying).sync_user(&event, 1)));
    let made = only(&world).sub;
    world.old.put(person("joe-sub", "joe", &[("email", "jane@example.com"), ("email_verified", "true")]));
    sign_in(&world, "joe-sub");

    let theirs = Decision::LinkTo(NewSub::parse(made.as_str()).expect("a sub"));
    let outcome = decide(&world, "joe-sub", Subject::User, theirs).expect("processed");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Twin));
    assert_eq!(deliver(&world, &event, 2).expect("processed").kind, Kind::Created);
    assert_eq!(link(&world, "jane-sub").linked().expect("a pair").new_sub.as_str(), made.as_str());
}

#[test]
fn who_is_left_to_the_new_pool_is_left_there_in_death_too() {
    let world = World::username_to_email().with_jane().under("[users]\ndeleted = \"delete\"");
    sign_in(&world, "jane-sub");
    decide(&world, "jane-sub", Subject::User, Decision::KeepNew).expect("ok");
    world.old.remove(&world.old.person("jane-sub").expect("jane").sub);
    tell(&world, "AdminDeleteUser", "jane-sub");
    assert_eq!(world.new.people().len(), 1);
}

#[test]
fn a_user_whom_a_person_linked_gives_the_name_up_when_deleted() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("n-9", "n-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    decide(&world, "jane-sub", Subject::User, Decision::LinkTo(NewSub::parse("n-9").expect("s")))
        .expect("ok");
    world.old.remove(&world.old.person("jane-sub").expect("jane").sub);
    tell(&world, "AdminDeleteUser", "jane-sub");
    world.old.put(person("heir-sub", "jane", &[("email", "jane@example.com"), ("email_verified", "true")]));
    let o = sign_in(&world, "heir-sub");
    assert_eq!(o.kind, Kind::Created, "{o:?}");
}

#[test]
fn a_user_who_was_never_gone_keeps_the_new_sub_under_another_address() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let before = only(&world).sub;
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.remove(&jane.sub);
    tell(&world, "AdminDeleteUser", "jane-sub");
    world.old.put(jane.clone());
    world
        .old
        .edit(&jane.sub, |j| drop(j.attributes.insert(attribute("email"), Value::new("jd@example.com"))));
    sign_in(&world, "jane-sub");
    assert_eq!(link(&world, "jane-sub").linked().expect("pair").new_sub.as_str(), before.as_str());
}

#[test]
fn an_alias_of_a_deleted_user_is_freed_and_the_user_stays() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New"));
    let with = |sub: &str, name: &str| {
        person(sub, name, &[("phone_number", "+12025550123"), ("phone_number_verified", "true")])
    };
    world.old.put(with("a-sub", "anna"));
    sign_in(&world, "a-sub");
    world.old.remove(&world.old.person("a-sub").expect("a").sub);
    tell(&world, "AdminDeleteUser", "a-sub");
    assert_eq!(world.new.people().len(), 1);
    world.old.put(person("b-sub", "bert", &[]));
    sign_in(&world, "b-sub");
    world.old.put(with("b-sub", "bert"));
    tell(&world, "AdminUpdateUserAttributes", "b-sub");
    assert!(world.new.person("anna").is_some(), "disable means: everything stays");
}

#[test]
fn a_message_goes_back_while_the_new_user_cannot_be_seen() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let new = only(&world);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |j| j.enabled = false);
    world.new.remove(&new.sub); // an empty page of ListUsers
    let r = deliver(&world, &audited("AdminDisableUser", "jane-sub"), 1);
    world.new.put(new);
    assert!(r.is_err(), "the message goes back: {r:?}");
}

#[test]
fn who_is_left_out_after_an_intent_is_not_made() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let p = Arc::new(Process::healthy());
    p.fail_all("AdminCreateUser", twinpool_core::port::Class::Throttled);
    drop(run(engine(&world, &p).sync_user(&event, 1)));
    let world = world.under("[users]\nleave_out_groups = [\"staff\"]");
    let r = deliver(&world, &event, 2);
    assert_eq!(world.new.people().len(), 0, "{r:?}");
}

#[test]
fn who_is_left_out_after_being_made_is_a_pair_and_stays_as_made() {
    let mut tried = 0;
    for call in 0.. {
        let world = World::username_to_email().with_jane();
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let p = Arc::new(Process::dying_at(call, Moment::After));
        drop(run(engine(&world, &p).sync_user(&event, 1)));
        if !p.is_dead() {
            break;
        }
        if world.new.people().is_empty() || !world.links.back().is_empty() {
            continue;
        }
        tried += 1;
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.edit(&jane.sub, |j| drop(j.attributes.insert(attribute("name"), Value::new("Later"))));
        let world = world.under("[users]\nleave_out_groups = [\"staff\"]");
        let later = Timestamp(NOW.0 + u64::try_from(INTENT_LASTS.as_millis()).expect("a minute"));
        let healthy = Arc::new(Process::healthy());
        let o = run(engine_at(&world, &healthy, later).sync_user(&event, 2)).expect("processed");
        assert_ne!(only(&world).value("name"), Some("Later"), "left out means: not mirrored");
        let link = link(&world, "jane-sub");
        assert_eq!(link.linked().expect("the pair").new_sub.as_str(), only(&world).sub.as_str(), "{o:?}");
        assert_eq!(o.held_back, [HeldBack { subject: Subject::User, reason: Reason::LeftOut }]);
        assert_eq!(link.linked().expect("the pair").held_back, o.held_back);
    }
    assert!(tried > 0, "no crash left a user made by half");
}
