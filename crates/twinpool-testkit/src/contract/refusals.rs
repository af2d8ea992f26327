//! What AWS refuses. Servers that nod are named in tests/contracts; the stand-in in memory keeps to all of it.

use twinpool_core::id::{NewSub, Username};
use twinpool_core::port::{Class, PoolWriter, by_sub};
use twinpool_core::value::{Attributes, Value};

use crate::world::{MARKER, attribute};

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| (attribute(name), Value::new(*value))).collect()
}

async fn make<P: PoolWriter>(pool: &P, email: &str) -> Result<NewSub, Class> {
    let all = attributes(&[("email", email), ("email_verified", "true"), (MARKER, "m")]);
    let name = Username::parse(email).expect("a username");
    pool.create_user(&name, &all).await.map_err(|error| error.class)
}

/// In a pool that does not tell case apart, one name is taken in every case (F§4.10).
pub async fn a_name_is_taken_in_every_case<P: PoolWriter>(pool: &P) -> bool {
    make(pool, "r1@example.com").await.expect("a user");
    make(pool, "R1@Example.com").await == Err(Class::Taken)
}

/// Attributes that the schema does not have are refused (F§4.1).
pub async fn an_undeclared_attribute_is_refused<P: PoolWriter>(pool: &P) -> bool {
    let sub = make(pool, "r2@example.com").await.expect("a user");
    let answer = pool.set_attributes(&sub, &attributes(&[("custom:unheard-of", "x")])).await;
    answer.map_err(|error| error.class) == Err(Class::Rejected)
}

/// Immutable attributes are written at creation only (F§4.1).
pub async fn an_immutable_attribute_is_refused<P: PoolWriter>(pool: &P) -> bool {
    let sub = make(pool, "r3@example.com").await.expect("a user");
    let answer = pool.set_attributes(&sub, &attributes(&[(MARKER, "other")])).await;
    answer.map_err(|error| error.class) == Err(Class::Rejected)
}

/// Where people sign in with addresses, one that somebody has cannot be given to another (F§4.2).
pub async fn an_address_of_another_is_refused<P: PoolWriter>(pool: &P) -> bool {
    make(pool, "r4@example.com").await.expect("a user");
    let other = make(pool, "r5@example.com").await.expect("a user");
    let theirs = attributes(&[("email", "r4@example.com"), ("email_verified", "true")]);
    let answer = pool.set_attributes(&other, &theirs).await;
    answer.map_err(|error| error.class) == Err(Class::Taken)
}

/// Attributes can be deleted (F§4.2).
pub async fn attributes_can_be_deleted<P: PoolWriter>(pool: &P) -> bool {
    let sub = make(pool, "r6@example.com").await.expect("a user");
    pool.set_attributes(&sub, &attributes(&[("name", "Ann")])).await.expect("written");
    let deleted = pool.delete_attributes(&sub, &[attribute("name")].into()).await;
    let user = pool.user(&by_sub(&sub)).await.expect("an answer").expect("a user");
    deleted.is_ok() && user.attribute("name").is_none()
}
