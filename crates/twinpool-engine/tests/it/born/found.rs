//! Users of the old pool who turn out to be one with somebody born in the new pool.

use twinpool_core::id::{NewSub, ProviderName};
use twinpool_core::phase::Step;
use twinpool_core::plan::Marker;
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{MARKER, attribute, event_of, key, person};
use twinpool_testkit::{Person, World};

use super::{audited_in, canary, only_link, shows, step, told, with_nina};
use crate::support::{NOW, SIGN_IN, SIGN_UP};

fn google(sub: &str, name: &str) -> Person {
    let identity =
        Identity { provider: ProviderName::parse("Google").expect("a name"), subject: Value::new("117") };
    Person {
        status: Status::ExternalProvider,
        identities: [identity].into(),
        ..person(sub, "Google_117", &[("email", "gina@example.com"), ("name", name)])
    }
}

#[test]
fn a_profile_that_its_provider_makes_in_the_old_pool_after_a_rollback_has_the_user_id_of_the_new_one() {
    let world = canary();
    world.new.put(google("n-1", "Gina"));
    world.new.edit(&google("n-1", "").sub, |gina| {
        gina.attributes.insert(attribute("custom:tenant"), Value::new("acme"));
    });
    shows(&world, "n-1", SIGN_IN);
    step(&world, &Step::Rollback, NOW);
    world.old.put(google("o-1", "Gina"));
    let outcome = told(&world, &event_of(&world.old, "o-1", SIGN_IN), 1);
    assert_eq!(outcome.kind, Kind::Created);
    let link = only_link(&world);
    assert_eq!((link.old_sub.as_str(), link.user_id.as_str()), ("o-1", "n-1"));
    assert_eq!(link.linked().map(|linked| linked.new_sub.as_str()), Some("n-1"));
    assert_eq!((world.old.people().len(), world.new.people().len()), (1, 1));
    assert_eq!(world.old.people()[0].value("custom:tenant"), Some("acme"), "what Gina did there arrives");
}

#[test]
fn a_marker_counts_in_its_own_pool_only_and_nobody_can_write_one_for_himself() {
    let world = with_nina();
    let nina = NewSub::parse("n-1").expect("a sub");
    let old_pool = world.old.shape().id.clone();
    let marker = Marker::of_born(&attribute(MARKER), &old_pool, &nina, &key());
    let with = |value: &Value| {
        let mut person = person("o-1", "joe", &[("name", "Joe")]);
        person.attributes.insert(attribute(MARKER), value.clone());
        person
    };
    let proven = |value: &Value| {
        let world = World::username_to_email();
        world.old.put(with(value));
        let person = world.old.person("o-1").expect("joe");
        Marker::born(&attribute(MARKER), &old_pool, &told_of(&person), &key())
    };
    assert_eq!(proven(&marker.value), Some(nina.clone()));
    let of_old = twinpool_core::id::OldSub::parse("n-1").expect("a sub");
    let forward = Marker::of(&attribute(MARKER), &old_pool, &of_old, &key());
    let other = Marker::of_born(&attribute(MARKER), &world.new.shape().id, &nina, &key());
    for value in [&forward.value, &other.value, &Value::new("n-1.abc"), &Value::new("")] {
        assert_eq!(proven(value), None);
    }
}

/// As a pool tells of a person.
fn told_of(person: &Person) -> twinpool_core::snapshot::Snapshot {
    let world = World::username_to_email();
    world.old.put(person.clone());
    let process = std::sync::Arc::new(twinpool_testkit::Process::healthy());
    let who = twinpool_core::change_event::UserRef::Sub(person.sub.clone());
    let handle = world.old.called_by(&process);
    let read = twinpool_core::port::PoolReader::user(&handle, &who);
    crate::support::run(read).expect("an answer").expect("the person")
}

#[test]
fn a_copied_marker_makes_nobody_another_person() {
    let world = with_nina();
    shows(&world, "n-1", SIGN_UP);
    let made = world.old.people().remove(0);
    let copy = made.attributes.get(&attribute(MARKER)).expect("the marker").clone();
    let mut joe = person("o-9", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]);
    joe.attributes.insert(attribute(MARKER), copy);
    world.old.put(joe);
    let outcome = told(&world, &audited_in(&world.old, "SignUp", "o-9", NOW), 1);
    assert_eq!(outcome.kind, Kind::Conflict);
    let links = world.links.all();
    let joe = links.iter().find(|link| link.old_sub.as_str() == "o-9").expect("a link");
    assert_eq!((joe.linked().is_none(), joe.user_id.as_str()), (true, "o-9"));
    let nina = links.iter().find(|link| link.old_sub.as_str() == made.sub.as_str()).expect("a link");
    assert_eq!(nina.user_id.as_str(), "n-1");
}
