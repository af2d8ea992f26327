//! Users of identity providers.

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::ProviderName;
use twinpool_core::link::LinkState;
use twinpool_core::phase::Round;
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, event_of, person, username_pool};
use twinpool_testkit::{Person, World};

use crate::both_ways::world::{all, step, told};
use crate::support::{SIGN_IN, calls_of_sign_in, link, only, sign_in, tell};

pub(crate) const LINK: &str =
    "[federation.Google]\npolicy = \"link\"\nprovider = \"GoogleNew\"\ntrust_email = true";

pub(crate) fn provider(name: &str) -> ProviderName {
    ProviderName::parse(name).expect("a provider")
}

pub(crate) fn identity(at: &str, subject: &str) -> Identity {
    Identity { provider: provider(at), subject: Value::new(subject) }
}

/// Gina signs in with Google, and her address is Google's word.
pub(crate) fn gina() -> Person {
    let gina = person("g-sub", "Google_117", &[("email", "gina@example.com"), ("email_verified", "false")]);
    Person { status: Status::ExternalProvider, identities: [identity("Google", "117")].into(), ..gina }
}

fn world(rules: &str) -> World {
    let world = World::username_to_email().under(rules);
    world.old.put(gina());
    world
}

#[test]
fn a_federated_user_is_linked_ahead_and_has_no_password_to_reset() {
    let world = world(LINK);
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Created);
    let new = only(&world);
    assert_eq!(new.identities, [identity("GoogleNew", "117")].into());
    assert!(!new.can_reset_password(), "nobody passes the provider by");
    assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), new.sub.as_str());
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Unchanged);
}

#[test]
fn a_provider_s_address_claims_no_name_unless_the_owner_trusts_it() {
    let world = world(&LINK.replace("trust_email = true", ""));
    let outcome = sign_in(&world, "g-sub");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::UnverifiedSignInName));
    assert!(world.new.people().is_empty());
}

#[test]
fn in_a_pool_of_usernames_the_name_of_the_future_profile_is_not_taken() {
    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New")).under(LINK);
    world.old.put(gina());
    sign_in(&world, "g-sub");
    assert_eq!(only(&world).username.as_str(), "g-sub");
}

#[test]
fn the_first_sign_in_moves_the_say_also_where_it_is_the_one_that_makes_the_pair() {
    let world = world("[federation.Google]\nprovider = \"GoogleNew\"");
    assert_eq!(sign_in(&world, "g-sub").held_back[0].reason, Reason::Federated);
    step(&world, &all());
    let gina = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    let identities = [identity("GoogleNew", "117")].into();
    world.new.put(Person { status: Status::ExternalProvider, identities, ..gina });
    told(&world, &event_of(&world.new, "n-9", SIGN_IN));
    let link = link(&world, "g-sub");
    assert_eq!(link.linked().expect("a pair").new_sub.as_str(), "n-9");
    assert_eq!(link.reverse.moved_in, Some(Round(0)));
}

#[test]
fn a_federated_user_who_waits_is_paired_at_the_first_sign_in_to_the_new_pool() {
    let world = world("[federation.Google]\nprovider = \"GoogleNew\"");
    assert_eq!(sign_in(&world, "g-sub").held_back[0].reason, Reason::Federated);
    let gina = person("n-9", "GoogleNew_117", &[("email", "gina@example.com")]);
    let identities = [identity("GoogleNew", "117")].into();
    world.new.put(Person { status: Status::ExternalProvider, identities, ..gina });
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Created);
    assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
}

#[test]
fn a_user_who_only_has_the_name_of_a_federated_profile_is_not_paired() {
    let world = world("");
    let forger = person("n-9", "Google_117", &[("email", "gina@example.com")]);
    world.new.put(forger.clone());
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Conflict);
    world.new.put(Person {
        status: Status::ExternalProvider,
        identities: [identity("Google", "118")].into(),
        ..forger
    });
    assert_eq!(sign_in(&world, "g-sub").kind, Kind::Conflict);
    assert!(matches!(link(&world, "g-sub").state, LinkState::Conflict { reason: Reason::Federated, .. }));
}

fn jane_with(identities: &[Identity]) -> World {
    let world = World::username_to_email().with_jane().under(LINK);
    let jane = world.old.person("jane-sub").expect("jane");
    let identities = identities.iter().cloned().collect();
    world.old.edit(&jane.sub, |jane| jane.identities = identities);
    world
}

#[test]
fn a_native_user_keeps_the_providers_that_are_linked_and_can_lose_them() {
    let world = jane_with(&[identity("Google", "117"), identity("Okta", "x")]);
    let waits = HeldBack { subject: Subject::Identity(provider("Okta")), reason: Reason::Federated };
    assert_eq!(sign_in(&world, "jane-sub").held_back, [waits]);
    assert_eq!(only(&world).identities, [identity("GoogleNew", "117")].into());
    assert!(only(&world).can_reset_password());
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.identities.clear());
    tell(&world, "AdminDisableProviderForUser", "jane-sub");
    assert!(only(&world).identities.is_empty(), "what twinpool linked goes");
    world.new.edit(&only(&world).sub, |new| new.identities = [identity("GoogleNew", "own")].into());
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).identities.len(), 1, "what the user linked stays");
}

#[test]
fn an_identity_that_signed_in_to_the_new_pool_by_itself_is_told() {
    let world = jane_with(&[identity("Google", "117")]);
    world.new.put(Person { status: Status::ExternalProvider, ..person("n-9", "GoogleNew_117", &[]) });
    let held = HeldBack { subject: Subject::Identity(provider("GoogleNew")), reason: Reason::Taken };
    assert_eq!(sign_in(&world, "jane-sub").held_back, [held]);
}

#[test]
fn a_sixth_identity_is_told() {
    let six: Vec<_> = (0..6).map(|number| identity("Google", &number.to_string())).collect();
    let world = jane_with(&six);
    let held = HeldBack { subject: Subject::Identity(provider("GoogleNew")), reason: Reason::TooMany };
    assert_eq!(sign_in(&world, "jane-sub").held_back, [held]);
    assert_eq!(only(&world).identities.len(), 5);
}

#[test]
fn a_federated_user_who_waits_costs_a_look_for_the_profile() {
    let world = World::new(email_pool(OLD_POOL), email_pool("eu-west-1_New"));
    world.old.put(gina());
    sign_in(&world, "g-sub");
    let expected = ["GetItem", "AdminGetUser", "AdminListGroupsForUser", "AdminGetUser"];
    assert_eq!(calls_of_sign_in(&world, "g-sub"), expected);
    assert_eq!(link(&world, "g-sub").history.entries().next().map(|it| it.cause.as_str()), Some(SIGN_IN));
}
