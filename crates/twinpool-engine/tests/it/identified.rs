//! Which user id an account of the new pool gets.

use std::collections::BTreeSet;
use std::sync::Arc;

use twinpool_core::account::{Account, Accounts, IdReader, IdStore};
use twinpool_core::change_event::{About, UserRef};
use twinpool_core::decision::Decision;
use twinpool_core::digest::Digest;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{NewSub, OldSub, ProviderName, UserId};
use twinpool_core::port::{Answer, Class};
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::{Identify, Named, NotYet, Ports as _};
use twinpool_testkit::world::{OLD_POOL, email_pool, person, username_pool};
use twinpool_testkit::{Person, Process, World};

use crate::support::{NOW, decide, link, only, ports, run, sign_in, terms};

mod hinted;
mod raced;

const RENAMED: &str = "[federation.Google]\nprovider = \"GoogleNew\"";

fn identity(at: &str, subject: &str) -> Identity {
    Identity { provider: ProviderName::parse(at).expect("a provider"), subject: Value::new(subject) }
}

/// A profile that an identity provider made.
fn profile(sub: &str, provider: &str, subject: &str) -> Person {
    let person = person(sub, &format!("{provider}_{subject}"), &[("email", "gina@example.com")]);
    Person { status: Status::ExternalProvider, identities: [identity(provider, subject)].into(), ..person }
}

/// Gina has a Google profile in the old pool, and has just got one in the new pool.
fn gina(rules: &str) -> World {
    let world = World::new(username_pool(OLD_POOL), email_pool("eu-west-1_New")).under(rules);
    world.old.put(profile("g-sub", "Google", "117"));
    world.new.put(profile("n-9", "Google", "117"));
    world
}

/// Jane is mirrored, and signs in with Google too; in the new pool Google made a profile of its own.
fn jane_linked() -> World {
    let world = World::username_to_email().with_jane();
    world.old.edit(&jane(&world).sub, |jane| jane.identities = [identity("Google", "117")].into());
    sign_in(&world, "jane-sub");
    world.new.put(profile("n-9", "Google", "117"));
    world
}

fn jane(world: &World) -> Person {
    world.old.person("jane-sub").expect("jane")
}

/// What a first token of this account would be told. `old`: by whom the old pool is called.
fn named_by(world: &World, sub: &str, process: &Arc<Process>, old: &Arc<Process>) -> Result<Named, NotYet> {
    run(naming(world, sub, process, old))
}

async fn naming(
    world: &World,
    sub: &str,
    process: &Arc<Process>,
    old: &Arc<Process>,
) -> Result<Named, NotYet> {
    let username = world.new.person(sub).map(|person| person.username);
    let sub = NewSub::parse(sub).expect("a sub");
    let who = username.map_or_else(|| UserRef::Sub((&sub).into()), UserRef::Username);
    let (ports, terms) = (ports(world, process, NOW), terms(world));
    let identify = Identify {
        old: &world.old.called_by(old),
        new_pool: ports.new_pool(),
        ids: ports.links(),
        old_pool: &world.old.shape().id,
        key: &terms.key,
        marker: &terms.marker,
        rules: &terms.rules,
    };
    identify.user_id(&sub, &who).await
}

fn healthy() -> Arc<Process> {
    Arc::new(Process::healthy())
}

fn failing(operation: &'static str) -> Arc<Process> {
    let process = Process::healthy();
    process.fail_all(operation, Class::Unavailable);
    Arc::new(process)
}

fn named(world: &World, sub: &str) -> Result<Named, NotYet> {
    named_by(world, sub, &healthy(), &healthy())
}

fn id_of(world: &World, sub: &str) -> String {
    named(world, sub).expect("a user id").id.to_string()
}

/// What the table says.
fn known(world: &World, sub: &str) -> Option<UserId> {
    let sub = NewSub::parse(sub).expect("a sub");
    run(world.links.user_ids(&[Account::from(&sub)])).expect("the table answers").remove(0)
}

