//! The contract of [`PoolWriter`], for a pool with e-mail sign-in, `custom:tenant`, and an immutable `custom:twinpool`.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{NewSub, ProviderName, Sub, Username};
use twinpool_core::pool::SignIn;
use twinpool_core::port::{Class, PoolWriter, by_sub};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use crate::world::{MARKER, attribute, group};

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| (attribute(name), Value::new(*value))).collect()
}

fn nobody() -> NewSub {
    NewSub::from(Sub::parse("00000000-dead-4000-8000-000000000000").expect("a sub"))
}

async fn read<P: PoolWriter>(pool: &P, sub: &NewSub) -> Snapshot {
    pool.user(&by_sub(sub)).await.expect("an answer").expect("the user")
}

/// A user with this address; gives the sub.
async fn make<P: PoolWriter>(pool: &P, email: &str) -> NewSub {
    let all = attributes(&[("email", email), ("email_verified", "true"), (MARKER, "m"), ("name", "Ann")]);
    pool.create_user(&Username::parse(email).expect("a username"), &all).await.expect("a user")
}

/// The pool says how people sign in, and what can be written.
pub async fn the_shape_is_told<P: PoolWriter>(pool: &P) {
    let shape = pool.shape().await.expect("a shape");
    assert_eq!(shape.sign_in, SignIn::Contact([Contact::Email].into()));
    assert!(shape.has(&attribute("custom:tenant")) && shape.is_mutable(&attribute("custom:tenant")));
    assert!(shape.has(&attribute(MARKER)) && !shape.is_mutable(&attribute(MARKER)));
    assert!(shape.has(&attribute("name")) && !shape.has(&attribute("custom:unheard-of")));
}

/// Who is not there is no error to readers, and one to writers.
pub async fn nobody_is_none<P: PoolWriter>(pool: &P) {
    for who in [by_sub(&nobody()), UserRef::Username(Username::parse("p1@example.com").expect("a username"))]
    {
        assert_eq!(pool.user(&who).await, Ok(None));
        assert_eq!(pool.groups(&who).await, Ok(None));
    }
    assert_eq!(pool.group(&group("p1-unheard-of")).await, Ok(None));
    let written = pool.set_attributes(&nobody(), &attributes(&[("name", "Ann")])).await;
    assert_eq!(written.map_err(|error| error.class), Err(Class::NotFound));
}

/// A new user has its attributes, no password that works, and a sub by which it is found.
pub async fn a_user_is_made_once<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p2@example.com").await;
    let made = read(pool, &sub).await;
    assert_eq!(made.sub, Sub::from(&sub));
    assert_eq!(made.status, Status::ForceChangePassword);
    assert!(made.enabled && made.groups.is_empty());
    let expected = [("email", "p2@example.com"), ("email_verified", "true"), (MARKER, "m"), ("name", "Ann")];
    assert_eq!(made.attributes, attributes(&expected));

    let again = pool
        .create_user(
            &Username::parse("p2@example.com").expect("a username"),
            &attributes(&[("email", "p2@example.com")]),
        )
        .await;
    assert_eq!(again.map_err(|error| error.class), Err(Class::Taken));

    let by_address = UserRef::Username(Username::parse("p2@example.com").expect("a username"));
    assert_eq!(pool.user(&by_address).await, Ok(Some(read(pool, &sub).await)));
}

/// A permanent password confirms, and can be set again.
pub async fn a_password_confirms<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p9@example.com").await;
    for _ in 0..2 {
        pool.set_random_password(&sub).await.expect("a password");
    }
    assert_eq!(read(pool, &sub).await.status, Status::Confirmed);
}

/// Writing what is there already changes nothing.
pub async fn attributes_are_written_twice<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p10@example.com").await;
    let before = read(pool, &sub).await;
    let same = attributes(&[("email", "p10@example.com"), ("email_verified", "true"), ("name", "Ann")]);
    pool.set_attributes(&sub, &same).await.expect("written");
    assert_eq!(read(pool, &sub).await.attributes, before.attributes);
}

/// Writing attributes leaves the others alone.
pub async fn attributes_are_written_one_by_one<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p3@example.com").await;
    let change = attributes(&[
        ("email", "p3.new@example.com"),
        ("email_verified", "true"),
        ("custom:tenant", "ä=ö, \"ü\""),
    ]);
    pool.set_attributes(&sub, &change).await.expect("written");
    let mut expected = attributes(&[(MARKER, "m"), ("name", "Ann")]);
    expected.extend(change);
    assert_eq!(read(pool, &sub).await.attributes, expected);
}

/// Deleting attributes leaves the others alone.
pub async fn attributes_are_deleted<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p4@example.com").await;
    pool.delete_attributes(&sub, &[attribute("name")].into()).await.expect("deleted");
    let expected = [("email", "p4@example.com"), ("email_verified", "true"), (MARKER, "m")];
    assert_eq!(read(pool, &sub).await.attributes, attributes(&expected));
}

/// Who may sign in is switched, and can be switched twice.
pub async fn a_user_is_disabled_and_enabled<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p5@example.com").await;
    for enabled in [false, false, true, true] {
        pool.set_enabled(&sub, enabled).await.expect("switched");
        assert_eq!(read(pool, &sub).await.enabled, enabled);
    }
}

