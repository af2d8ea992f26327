//! A person of the old pool signs in at the new one for the first time, with the old password; nobody has mirrored the user yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use twinpool_core::id::{Timestamp, Username};
use twinpool_core::password::{Checked, Password};
use twinpool_core::snapshot::{Factor, Mfa, Status};
use twinpool_core::value::Value;
use twinpool_engine::{Newcomer, NotAdmitted, SignUp};
use twinpool_testkit::world::{
    MARKER, OLD_POOL, alias_pool, attribute, email_pool, group, person, username_pool,
};
use twinpool_testkit::{MigrationAnswer, Person, Process, World};

use crate::support::{Door, NOW, assert_in_step, door, link, only, run, sign_in};

mod broken;
mod factors;
mod raced;
mod refused;

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const JANE: &str = "jane@example.com";

/// What the person sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    In,
    Wrong,
    /// PasswordResetRequiredException.
    ResetNeeded,
    /// An error that says so.
    Later,
    /// Cognito's own error: somebody else was faster.
    Failed,
}

/// Jane with a password, in the old pool only.
pub(crate) fn jane(rules: &str) -> World {
    let world = World::username_to_email().with_jane().under(rules);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.give_password(&jane.sub, PASSWORD);
    world
}

pub(crate) fn name(text: &str) -> Username {
    Username::parse(text).expect("a username")
}

pub(crate) fn answer_of(newcomer: &Newcomer) -> MigrationAnswer {
    let told = newcomer.attributes.iter();
    let mut all: BTreeMap<_, _> =
        told.map(|(name, value)| (name.to_string(), value.reveal().to_owned())).collect();
    all.extend(newcomer.username.iter().map(|name| ("username".to_owned(), name.as_str().to_owned())));
    MigrationAnswer::new(all, newcomer.is_confirmed, newcomer.sms_mfa)
}

/// Makes the user, as Cognito does: PreSignUp sees it first, and the worst that its source could be is that of everybody (F§8).
pub(crate) async fn make(
    world: &World,
    door: &Door,
    typed: &str,
    password: Option<&str>,
    newcomer: &Newcomer,
) -> Seen {
    let sign_up = SignUp { username: Some(name(typed)), attributes: newcomer.attributes.clone() };
    if door.sign_up(&sign_up).await.is_err() {
        return Seen::Failed;
    }
    match (world.new.migrate(typed, password, &answer_of(newcomer)), newcomer.is_confirmed) {
        (Ok(_), true) => Seen::In,
        (Ok(_), false) => Seen::ResetNeeded,
        (Err(_), _) => Seen::Failed,
    }
}

/// A sign-in at the new pool.
pub(crate) async fn comes(world: &World, door: &Door, typed: &str, password: &str) -> Seen {
    if !world.new.asks_migration(typed) {
        return match world.new.sign_in(typed, password) {
            Checked::Right { .. } => Seen::In,
            Checked::ResetRequired => Seen::ResetNeeded,
            _ => Seen::Wrong,
        };
    }
    match door.sign_in(&name(typed), &Password::new(password)).await {
        Ok(newcomer) => make(world, door, typed, Some(password), &newcomer).await,
        Err(NotAdmitted::No(_)) => Seen::Wrong,
        Err(NotAdmitted::NotNow(_)) => Seen::Later,
    }
}

pub(crate) fn healthy() -> Arc<Process> {
    Arc::new(Process::healthy())
}

pub(crate) fn later(seconds: u64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1_000)
}

pub(crate) fn signs_in(world: &World, typed: &str, password: &str) -> Seen {
    run(comes(world, &door(world, &healthy(), NOW), typed, password))
}

#[test]
fn a_person_comes_with_the_old_password_and_is_the_same_user() {
    let world = jane("");
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    // What the first token sets off.
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
    assert_eq!(only(&world).groups, [group("staff")].into());
    assert!(link(&world, "jane-sub").is_of_sign_in());
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In, "the mirror leaves the password alone");
    let asked = world.old.times_asked("jane");
    assert_eq!(asked, 1, "from then on the old pool is not asked");
}

#[test]
fn the_rules_say_what_the_user_is_made_with() {
    let rules = "[attributes]\n\"custom:tenant\" = { prefix = \"t-\" }\nname = { drop = true }\nnickname = { constant = \"J\" }\n\
                 \"custom:old\" = { rename = \"custom:born\" }\n[groups]\nrename = { staff = \"people\" }";
    let mut world = jane(rules);
    let mut shape = username_pool(OLD_POOL);
    shape.attributes.remove(&attribute("custom:born"));
    shape.attributes.insert(attribute("custom:old"), twinpool_core::pool::AttributeSchema::TEXT);
    let moved = World { rules: rules.to_owned(), ..World::new(shape, email_pool("eu-west-1_New")) };
    let jane = world.old.person("jane-sub").expect("jane");
    moved.old.put_group(world.old.group(&group("staff")).expect("staff"));
    moved.old.put(jane.clone());
    moved
        .old
        .edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("custom:old"), Value::new("1999"))));
    moved.old.give_password(&jane.sub, PASSWORD);
    world = moved;
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    let made = only(&world);
    let told = |name| made.value(name);
    assert_eq!((told("custom:tenant"), told("name"), told("nickname")), (Some("t-acme"), None, Some("J")));
    assert_eq!(told("custom:born"), Some("1999"), "what can be written at creation only is written then");
    assert!(told(MARKER).is_some());
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).groups, [group("people")].into());
}