#[test]
fn who_is_born_in_the_new_pool_keeps_its_new_sub_and_costs_one_read_from_then_on() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("n-1", "n-1", &[("email", "jane@example.com"), ("email_verified", "true")]));
    assert_eq!(id_of(&world, "n-1"), "n-1", "an address makes nobody another person");
    let process = healthy();
    let again = named_by(&world, "n-1", &process, &process).expect("a user id");
    assert_eq!((again.id.as_str(), again.follows), ("n-1", None));
    assert_eq!(process.calls(), ["GetItem"]);
}

#[test]
fn a_user_of_a_pair_has_the_old_sub_for_one_read() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let (process, sub) = (healthy(), only(&world).sub);
    let named = named_by(&world, sub.as_str(), &process, &process).expect("a user id");
    assert_eq!(named.id.as_str(), "jane-sub");
    assert_eq!(process.calls(), ["GetItem"]);
}

#[test]
fn a_fresh_federated_user_gets_the_id_of_the_old_profile_that_nobody_mirrored() {
    let world = gina("");
    let named = named(&world, "n-9").expect("a user id");
    assert_eq!(named.id.as_str(), "g-sub");
    let old = world.old.person("g-sub").expect("gina");
    assert_eq!(named.follows, Some(About::Profile(old.sub, old.username)));
    sign_in(&world, "g-sub");
    assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
    assert_eq!(id_of(&world, "n-9"), "g-sub");
}

#[test]
fn a_provider_counts_under_the_name_that_the_rules_give_it_and_under_no_other() {
    let world = gina(RENAMED);
    world.new.put(profile("n-8", "GoogleNew", "117"));
    assert_eq!(id_of(&world, "n-9"), "n-9", "a provider that has the old one's name is another");
    assert_eq!(id_of(&world, "n-8"), "g-sub");
}

#[test]
fn a_name_without_the_identity_proves_nothing() {
    let world = gina("");
    let forged = profile("n-7", "Google", "118");
    world.new.put(Person { identities: Default::default(), status: Status::Confirmed, ..forged });
    world.old.put(person("x-sub", "Google_119", &[]));
    world.new.put(profile("n-6", "Google", "119"));
    for sub in ["n-7", "n-6"] {
        assert_eq!(id_of(&world, sub), sub);
    }
}

#[test]
fn an_identity_that_is_linked_to_a_local_user_gives_that_user_s_id() {
    let world = jane_linked();
    let named = named(&world, "n-9").expect("a user id");
    assert_eq!((named.id.as_str(), named.follows), ("jane-sub", Some(About::User(jane(&world).sub))));
}

#[test]
fn an_identity_that_was_unlinked_or_whose_user_was_deleted_gives_nothing_away() {
    let world = jane_linked();
    world.old.edit(&jane(&world).sub, |jane| jane.identities.clear());
    assert_eq!(id_of(&world, "n-9"), "n-9");
    let world = jane_linked();
    world.old.remove(&jane(&world).sub);
    assert_eq!(id_of(&world, "n-9"), "n-9");
}

#[test]
fn a_federated_user_who_was_said_to_be_one_with_another_has_the_other_s_id() {
    let world = gina("").with_jane();
    sign_in(&world, "jane-sub");
    world.new.remove(&world.new.person("n-9").expect("gina").sub);
    sign_in(&world, "g-sub");
    let into = OldSub::parse("jane-sub").expect("a sub");
    decide(&world, "g-sub", Subject::User, Decision::MergeInto(into)).expect("merged");
    world.new.put(profile("n-9", "Google", "117"));
    assert_eq!(id_of(&world, "n-9"), "jane-sub");
}

#[test]
fn identities_of_two_users_give_no_id() {
    let world = gina("");
    world.old.put(profile("o-sub", "Okta", "x"));
    let both = [identity("Google", "117"), identity("Okta", "x")];
    world.new.edit(&world.new.person("n-9").expect("gina").sub, |user| user.identities = both.into());
    assert_eq!(named(&world, "n-9"), Err(NotYet::SeveralUsers));
    assert_eq!(known(&world, "n-9"), None);
}