/// Groups keep their definition; joining twice is fine.
pub async fn groups_are_made_and_joined<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p6@example.com").await;
    let definition = GroupDefinition {
        name: group("p6-staff"),
        description: Some("People who work here".to_owned()),
        precedence: Some(5),
    };
    let early = pool.add_to_group(&sub, &definition.name).await;
    assert_eq!(early.map_err(|error| error.class), Err(Class::NotFound));
    pool.create_group(&definition).await.expect("a group");
    let other = GroupDefinition { description: None, precedence: None, ..definition.clone() };
    pool.create_group(&other).await.expect("making it again is fine");
    assert_eq!(pool.group(&definition.name).await, Ok(Some(definition.clone())));
    for _ in 0..2 {
        pool.add_to_group(&sub, &definition.name).await.expect("a member");
    }
    assert_eq!(pool.groups(&by_sub(&sub)).await, Ok(Some([definition.name].into())));
}

/// Leaving is fine for whoever is not in the group.
pub async fn groups_are_left<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p7@example.com").await;
    let definition = GroupDefinition { name: group("p7-staff"), description: None, precedence: None };
    pool.create_group(&definition).await.expect("a group");
    pool.add_to_group(&sub, &definition.name).await.expect("a member");
    for _ in 0..2 {
        pool.remove_from_group(&sub, &definition.name).await.expect("left");
    }
    assert_eq!(pool.groups(&by_sub(&sub)).await, Ok(Some(BTreeSet::new())));
    pool.remove_from_group(&sub, &group("p7-unheard-of")).await.expect("no such group");
    pool.remove_from_group(&nobody(), &definition.name).await.expect("no such user");
}

/// More groups than one page holds are all read.
pub async fn many_groups_are_read<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p8@example.com").await;
    let names: BTreeSet<_> = (0..70).map(|number| group(&format!("p8-{number}"))).collect();
    for name in &names {
        let definition = GroupDefinition { name: name.clone(), description: None, precedence: None };
        pool.create_group(&definition).await.expect("a group");
        pool.add_to_group(&sub, name).await.expect("a member");
    }
    assert_eq!(pool.groups(&by_sub(&sub)).await, Ok(Some(names)));
}

/// A deleted user is gone, and deleting twice is fine.
pub async fn a_user_is_deleted<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p11@example.com").await;
    for _ in 0..2 {
        pool.delete_user(&sub).await.expect("deleted");
    }
    assert_eq!(pool.user(&by_sub(&sub)).await, Ok(None));
    let again = make(pool, "p11@example.com").await;
    assert_ne!(again, sub, "the same address gives another sub");
}

/// Groups are described anew, and deleted with their memberships.
pub async fn groups_are_changed_and_deleted<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p12@example.com").await;
    let before = GroupDefinition { name: group("p12-staff"), description: None, precedence: None };
    let after = GroupDefinition {
        description: Some("People who work here".to_owned()),
        precedence: Some(3),
        ..before.clone()
    };
    assert_eq!(pool.create_group(&before).await, Ok(true));
    assert_eq!(pool.create_group(&before).await, Ok(false));
    pool.update_group(&after).await.expect("described");
    assert_eq!(pool.group(&before.name).await, Ok(Some(after.clone())));
    pool.add_to_group(&sub, &before.name).await.expect("a member");
    for _ in 0..2 {
        pool.delete_group(&before.name).await.expect("deleted");
    }
    assert_eq!(pool.group(&before.name).await, Ok(None));
    assert_eq!(pool.groups(&by_sub(&sub)).await, Ok(Some(BTreeSet::new())));
}

/// An identity belongs to one user (F§4.8). The provider `Google` is there.
pub async fn identities_are_linked_once<P: PoolWriter>(pool: &P) {
    let (one, other) = (make(pool, "p13@example.com").await, make(pool, "p14@example.com").await);
    let (first, second) = (read(pool, &one).await, read(pool, &other).await);
    let provider = ProviderName::parse("Google").expect("a provider");
    let identity = Identity { provider, subject: Value::new("p13-subject") };
    pool.link_identity(&first, &identity).await.expect("linked");
    assert_eq!(read(pool, &one).await.identities, [identity.clone()].into());
    let taken = pool.link_identity(&second, &identity).await;
    assert_eq!(taken.map_err(|error| error.class), Err(Class::Taken));
    for _ in 0..2 {
        pool.unlink_identity(&identity).await.expect("unlinked");
    }
    assert!(read(pool, &one).await.identities.is_empty());
}

/// Codes by text message need a number to go to (F§4.9). The pool has MFA.
pub async fn second_factors_are_set<P: PoolWriter>(pool: &P) {
    let sub = make(pool, "p15@example.com").await;
    let on = Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() };
    let phone = attributes(&[("phone_number", "+4915112345678"), ("phone_number_verified", "true")]);
    pool.set_attributes(&sub, &phone).await.expect("written");
    for _ in 0..2 {
        pool.set_mfa(&sub, Mfa::default(), on).await.expect("on");
    }
    assert_eq!(read(pool, &sub).await.mfa, on);
    pool.set_mfa(&sub, on, Mfa::default()).await.expect("off");
    assert_eq!(read(pool, &sub).await.mfa, Mfa::default());
}
