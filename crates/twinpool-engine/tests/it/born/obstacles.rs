//! Who cannot be made in the old pool is written down, with the reason, until the reason is gone.

use twinpool_core::born::{Birth, BornStore as _};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, ProviderName};
use twinpool_core::pool::AttributeSchema;
use twinpool_core::port::LinkScan as _;
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{MARKER, attribute, group, person};
use twinpool_testkit::{Person, World};

use super::{assert_born, canary, held_user, nina, old_shape, only_old, pools, shows, with_nina};
use crate::support::{SIGN_IN, SIGN_UP, run};

fn obstacle(world: &World) -> Option<HeldBack> {
    let birth = run(world.links.birth(&NewSub::parse("n-1").expect("a sub"))).expect("an answer");
    birth.and_then(|birth| birth.obstacle)
}

fn attribute_held(name: &str, reason: Reason) -> Vec<HeldBack> {
    vec![HeldBack { subject: Subject::Attribute(attribute(name)), reason }]
}

#[test]
fn without_a_marker_that_proves_anything_nobody_is_made() {
    for mutable in [None, Some(true)] {
        let mut shape = old_shape();
        shape.attributes.remove(&attribute(MARKER));
        if let Some(mutable) = mutable {
            shape.attributes.insert(attribute(MARKER), AttributeSchema { mutable, ..AttributeSchema::TEXT });
        }
        let world = pools(shape);
        world.new.put(nina());
        let outcome = shows(&world, "n-1", SIGN_UP);
        let held = attribute_held(MARKER, Reason::NotInSchema);
        assert_eq!((outcome.kind, &outcome.held_back), (Kind::Conflict, &held));
        assert_eq!(obstacle(&world).as_ref(), held.first());
        assert_eq!(world.old.people().len(), 0);
        assert_eq!(shows(&world, "n-1", SIGN_IN).kind, Kind::Identified, "told once");
    }
}

#[test]
fn a_name_that_somebody_else_has_is_not_taken_and_once_it_is_free_the_user_is_made() {
    let world = with_nina();
    world.old.put(person("o-9", "nina@example.com", &[("name", "Somebody else")]));
    let outcome = shows(&world, "n-1", SIGN_UP);
    assert_eq!((outcome.kind, outcome.held_back), (Kind::Conflict, held_user(Reason::Taken)));
    assert_eq!(only_old(&world).value("name"), Some("Somebody else"));
    let listed = run(world.links.page(None)).expect("a page").births;
    assert!(matches!(listed.as_slice(), [Birth { obstacle: Some(held), intended: None, .. }]
        if held.reason == Reason::Taken));
    assert_eq!(shows(&world, "n-1", SIGN_IN).kind, Kind::Identified);
    world.old.remove(&only_old(&world).sub);
    assert_eq!(shows(&world, "n-1", SIGN_IN).kind, Kind::Created);
    assert_born(&world, "n-1");
}

#[test]
fn a_federated_profile_is_left_to_its_provider() {
    let world = canary();
    let identity =
        Identity { provider: ProviderName::parse("Google").expect("a name"), subject: Value::new("117") };
    let profile = Person {
        status: Status::ExternalProvider,
        identities: [identity].into(),
        ..person("n-1", "Google_117", &[("email", "nina@example.com")])
    };
    world.new.put(profile);
    let outcome = shows(&world, "n-1", SIGN_IN);
    assert_eq!((outcome.kind, outcome.held_back), (Kind::Conflict, held_user(Reason::Federated)));
    assert_eq!(obstacle(&world), held_user(Reason::Federated).pop());
    assert_eq!(world.old.people().len(), 0);
}

#[test]
fn what_the_old_pool_requires_and_the_rules_cannot_give_back_keeps_the_user_out() {
    let mut shape = old_shape();
    let required = AttributeSchema { required: true, ..AttributeSchema::TEXT };
    shape.attributes.insert(attribute("nickname"), required);
    let world = pools(shape).under("[attributes.nickname]\nmap = { a = \"x\", b = \"x\" }");
    let mut person = nina();
    person.attributes.insert(attribute("nickname"), Value::new("x"));
    world.new.put(person);
    let outcome = shows(&world, "n-1", SIGN_UP);
    assert_eq!(outcome.held_back, attribute_held("nickname", Reason::NoWayBack));
    assert_eq!(world.old.people().len(), 0);
}

#[test]
fn what_has_no_way_back_and_is_not_required_stays_and_is_told() {
    let world = canary().under("[attributes.nickname]\nmap = { a = \"x\", b = \"x\" }");
    let mut person = nina();
    person.attributes.insert(attribute("nickname"), Value::new("x"));
    world.new.put(person);
    let outcome = shows(&world, "n-1", SIGN_UP);
    assert_eq!(outcome.kind, Kind::Created);
    assert_eq!(outcome.held_back, attribute_held("nickname", Reason::NoWayBack));
    assert_eq!(only_old(&world).value("nickname"), None);
    assert_eq!(world.new.person("n-1").expect("nina").value("nickname"), Some("x"), "nothing is lost");
}

#[test]
fn whom_the_rules_leave_out_is_not_made() {
    let world = canary().under("[users]\nleave_out_groups = [\"staff\"]");
    world.new.put(Person { groups: [group("staff")].into(), ..nina() });
    let outcome = shows(&world, "n-1", SIGN_UP);
    assert_eq!(outcome.held_back, held_user(Reason::LeftOut));
    assert_eq!(world.old.people().len(), 0);
}

#[test]
fn nobody_is_made_of_a_sign_up_that_is_not_confirmed() {
    let world = canary();
    world.new.put(Person { status: Status::Unconfirmed, ..nina() });
    assert_eq!(shows(&world, "n-1", SIGN_UP).kind, Kind::NotConfirmed);
    assert_eq!(world.old.people().len(), 0);
}
