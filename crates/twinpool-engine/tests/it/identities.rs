//! Identities over time: users who come back, rules that change, mirrors that die.

use std::sync::Arc;

use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{NewSub, ProviderName};
use twinpool_core::port::Class;
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::{Kind, SyncError};
use twinpool_testkit::world::{attribute, event_of, person};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::support::{SIGN_IN, asked, audited, decide, deliver, engine, link, only, run, sign_in, tell};

const LINK: &str = "[federation.Google]\npolicy = \"link\"\nprovider = \"GoogleNew\"\ntrust_email = true";

fn identity(at: &str, subject: &str) -> Identity {
    Identity { provider: ProviderName::parse(at).expect("p"), subject: Value::new(subject) }
}

fn gina(sub: &str) -> Person {
    let gina = person(sub, "Google_117", &[("email", "gina@example.com"), ("email_verified", "false")]);
    Person { status: Status::ExternalProvider, identities: [identity("Google", "117")].into(), ..gina }
}

#[test]
fn a_federated_user_who_comes_back_as_another_old_user_has_the_profile_again() {
    let world = World::username_to_email().under("[federation.Google]\nprovider = \"GoogleNew\"");
    world.old.put(gina("g-1"));
    let profile = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    world.new.put(Person {
        status: Status::ExternalProvider,
        identities: [identity("GoogleNew", "117")].into(),
        ..profile
    });
    sign_in(&world, "g-1");
    world.old.remove(&world.old.person("g-1").expect("g").sub);
    tell(&world, "AdminDeleteUser", "g-1");
    assert!(!only(&world).enabled);
    world.old.put(gina("g-2"));
    assert_eq!(sign_in(&world, "g-2").kind, Kind::Created);
    assert!(only(&world).enabled);
    assert_eq!(link(&world, "g-2").linked().expect("a pair").new_sub.as_str(), "n-9");
    // What comes late of the first one touches the profile no more.
    deliver(&world, &asked("g-1"), 5).expect("processed");
    assert!(only(&world).enabled);
}

#[test]
fn a_policy_that_is_taken_back_unlinks_nobody() {
    let world = World::username_to_email().under(LINK);
    world.old.put(gina("g-sub"));
    sign_in(&world, "g-sub");
    assert_eq!(only(&world).identities.len(), 1);
    let world = world.under("[federation.Google]\npolicy = \"first_sign_in\"\nprovider = \"GoogleNew\"");
    let o = sign_in(&world, "g-sub");
    assert_eq!(only(&world).identities.len(), 1, "{o:?}");
}

#[test]
fn a_decision_for_the_new_pool_unlinks_nothing() {
    for decision in [Decision::KeepNew, Decision::LeaveOut] {
        let world = World::username_to_email().with_jane().under(LINK);
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.edit(&jane.sub, |jane| {
            jane.identities = (0..6).map(|n| identity("Google", &n.to_string())).collect();
        });
        sign_in(&world, "jane-sub");
        assert_eq!(only(&world).identities.len(), 5);
        let subject = Subject::Identity(ProviderName::parse("GoogleNew").expect("p"));
        let o = decide(&world, "jane-sub", subject, decision.clone()).expect("ok");
        assert_eq!(only(&world).identities.len(), 5, "{decision:?} {o:?}");
    }
}

#[test]
fn a_federated_user_who_becomes_native_can_reset_the_password() {
    let world = World::username_to_email().under(LINK);
    world.old.put(gina("g-sub"));
    sign_in(&world, "g-sub");
    let g = world.old.person("g-sub").expect("g");
    world.old.edit(&g.sub, |g| {
        g.status = Status::Confirmed;
        g.attributes.insert(attribute("email_verified"), Value::new("true"));
    });
    let a = tell(&world, "AdminSetUserPassword", "g-sub");
    let b = deliver(&world, &asked("g-sub"), 1);
    assert!(only(&world).can_reset_password(), "{a:?} {b:?}");
}

#[test]
fn a_profile_that_is_there_already_is_taken_and_no_second_user_made() {
    let world = World::username_to_email().under(LINK);
    world.old.put(gina("g-sub"));
    world.new.put(Person {
        status: Status::ExternalProvider,
        identities: [identity("GoogleNew", "117")].into(),
        ..person("n-9", "GoogleNew_117", &[])
    });
    let o = sign_in(&world, "g-sub");
    assert_eq!(
        link(&world, "g-sub").linked().map(|l| l.new_sub.as_str().to_owned()),
        Some("n-9".into()),
        "{o:?}"
    );
}

