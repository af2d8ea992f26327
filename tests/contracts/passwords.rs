//! Passwords over the wire: the contract, and one request for each question, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use twinpool_aws::cognito::{CognitoPool, PasswordPool};
use twinpool_core::id::{ClientId, NewSub, PoolId, Username};
use twinpool_core::password::{Checked, Inviter as _, Password, PasswordChecker as _, PasswordSetter as _};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader as _, by_sub};
use twinpool_core::snapshot::Status;
use twinpool_testkit::contract::passwords;
use twinpool_testkit::world::{email_pool, person};
use twinpool_testkit::{Kind, MemoryPool};
use twinpool_tests::aws_stub::AwsStub;
use xtask::local::{SignIn, create_pool};
use xtask::testbed::Bare;
use xtask::wire::Aws;

use crate::config;

const POOL: &str = "eu-west-1_New";
const RIGHT: &str = "Correct-horse-7";
const ASK: &str = "AdminInitiateAuth";

/// A pool, and the way to ask it.
type Both = (CognitoPool, PasswordPool);

async fn both(endpoint: &str, pool: PoolId, client: &str, within: Duration) -> Both {
    let pool = CognitoPool::connect(&config(endpoint).await, None, pool);
    (pool.clone(), PasswordPool::new(pool, ClientId::parse(client).unwrap(), within))
}

async fn on(endpoint: &str) -> Both {
    let aws = Aws::new(endpoint);
    let made = create_pool(&aws, "passwords", SignIn::Email, true).unwrap();
    let optional = json!({ "UserPoolId": made.id, "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::123456789012:role/sms" } } });
    aws.cognito("SetUserPoolMfaConfig", &optional).unwrap();
    both(endpoint, PoolId::parse(made.id).unwrap(), &made.client_id, PasswordPool::WITHIN).await
}

async fn on_ministack() -> (Bare, Both) {
    let servers = Bare::running().unwrap();
    let both = on(&servers.ministack).await;
    (servers, both)
}

async fn on_moto() -> (Bare, Both) {
    let servers = Bare::running().unwrap();
    let both = on(&servers.moto).await;
    (servers, both)
}

async fn on_the_strict_one() -> (AwsStub, Both) {
    let stub = stub(PasswordPool::WITHIN).await;
    (stub.server, (stub.written, stub.asked))
}

struct Stub {
    server: AwsStub,
    pool: Arc<MemoryPool>,
    asked: PasswordPool,
    written: CognitoPool,
}

/// Jane, with a password.
async fn stub(within: Duration) -> Stub {
    let pool =
        MemoryPool::with_uuids(PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..email_pool(POOL) });
    pool.put(person("jane-sub", "jane-sub", &[("email", "jane@example.com"), ("email_verified", "true")]));
    pool.give_password(&jane(), RIGHT);
    let server = AwsStub::start(&[&pool]);
    let (written, asked) = both(&server.endpoint(), pool.shape().id.clone(), "1client", within).await;
    Stub { server, pool, asked, written }
}

fn jane() -> twinpool_core::id::Sub {
    person("jane-sub", "jane-sub", &[]).sub
}

impl Stub {
    async fn says(&self, password: &str) -> Answer<Checked> {
        self.asked.check(&Username::parse("jane@example.com").unwrap(), &Password::new(password)).await
    }

    fn requests(&self, operation: &str) -> u64 {
        self.server.meter().operations().get(operation).copied().unwrap_or_default()
    }
}

macro_rules! both_keep {
    ($make:path: $($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let (_server, (pool, asked)) = $make().await;
            super::passwords::$check(&pool, &asked).await;
        }
    )*};
}

mod on_the_strict_one {
    both_keep!(super::on_the_strict_one: the_password_that_was_set_is_right a_weak_password_is_refused a_disabled_user_is_told
        a_second_factor_follows_a_right_password);

    #[tokio::test]
    async fn an_invitation_is_for_temporary_passwords() {
        let (_server, (pool, _)) = super::on_the_strict_one().await;
        super::passwords::an_invitation_is_for_temporary_passwords(&pool).await;
    }
}

/// It asks for no codes by text message, and sends invitations to everybody.
mod on_ministack {
    both_keep!(super::on_ministack: the_password_that_was_set_is_right a_weak_password_is_refused a_disabled_user_is_told);
}

/// It takes no password as long as our random ones, so that nobody is invited.
mod on_moto {
    both_keep!(super::on_moto: the_password_that_was_set_is_right a_weak_password_is_refused a_disabled_user_is_told
        a_second_factor_follows_a_right_password);
}