#[test]
fn upper_and_lower_case_count_where_they_count_in_the_new_pool() {
    assert_eq!(signs_in(&jane(""), "Jane@Example.com", PASSWORD), Seen::In);
    let mut sensitive = email_pool("eu-west-1_New");
    sensitive.case_sensitive = true;
    let world = World::new(username_pool(OLD_POOL), sensitive).with_jane();
    world.old.give_password(&world.old.person("jane-sub").expect("jane").sub, PASSWORD);
    assert_eq!(signs_in(&world, "Jane@Example.com", PASSWORD), Seen::Wrong);
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
}

#[test]
fn a_username_of_before_is_no_name_where_addresses_are() {
    let world = jane("");
    assert_eq!(signs_in(&world, "jane", PASSWORD), Seen::Wrong);
    assert_eq!(world.old.times_asked("jane"), 0);
}

/// Jane in a pool of usernames with aliases, moving to another one.
fn jane_with_aliases() -> World {
    let world = World::new(alias_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("preferred_username"), Value::new("jj"));
    });
    world.old.give_password(&jane.sub, PASSWORD);
    world
}

#[test]
fn whichever_of_the_names_is_typed_the_username_stays_and_all_of_them_work() {
    for typed in ["jane", JANE, "jj"] {
        let world = jane_with_aliases();
        assert_eq!(signs_in(&world, typed, PASSWORD), Seen::In, "{typed}");
        assert_eq!(only(&world).username.as_str(), "jane");
        sign_in(&world, "jane-sub");
        assert_in_step(&world, "jane-sub");
        for name in ["jane", JANE, "jj"] {
            assert_eq!(signs_in(&world, name, PASSWORD), Seen::In, "{typed}, then {name}");
        }
    }
}

#[test]
fn an_unverified_alias_is_no_name() {
    let world = jane_with_aliases();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("email_verified"), Value::new("false"));
    });
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::Wrong);
    assert_eq!(signs_in(&world, "jane", PASSWORD), Seen::In);
}

#[test]
fn codes_by_text_message_are_asked_from_the_first_sign_in_on() {
    let with_mfa =
        |id| twinpool_core::pool::PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..email_pool(id) };
    let world = World::new(with_mfa(OLD_POOL), with_mfa("eu-west-1_New")).with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane: &mut Person| {
        jane.attributes.insert(attribute("phone_number"), Value::new("+15550100"));
        jane.attributes.insert(attribute("phone_number_verified"), Value::new("true"));
        jane.mfa = Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() };
    });
    world.old.give_password(&jane.sub, PASSWORD);
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::In);
    assert!(only(&world).mfa.sms);
    assert_eq!(world.new.sign_in(JANE, PASSWORD), Checked::Right { second_factor: true });
}

#[test]
fn a_temporary_password_must_be_reset_and_needs_a_way_to_do_so() {
    let world = jane("");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.status = Status::ForceChangePassword);
    assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::ResetNeeded);
    world.new.reset_password(JANE, "a new password").expect("it is reset");
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
    assert_eq!(signs_in(&world, JANE, "a new password"), Seen::In);

    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New"));
    world.old.put(Person { status: Status::ForceChangePassword, ..person("joe-sub", "joe", &[]) });
    world.old.give_password(&world.old.person("joe-sub").expect("joe").sub, PASSWORD);
    assert_eq!(signs_in(&world, "joe", PASSWORD), Seen::Wrong);
    assert_eq!((world.new.count(), world.links.all().len()), (0, 0));
}

#[test]
fn who_forgot_the_password_is_made_and_resets_it() {
    let world = jane("[sign_in]\nway = \"reset\"");
    let door = door(&world, &healthy(), NOW);
    let newcomer = run(door.reset(&name(JANE))).expect("jane may come");
    assert_eq!(run(make(&world, &door, JANE, None, &newcomer)), Seen::ResetNeeded);
    assert_eq!(world.old.times_asked("jane"), 0, "nobody asks for a password");
    world.new.reset_password(JANE, "a new password").expect("it is reset");
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
    assert_eq!(signs_in(&world, JANE, "a new password"), Seen::In);
}
