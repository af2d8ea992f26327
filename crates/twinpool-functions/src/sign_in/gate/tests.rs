use std::sync::Arc;

use serde_json::{Value as Json, json};
use twinpool_core::id::Timestamp;
use twinpool_core::password::Checked;
use twinpool_core::port::Class;
use twinpool_engine::{Gate, GateWired, Terms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, StoppedClock, attribute, key};
use twinpool_testkit::{MemoryLinks, MigrationAnswer, PoolHandle, Process, World};

use super::super::{guard, migrate};
use super::*;

type Door = Gate<GateWired<PoolHandle, PoolHandle, MemoryLinks, StoppedClock>>;

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "correct horse";

fn world() -> World {
    let world = World::username_to_email().with_jane();
    world.old.give_password(&world.old.person("jane-sub").unwrap().sub, PASSWORD);
    world
}

fn door(world: &World, old: Process) -> Door {
    let (old, own) = (Arc::new(old), Arc::new(Process::healthy()));
    let ports = GateWired {
        old: world.old.called_by(&old),
        new_pool: world.new.called_by(&own),
        table: world.links.seen_by(&own),
        clock: StoppedClock(Timestamp(1_000_000)),
    };
    let terms = Terms { key: key(), marker: attribute(MARKER), rules: Rules::default() };
    Gate::new(ports, terms)
}

