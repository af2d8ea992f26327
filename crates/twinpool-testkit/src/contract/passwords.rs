//! The contract of passwords, for a pool with e-mail sign-in and an app client: users are made and given passwords through the one
//! port, and asked about through the other.

use twinpool_core::id::{NewSub, Username};
use twinpool_core::password::{Checked, Inviter, Password, PasswordChecker, PasswordSet, PasswordSetter};
use twinpool_core::port::{Class, PoolWriter, by_sub};
use twinpool_core::snapshot::{Factor, Mfa, Status};
use twinpool_core::value::{Attributes, Value};

use crate::world::{MARKER, attribute};

const RIGHT: &str = "Correct-horse-7";
const ONE_FACTOR: Checked = Checked::Right { second_factor: false };

fn name(email: &str) -> Username {
    Username::parse(email).expect("a username")
}

async fn make<P: PoolWriter>(pool: &P, email: &str) -> NewSub {
    let pairs = [
        ("email", email),
        ("email_verified", "true"),
        ("phone_number", "+4915112345678"),
        ("phone_number_verified", "true"),
        (MARKER, "m"),
    ];
    let all: Attributes = pairs.iter().map(|(key, value)| (attribute(key), Value::new(*value))).collect();
    pool.create_user(&name(email), &all).await.expect("a user")
}

async fn says<C: PasswordChecker>(asked: &C, email: &str, password: &str) -> Checked {
    asked.check(&name(email), &Password::new(password)).await.expect("an answer")
}

async fn status<P: PoolWriter>(pool: &P, sub: &NewSub) -> Status {
    pool.user(&by_sub(sub)).await.expect("an answer").expect("the user").status
}

/// The one that was set last is right, and no other; setting it again changes nothing.
pub async fn the_password_that_was_set_is_right<P: PoolWriter + PasswordSetter, C: PasswordChecker>(
    pool: &P,
    asked: &C,
) {
    const WHO: &str = "w1@example.com";
    let sub = make(pool, WHO).await;
    assert_eq!(says(asked, WHO, RIGHT).await, Checked::Wrong);
    for _ in 0..2 {
        let set = pool.set_password(&sub, &Password::new(RIGHT)).await;
        assert_eq!((set, status(pool, &sub).await), (Ok(PasswordSet::Done), Status::Confirmed));
        assert_eq!(says(asked, WHO, RIGHT).await, ONE_FACTOR);
    }
    assert_eq!(says(asked, WHO, "correct-horse-7").await, Checked::Wrong);
    assert_eq!(says(asked, WHO, "").await, Checked::Wrong);
    assert_eq!(says(asked, "w1-nobody@example.com", RIGHT).await, Checked::Wrong);
}

/// What the policy refuses, and what is no password at all, leaves the password as it was.
pub async fn a_weak_password_is_refused<P: PoolWriter + PasswordSetter, C: PasswordChecker>(
    pool: &P,
    asked: &C,
) {
    const WHO: &str = "w2@example.com";
    let sub = make(pool, WHO).await;
    pool.set_password(&sub, &Password::new(RIGHT)).await.expect("set");
    for weak in ["Aa1!", "a", ""] {
        assert_eq!(pool.set_password(&sub, &Password::new(weak)).await, Ok(PasswordSet::Refused));
    }
    assert_eq!(says(asked, WHO, RIGHT).await, ONE_FACTOR);
}

/// Whoever is disabled is told from whoever is wrong.
pub async fn a_disabled_user_is_told<P: PoolWriter + PasswordSetter, C: PasswordChecker>(
    pool: &P,
    asked: &C,
) {
    const WHO: &str = "w3@example.com";
    let sub = make(pool, WHO).await;
    pool.set_password(&sub, &Password::new(RIGHT)).await.expect("set");
    pool.set_enabled(&sub, false).await.expect("disabled");
    assert_eq!(says(asked, WHO, RIGHT).await, Checked::Disabled);
}

/// A second factor that is asked for next says that the password was right. The pool has MFA.
pub async fn a_second_factor_follows_a_right_password<P: PoolWriter + PasswordSetter, C: PasswordChecker>(
    pool: &P,
    asked: &C,
) {
    const WHO: &str = "w4@example.com";
    let sub = make(pool, WHO).await;
    pool.set_password(&sub, &Password::new(RIGHT)).await.expect("set");
    let on = Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() };
    pool.set_mfa(&sub, Mfa::default(), on).await.expect("on");
    assert_eq!(says(asked, WHO, RIGHT).await, Checked::Right { second_factor: true });
    assert_eq!(says(asked, WHO, "wrong").await, Checked::Wrong);
}

/// A temporary password is set for anybody, and sent to those only who have one (F§4.1).
pub async fn an_invitation_is_for_temporary_passwords<P: PoolWriter + Inviter>(pool: &P) {
    const WHO: &str = "w5@example.com";
    let sub = make(pool, WHO).await;
    pool.set_random_password(&sub).await.expect("set");
    let refused = pool.send_invitation(&name(WHO)).await;
    assert_eq!(refused.map_err(|error| error.class), Err(Class::Rejected));
    for _ in 0..2 {
        pool.set_temporary_password(&sub).await.expect("set");
        assert_eq!(status(pool, &sub).await, Status::ForceChangePassword);
        pool.send_invitation(&name(WHO)).await.expect("sent");
    }
    pool.set_random_password(&sub).await.expect("set");
    assert_eq!(status(pool, &sub).await, Status::Confirmed);
    let nobody = pool.send_invitation(&name("w5-nobody@example.com")).await;
    assert_eq!(nobody.map_err(|error| error.class), Err(Class::NotFound));
}
