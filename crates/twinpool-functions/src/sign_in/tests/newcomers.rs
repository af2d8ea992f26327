//! UserMigration, and PreSignUp under names of old users.

use twinpool_core::port::Class;

use super::rounds::{OLD_PASSWORD, WRONG, answer, function, refused};
use super::*;

/// Jane of the old pool, whom nobody has mirrored.
fn with_a_newcomer() -> Bench {
    let bench = Bench::new();
    let jane = bench.world.old.person("jane-sub").unwrap().sub;
    bench.world.old.give_password(&jane, OLD_PASSWORD);
    bench.world.new.remove(&bench.world.new.person("n-1").unwrap().sub);
    bench
}

fn migration(password: &str) -> String {
    json!({
        "triggerSource": "UserMigration_Authentication", "userPoolId": NEW_POOL, "userName": "jane@example.com",
        "request": { "password": password }, "response": {},
    })
    .to_string()
}

#[tokio::test]
async fn a_migration_tells_of_too_many_attempts_and_of_what_lasts() {
    let bench = with_a_newcomer();
    let function = function(&bench, Mood::Works);
    bench.process.fail_all("AdminInitiateAuth", Class::Denied);
    let (said, line) = answer(&function, &migration(OLD_PASSWORD)).await;
    let line = line.unwrap();
    assert_eq!(
        (said, &line["reason"], &line["level"]),
        (Err("TRY_LATER".to_owned()), &json!("old_pool"), &json!("ERROR"))
    );
    bench.process.heal("AdminInitiateAuth");
    for _ in 0..4 {
        assert_eq!(answer(&function, &migration(WRONG)).await.0, Ok(json!({})));
    }
    // Another instance: each searches the old pool so often at once, and the attempts are counted in the table.
    let function = super::rounds::function(&bench, Mood::Works);
    let (said, line) = answer(&function, &migration(OLD_PASSWORD)).await;
    let line = line.unwrap();
    assert_eq!(
        (said, &line["reason"], &line["level"]),
        (Err("TOO_MANY".to_owned()), &json!("too_many"), &json!("INFO"))
    );
}

#[tokio::test]
async fn a_first_sign_in_makes_the_user_and_nobody_signs_up_under_the_name() {
    let bench = with_a_newcomer();
    let function = function(&bench, Mood::Works);
    let (response, line) = answer(&function, &migration(WRONG)).await;
    assert_eq!((response, &line.unwrap()["reason"]), (Ok(json!({})), &json!("wrong_password")));
    let (response, line) = answer(&function, &migration(OLD_PASSWORD)).await;
    assert_eq!(
        (response.unwrap()["finalUserStatus"].clone(), &line.unwrap()["reason"]),
        (json!("CONFIRMED"), &json!("migration"))
    );
    let sign_up = json!({
        "triggerSource": "PreSignUp_SignUp", "userPoolId": NEW_POOL, "userName": "0b6f",
        "request": { "userAttributes": { "email": "jane@example.com" } }, "response": {},
    })
    .to_string();
    let (said, reason) = refused(&function, &sign_up).await;
    assert!(said.starts_with("SIGN_IN_INSTEAD") && reason == "sign_in_instead", "{said}");
    let elsewhere = sign_up.replace(NEW_POOL, OLD_POOL);
    assert_eq!(refused(&function, &elsewhere).await, ("TRY_LATER".to_owned(), json!("other_pool")));
}

/// For each who is let in the watch takes two failed sign-ins off.
#[tokio::test]
async fn whoever_has_to_reset_the_password_first_is_not_counted_as_let_in() {
    let bench = with_a_newcomer();
    let forgot = migration("").replace("_Authentication", "_ForgotPassword");
    let (response, line) = answer(&function(&bench, Mood::Works), &forgot).await;
    assert_eq!((response.unwrap()["finalUserStatus"].clone(), line), (json!("RESET_REQUIRED"), None));
}