/// As Cognito writes it, with a field of tomorrow.
fn migration(source: &str, password: Option<&str>) -> String {
    let password = password.map(|text| format!(r#""password":"{text}","#)).unwrap_or_default();
    format!(
        r#"{{"version":"1","triggerSource":"{source}","userPoolId":"eu-west-1_New","userName":"{JANE}","n":1.0,"request":{{{password}"validationData":null}},"response":{{"userAttributes":null,"forceAliasCreation":null,"finalUserStatus":null}}}}"#
    )
}

fn sign_up(source: &str, email: &str) -> String {
    format!(
        r#"{{"triggerSource":"{source}","userName":"b2a6c1de-1a3b-4c7f-9d57-1d7a3c2e9a01","request":{{"userAttributes":{{"email":"{email}","x":true}}}},"response":{{"autoConfirmUser":false}}}}"#
    )
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

async fn asked(door: &Door, raw: &str) -> (Json, Outcome) {
    let said = migrate::answer(door, raw, soon()).await.unwrap();
    let mut event: Json = serde_json::from_str(said.event.get()).unwrap();
    let response = event["response"].take();
    let mut before: Json = serde_json::from_str(raw).unwrap();
    before["response"].take();
    assert_eq!(event, before, "everything else goes back as it came");
    (response, said.outcome)
}

#[tokio::test]
async fn cognito_makes_the_user_whom_the_answer_describes_and_the_password_works() {
    let world = world();
    let raw = migration("UserMigration_Authentication", Some(PASSWORD));
    let (response, outcome) = asked(&door(&world, Process::healthy()), &raw).await;
    assert_eq!(outcome, Outcome::LetIn);
    assert_eq!(response["userAttributes"]["email_verified"], json!("true"), "flags are texts");
    let answer = MigrationAnswer::read(&response).unwrap().unwrap();
    world.new.migrate(JANE, Some(PASSWORD), &answer).unwrap();
    let made = world.new.person(JANE).unwrap();
    assert_eq!((made.messages, made.value("name")), (0, Some("Jane")));
    assert_eq!(world.new.sign_in(JANE, PASSWORD), Checked::Right { second_factor: false });
}

#[tokio::test]
async fn who_forgot_the_password_is_made_without_one() {
    let world = world();
    let raw = migration("UserMigration_ForgotPassword", None);
    let (response, outcome) = asked(&door(&world, Process::healthy()), &raw).await;
    assert_eq!(outcome, Outcome::ResetFirst);
    let answer = MigrationAnswer::read(&response).unwrap().unwrap();
    world.new.migrate(JANE, None, &answer).unwrap();
    assert_eq!(world.new.sign_in(JANE, PASSWORD), Checked::ResetRequired);
    world.new.reset_password(JANE, "a new password").unwrap();
}

#[tokio::test]
async fn a_wrong_password_nobody_and_a_source_of_tomorrow_get_one_and_the_same_answer() {
    let world = world();
    let door = door(&world, Process::healthy());
    let wrong = migration("UserMigration_Authentication", Some("wrong"));
    let nobody =
        migration("UserMigration_Authentication", Some(PASSWORD)).replace(JANE, "nobody@example.com");
    let odd = migration("UserMigration_Authentication", Some(PASSWORD)).replace(JANE, "no user name");
    let tomorrow = migration("UserMigration_Passkey", Some(PASSWORD));
    let none = migration("UserMigration_Authentication", None);
    for (raw, expected) in [
        (wrong, No::WrongPassword),
        (nobody, No::Nobody),
        (odd, No::Nobody),
        (tomorrow, No::Nobody),
        (none, No::Nobody),
    ] {
        let (response, outcome) = asked(&door, &raw).await;
        assert_eq!((&response, outcome), (&json!({}), Outcome::Nobody(expected)));
        assert_eq!(MigrationAnswer::read(&response), Ok(None));
    }
    assert_eq!(world.links.all().len(), 0);
}

fn assert_later(refusal: &Refusal) {
    let told = Diagnostic::from(refusal);
    assert_eq!((told.error_message.as_str(), told.error_type.as_str()), ("TRY_LATER", "TryLater"));
    let shown = format!("{refusal:?}");
    assert!(!shown.contains("jane") && !shown.contains("horse"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_old_pool_that_hangs_or_refuses_is_told_as_such_before_cognito_asks_again() {
    for operation in ["AdminGetUser", "AdminInitiateAuth"] {
        for hangs in [true, false] {
            let (world, process, began) = (world(), Process::healthy(), Instant::now());
            if hangs {
                process.hang(operation);
            } else {
                process.fail_all(operation, Class::Throttled);
            }
            let raw = migration("UserMigration_Authentication", Some(PASSWORD));
            let refusal = migrate::answer(&door(&world, process), &raw, soon()).await.unwrap_err();
            assert_later(&refusal);
            assert_eq!(began.elapsed(), if hangs { ANSWERED_WITHIN } else { Duration::ZERO });
            assert_eq!(world.new.count(), 0);
        }
    }
    let process = Process::healthy();
    process.hang("AdminGetUser");
    let raw = sign_up("PreSignUp_SignUp", "new@example.com");
    let said = RawValue::from_string(raw.clone()).unwrap();
    let until = Instant::now() + Duration::from_secs(2);
    let refusal = guard::answer(&door(&world(), process), &raw, said, until).await.unwrap_err();
    assert_later(&refusal);
    assert_eq!(Instant::now(), until, "a former function has taken its time before");
}

#[tokio::test]
async fn a_sign_up_goes_back_as_it_came_unless_the_name_is_taken() {
    let door = door(&world(), Process::healthy());
    let answer = async |raw: &str| {
        let said = RawValue::from_string(raw.to_owned()).unwrap();
        guard::answer(&door, raw, said, soon()).await
    };
    let free = sign_up("PreSignUp_SignUp", "new@example.com");
    assert_eq!(answer(&free).await.unwrap().get(), free);
    let refusal = answer(&sign_up("PreSignUp_SignUp", JANE)).await.unwrap_err();
    assert_eq!(
        Diagnostic::from(&refusal).error_message,
        "SIGN_IN_INSTEAD: an account with this name exists already, sign in with its password"
    );
    for source in ["PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider", "PreSignUp_Migration"] {
        let raw = sign_up(source, JANE);
        assert_eq!(answer(&raw).await.unwrap().get(), raw);
    }
    let no_event = answer("[]").await.unwrap_err();
    assert_later(&no_event);
}