#[tokio::test]
async fn each_answer_of_the_pool_is_understood() {
    let stub = stub(PasswordPool::WITHIN).await;
    for (status, expected) in [
        (Status::Confirmed, Checked::Right { second_factor: false }),
        (Status::ForceChangePassword, Checked::Temporary),
        (Status::Unconfirmed, Checked::NotConfirmed),
        (Status::ResetRequired, Checked::ResetRequired),
    ] {
        stub.pool.edit(&jane(), |person| person.status = status);
        assert_eq!(stub.says(RIGHT).await, Ok(expected));
    }
    stub.pool.edit(&jane(), |person| person.status = Status::Confirmed);
    stub.pool.challenge_after_password(&jane(), "DEVICE_SRP_AUTH");
    assert_eq!(stub.says(RIGHT).await, Ok(Checked::Unclear("DEVICE_SRP_AUTH".to_owned())));
    for _ in 0..5 {
        assert_eq!(stub.says("wrong").await, Ok(Checked::Wrong));
    }
    assert_eq!(stub.says(RIGHT).await, Ok(Checked::Locked));
    assert_eq!(
        stub.requests(ASK),
        u64::from(stub.pool.times_asked("jane-sub")),
        "one request for each question"
    );
}

#[tokio::test]
async fn a_question_without_an_answer_is_not_repeated() {
    let stub = stub(Duration::from_millis(300)).await;
    let unavailable =
        |answer: Answer<Checked>| answer.map_err(|error| error.class) == Err(Class::Unavailable);
    stub.server.faults().hang(ASK);
    assert!(unavailable(stub.says("wrong").await));
    assert_eq!(stub.requests(ASK), 1);
    // From here on answers are wanted: in the time that a real one has.
    let stub = self::stub(PasswordPool::WITHIN).await;
    for asked in 1..=2 {
        // The second time over a connection that was used before.
        stub.server.faults().lose_answer(ASK);
        assert!(unavailable(stub.says("wrong").await));
        assert_eq!(stub.pool.times_asked("jane-sub"), asked * 2 - 1);
        assert_eq!(stub.says("wrong").await, Ok(Checked::Wrong));
    }
    stub.server.faults().fail_next(ASK, 9, "InternalErrorException");
    let before = stub.requests(ASK);
    assert!(unavailable(stub.says(RIGHT).await));
    assert_eq!(stub.requests(ASK), before + 1);
}

#[tokio::test]
async fn a_throttled_question_is_asked_once_more() {
    let stub = stub(PasswordPool::WITHIN).await;
    stub.server.faults().fail_next(ASK, 1, "TooManyRequestsException");
    assert_eq!(stub.says(RIGHT).await, Ok(Checked::Right { second_factor: false }));
    assert_eq!((stub.requests(ASK), stub.pool.times_asked("jane-sub")), (2, 1));
    stub.server.faults().fail_next(ASK, 9, "TooManyRequestsException");
    let throttled = stub.says(RIGHT).await;
    assert_eq!((throttled.map_err(|error| error.class), stub.requests(ASK)), (Err(Class::Throttled), 4));
}

#[tokio::test]
async fn a_password_is_set_and_a_message_sent_once_although_the_answer_is_lost() {
    let stub = stub(PasswordPool::WITHIN).await;
    let sub = NewSub::from(jane());
    stub.server.faults().lose_answer("AdminSetUserPassword");
    assert!(stub.written.set_password(&sub, &Password::new("Battery-staple-8")).await.is_err());
    assert_eq!(stub.requests("AdminSetUserPassword"), 1);
    assert_eq!(stub.says("Battery-staple-8").await, Ok(Checked::Right { second_factor: false }));
    stub.written.set_temporary_password(&sub).await.unwrap();
    stub.server.faults().lose_answer("AdminCreateUser");
    let name = Username::parse("jane@example.com").unwrap();
    assert!(stub.written.send_invitation(&name).await.is_err());
    assert_eq!(stub.pool.mailed_passwords(&jane()).len(), 1);
}

#[tokio::test]
async fn the_pool_that_is_asked_is_read_too() {
    let stub = stub(PasswordPool::WITHIN).await;
    stub.pool.set_password_as_admin(&NewSub::from(jane()), RIGHT, Kind::Temporary).unwrap();
    let read = stub.asked.user(&by_sub(&NewSub::from(jane()))).await.unwrap().unwrap();
    assert_eq!(read.status, Status::ForceChangePassword);
}