#[test]
fn who_has_not_confirmed_or_is_not_there_gets_none() {
    let world = World::username_to_email();
    world.new.put(Person { status: Status::Unconfirmed, ..person("n-1", "n-1", &[]) });
    assert_eq!(named(&world, "n-1"), Err(NotYet::NotConfirmed));
    assert_eq!(named(&world, "n-2"), Err(NotYet::Gone));
    assert_eq!((known(&world, "n-1"), known(&world, "n-2")), (None, None));
}

/// Such as OperationNotEnabledException, which any operation can answer with.
fn refusing() -> Arc<Process> {
    let process = Process::healthy();
    process.fail_all("AdminGetUser", Class::Rejected);
    Arc::new(process)
}

#[test]
fn a_refusal_of_the_old_pool_does_not_make_its_user_somebody_born_in_the_new_one() {
    let world = gina("");
    let named = named_by(&world, "n-9", &healthy(), &refusing());
    assert!(matches!(named, Err(NotYet::OldPool(_))), "{named:?}");
    assert_eq!(known(&world, "n-9"), None);
    assert_eq!(id_of(&world, "n-9"), "g-sub");
}

#[test]
fn nothing_is_guessed_while_the_old_pool_or_the_table_does_not_answer() {
    let world = jane_linked();
    let assert_none = |named: Result<Named, NotYet>, is_expected: fn(&NotYet) -> bool| {
        assert!(is_expected(named.as_ref().expect_err("no id")), "{named:?}");
        assert_eq!(known(&world, "n-9"), None);
    };
    let by = |process, old| named_by(&world, "n-9", &process, &old);
    for operation in ["GetItem", "TransactWriteItems"] {
        assert_none(by(failing(operation), healthy()), |why| matches!(why, NotYet::Table(_)));
    }
    assert_none(by(failing("AdminGetUser"), healthy()), |why| matches!(why, NotYet::NewPool(_)));
    assert_none(by(healthy(), failing("AdminGetUser")), |why| matches!(why, NotYet::OldPool(_)));
    assert_none(by(healthy(), refusing()), |why| matches!(why, NotYet::OldPool(_)));
    world.new.put(person("n-1", "n-1", &[]));
    let named = named_by(&world, "n-1", &healthy(), &failing("AdminGetUser")).expect("a user id");
    assert_eq!(named.id.as_str(), "n-1", "who has no identity needs no old pool");
    assert_eq!(id_of(&world, "n-9"), "jane-sub");
}

#[test]
fn what_the_table_says_after_a_lost_race_is_the_answer() {
    let world = gina("");
    let (sub, terms) = (NewSub::parse("n-9").expect("a sub"), terms(&world));
    let identify = Identify {
        old: &world.old.called_by(&healthy()),
        new_pool: &world.new.called_by(&healthy()),
        ids: &SomebodyIsFaster,
        old_pool: &world.old.shape().id,
        key: &terms.key,
        marker: &terms.marker,
        rules: &terms.rules,
    };
    let who = UserRef::Username(world.new.person("n-9").expect("the profile").username);
    assert_eq!(run(identify.user_id(&sub, &who)).expect("a user id").id.as_str(), "another");
}

/// A table in which somebody gives the account another id after each look.
struct SomebodyIsFaster;

impl IdReader for SomebodyIsFaster {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        Ok(vec![None; accounts.len()])
    }

    async fn accounts(&self, _id: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

impl IdStore for SomebodyIsFaster {
    async fn assign(&self, _new: &NewSub, _id: &UserId, _of: Option<&OldSub>) -> Answer<UserId> {
        Ok(UserId::parse("another").expect("an id"))
    }

    async fn owner_of_identity(&self, _identity: &Digest) -> Answer<Option<OldSub>> {
        Ok(None)
    }

    async fn note_identities(&self, _identities: &BTreeSet<Digest>, _of: &OldSub) -> Answer<()> {
        Ok(())
    }
}