#[test]
fn an_identity_linked_by_half_goes_when_the_old_pool_unlinks_it() {
    for call in 0..14 {
        let world = World::username_to_email().with_jane().under(LINK);
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.edit(&jane.sub, |j| j.identities = [identity("Google", "117")].into());
        let p = Arc::new(Process::dying_at(call, Moment::After));
        let e = event_of(&world.old, "jane-sub", SIGN_IN);
        drop(run(engine(&world, &p).sync_user(&e, 1)));
        world.old.edit(&jane.sub, |j| j.identities.clear());
        deliver(&world, &e, 2).expect("ok");
        assert!(only(&world).identities.is_empty(), "{call} {:?}", p.calls());
    }
}

#[test]
fn what_the_user_linked_in_the_new_pool_stays() {
    let world = World::username_to_email().with_jane().under(LINK);
    sign_in(&world, "jane-sub");
    let new = only(&world).sub;
    world.new.edit(&new, |n| n.identities = [identity("GoogleNew", "117")].into()); // the user's own
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |j| j.identities = [identity("Google", "117")].into());
    tell(&world, "AdminLinkProviderForUser", "jane-sub");
    world.old.edit(&jane.sub, |j| j.identities.clear());
    tell(&world, "AdminDisableProviderForUser", "jane-sub");
    assert_eq!(only(&world).identities.len(), 1, "what twinpool did not link stays");
}

/// Gina, linked ahead, has Jane's address; and a list of users that is late.
fn gina_in_jane_s_way() -> World {
    let world = World::username_to_email().with_jane().under(LINK);
    let address = [("email", "jane@example.com")];
    let gina = Person { attributes: person("x", "x", &address).attributes, ..gina("g-sub") };
    world.old.put(gina.clone());
    sign_in(&world, "g-sub");
    world.old.list_late(&gina.sub, true);
    world
}

#[test]
fn a_list_that_is_late_costs_nobody_the_name() {
    let world = gina_in_jane_s_way();
    let before = only(&world);
    let jane = event_of(&world.old, "jane-sub", SIGN_IN);
    for delivery in 1..8 {
        assert_eq!(deliver(&world, &jane, delivery), Err(SyncError::OwnerVanished));
    }
    world.old.list_late(&gina("g-sub").sub, false);
    let outcome = deliver(&world, &jane, 8).expect("processed");
    assert_eq!(outcome.held_back[0].reason, Reason::Twin);
    assert_eq!(only(&world), before);
}

#[test]
fn a_list_that_is_late_buries_nobody_on_the_word_of_another_change() {
    let world = gina_in_jane_s_way();
    for delivery in 1..5 {
        let told = deliver(&world, &audited("AdminEnableUser", "g-sub"), delivery);
        assert_eq!(told, Err(SyncError::TooEarly));
    }
    assert!(only(&world).enabled);
}

#[test]
fn a_profile_that_the_provider_made_meanwhile_is_the_one_that_the_person_uses() {
    let world = World::username_to_email().under(LINK);
    world.old.put(gina("g-sub"));
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminLinkProviderForUser", Class::Rejected);
    let event = event_of(&world.old, "g-sub", SIGN_IN);
    let outcome = run(engine(&world, &process).sync_user(&event, 1)).expect("processed");
    assert_eq!(outcome.held_back[0].reason, Reason::Refused);
    let profile = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    let identities = [identity("GoogleNew", "117")].into();
    world.new.put(Person { status: Status::ExternalProvider, identities, ..profile });
    sign_in(&world, "g-sub");
    assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
}

#[test]
fn a_federated_user_whom_a_person_linked_stays_linked_whatever_profile_there_is() {
    let world = World::username_to_email().under(LINK);
    world.old.put(gina("g-sub"));
    let profile = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    let identities = [identity("GoogleNew", "117")].into();
    world.new.put(Person { status: Status::ExternalProvider, identities, ..profile });
    world.new.put(person("n-1", "n-1", &[("email", "gina@example.org"), ("email_verified", "true")]));
    let n1 = NewSub::parse("n-1").expect("s");
    sign_in(&world, "g-sub");
    decide(&world, "g-sub", Subject::User, Decision::LinkTo(n1.clone())).expect("ok");
    for name in ["Gina", "Gina B.", "Gina C."] {
        let g = world.old.person("g-sub").expect("g").sub;
        world.old.edit(&g, |g| drop(g.attributes.insert(attribute("name"), Value::new(name))));
        sign_in(&world, "g-sub");
        assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub, n1);
    }
}
