//! CUSTOM_AUTH, and ways in that are switched off or set up wrongly.

use twinpool_aws::settings::Continuity;
use twinpool_core::port::Class;
use twinpool_testkit::world::group;

use super::first::pair;
use super::*;

pub(super) const OLD_PASSWORD: &str = "Correct-horse-1";
pub(super) const WRONG: &str = "Wrong-horse-12";

fn challenge(source: &str, request: &Value) -> String {
    json!({
        "version": "1", "triggerSource": format!("{source}_Authentication"), "userPoolId": NEW_POOL, "userName": "n-1",
        "request": merged(request), "response": { "answerCorrect": null },
    })
    .to_string()
}

fn merged(request: &Value) -> Value {
    let mut whole =
        json!({ "userAttributes": { "sub": "n-1", "email": "jane@example.com" }, "userNotFound": false });
    for (name, value) in request.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}

fn answered(kind: &str, is_right: bool) -> Value {
    json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": is_right, "challengeMetadata": kind })
}

fn with_password(password: &str) -> String {
    let request =
        json!({ "privateChallengeParameters": { "kind": "PASSWORD" }, "challengeAnswer": password });
    challenge("VerifyAuthChallengeResponse", &request)
}

/// Jane is mirrored, and signs in to the old pool with a password.
async fn bench() -> Bench {
    let bench = Bench::new();
    pair(&bench, true).await;
    let jane = bench.world.old.person("jane-sub").unwrap().sub;
    bench.world.old.give_password(&jane, OLD_PASSWORD);
    bench
}

pub(super) fn function(bench: &Bench, old: Mood) -> Function<Nobody> {
    bench.letting_in(Continuity::All, "", old)
}

/// The response, or the error's text; the line that was written.
pub(super) async fn answer(
    function: &Function<Nobody>,
    raw: &str,
) -> (Result<Value, String>, Option<BTreeMap<String, Value>>) {
    let answer = function.answer(event(raw)).await;
    let written: Vec<_> = answer.lines.iter().map(ToString::to_string).collect();
    let all = written.concat();
    assert!(written.len() <= 1 && !all.contains("jane@") && !all.contains("horse"), "{all}");
    let line = written.first().map(|line| serde_json::from_str(line).unwrap());
    let said = answer.event.map_err(|error| error.error_message);
    (said.map(|text| serde_json::from_str::<Value>(text.get()).unwrap()["response"].clone()), line)
}

pub(super) async fn refused(function: &Function<Nobody>, raw: &str) -> (String, Value) {
    let (said, line) = answer(function, raw).await;
    let line = line.unwrap();
    assert_eq!(line["BridgeRefused"], 1);
    (said.unwrap_err(), line["reason"].clone())
}

#[tokio::test]
async fn the_password_of_the_old_pool_is_carried_over_and_tokens_follow() {
    let bench = bench().await;
    let function = function(&bench, Mood::Works);
    let (said, line) = answer(&function, &challenge("DefineAuthChallenge", &json!({ "session": [] }))).await;
    let ask =
        json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false });
    assert_eq!((said, line), (Ok(ask), None));
    let raw =
        challenge("CreateAuthChallenge", &json!({ "challengeName": "CUSTOM_CHALLENGE", "session": null }));
    let asked = json!({
        "publicChallengeParameters": { "type": "PASSWORD" },
        "privateChallengeParameters": { "kind": "PASSWORD" },
        "challengeMetadata": "PASSWORD",
    });
    assert_eq!(answer(&function, &raw).await, (Ok(asked), None));
    let (said, line) = answer(&function, &with_password(OLD_PASSWORD)).await;
    assert_eq!((said, line), (Ok(json!({ "answerCorrect": true })), None));
    let right = json!({ "session": [answered("PASSWORD", true)] });
    let (said, line) = answer(&function, &challenge("DefineAuthChallenge", &right)).await;
    assert_eq!(said, Ok(json!({ "issueTokens": true, "failAuthentication": false })));
    let line = line.unwrap();
    assert_eq!(
        (&line["Bridged"], &line["reason"], &line["sub"]),
        (&json!(1), &json!("password"), &json!("n-1"))
    );
    let checked = bench.world.new.sign_in("n-1", OLD_PASSWORD);
    assert!(matches!(checked, twinpool_core::password::Checked::Right { .. }), "{checked:?}");
}

#[tokio::test]
async fn a_wrong_password_is_asked_for_again_and_too_many_are_told_so() {
    let bench = bench().await;
    let function = function(&bench, Mood::Works);
    for _ in 0..5 {
        let (said, line) = answer(&function, &with_password(WRONG)).await;
        let line = line.unwrap();
        assert_eq!(
            (said, &line["reason"]),
            (Ok(json!({ "answerCorrect": false })), &json!("wrong_password"))
        );
    }
    let again = json!({ "session": [answered("PASSWORD", false)] });
    let (said, _) = answer(&function, &challenge("DefineAuthChallenge", &again)).await;
    assert_eq!(said.unwrap()["challengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        refused(&function, &with_password(OLD_PASSWORD)).await,
        ("TOO_MANY".to_owned(), json!("too_many"))
    );
}

#[tokio::test(start_paused = true)]
async fn on_any_doubt_nobody_is_let_in_and_the_person_may_try_later() {
    for (mood, reason) in [(Mood::Hangs, "too_slow"), (Mood::Refuses, "old_pool"), (Mood::Panics, "panicked")]
    {
        let (bench, start) = (bench().await, Instant::now());
        let said = refused(&function(&bench, mood), &with_password(OLD_PASSWORD)).await;
        assert_eq!(said, ("TRY_LATER".to_owned(), json!(reason)));
        assert!(start.elapsed() <= LET_IN_BY, "{:?}", start.elapsed());
    }
    let bench = bench().await;
    for operation in ["GetItem", "AdminInitiateAuth", "AdminSetUserPassword"] {
        let bench = self::bench().await;
        bench.process.fail_all(operation, Class::Throttled);
        let (said, _) = refused(&function(&bench, Mood::Works), &with_password(OLD_PASSWORD)).await;
        assert_eq!(said, "TRY_LATER", "{operation}");
    }
    let function = function(&bench, Mood::Works);
    for (raw, reason) in [
        (with_password(OLD_PASSWORD).replace(NEW_POOL, OLD_POOL), "other_pool"),
        (with_password(OLD_PASSWORD).replace("userPoolId", "pool"), "unreadable"),
        (r#"{"triggerSource":"DefineAuthChallenge_Authentication"}"#.to_owned(), "unreadable"),
    ] {
        assert_eq!(refused(&function, &raw).await, ("TRY_LATER".to_owned(), json!(reason)));
    }
    assert_eq!(bench.world.old.times_asked("jane"), 0);
}

#[tokio::test]
async fn whoever_is_disabled_or_unknown_is_asked_the_same_and_every_answer_is_wrong() {
    let bench = bench().await;
    let function = function(&bench, Mood::Works);
    let jane = bench.world.old.person("jane-sub").unwrap().sub;
    bench.world.old.edit(&jane, |user| user.enabled = false);
    let (said, _) = answer(&function, &with_password(OLD_PASSWORD)).await;
    assert_eq!(said, Ok(json!({ "answerCorrect": false })));
    let nobody = json!({ "userNotFound": true, "userAttributes": {}, "session": [] });
    let (said, _) = answer(&function, &challenge("CreateAuthChallenge", &nobody)).await;
    assert_eq!(said.unwrap()["publicChallengeParameters"], json!({ "type": "PASSWORD" }));
    let (said, _) = answer(
        &function,
        &with_password(OLD_PASSWORD).replace(r#""userNotFound":false"#, r#""userNotFound":true"#),
    )
    .await;
    assert_eq!(said, Ok(json!({ "answerCorrect": false })));
}

#[tokio::test]
async fn what_is_no_answer_of_ours_is_wrong() {
    let bench = bench().await;
    let function = function(&bench, Mood::Works);
    for (old, new) in [
        (r#""kind":"PASSWORD""#, r#""kind":"SIGN_IN""#),
        (r#""kind":"PASSWORD""#, r#""kind":7"#),
        (r#"{"kind":"PASSWORD"}"#, "null"),
        (r#""Correct-horse-1""#, "null"),
        (r#""Correct-horse-1""#, r#"["Correct-horse-1"]"#),
    ] {
        let raw = with_password(OLD_PASSWORD).replace(old, new);
        let (said, line) = answer(&function, &raw).await;
        assert_eq!(
            (said, line.unwrap()["BridgeRefused"].clone()),
            (Ok(json!({ "answerCorrect": false })), json!(1)),
            "{new}"
        );
    }
    assert_eq!(bench.world.old.times_asked("jane"), 0);
}

#[tokio::test]
async fn the_owner_s_policy_says_by_which_way() {
    let bench = bench().await;
    let sub = bench.world.new.person("n-1").unwrap().sub;
    bench.world.new.edit(&sub, |user| {
        drop(user.attributes.insert(attribute("email_verified"), Secret::new("true")));
    });
    let rules = "[sign_in]\nway = \"password\"\n[[sign_in.policy]]\ngroups = [\"staff\"]\nway = \"code\"\n";
    let function = bench.letting_in(Continuity::Challenges, rules, Mood::Works);
    let (said, line) = answer(&function, &challenge("CreateAuthChallenge", &json!({ "session": [] }))).await;
    let public = said.unwrap()["publicChallengeParameters"].clone();
    assert_eq!((&public["type"], line), (&json!("CODE"), None));
    assert_eq!(bench.post.0.lock().unwrap().len(), 1);
    assert!(bench.world.old.person("jane-sub").unwrap().groups.contains(&group("staff")));
}

#[tokio::test]
async fn what_is_not_switched_on_goes_back_as_it_came() {
    let bench = bench().await;
    let migration = json!({
        "triggerSource": "UserMigration_Authentication", "userPoolId": NEW_POOL, "userName": "x@example.com",
        "request": { "password": OLD_PASSWORD }, "response": {},
    });
    let sign_up = migration.to_string().replace("UserMigration_Authentication", "PreSignUp_SignUp");
    let round = with_password(OLD_PASSWORD);
    let only = |continuity| bench.letting_in(continuity, "", Mood::Works);
    for (function, raw) in [
        (only(Continuity::Migration), &round),
        (only(Continuity::Challenges), &migration.to_string()),
        (only(Continuity::Challenges), &sign_up),
        (bench.function(), &round),
        (bench.function(), &sign_up),
    ] {
        assert_eq!(said(&function, raw).await, (raw.clone(), None));
    }
    assert!(bench.process.calls().is_empty());
}

#[tokio::test]
async fn a_function_that_is_set_up_wrongly_lets_nobody_in_and_says_which_setting() {
    let function: Function<Nobody> =
        SignIn::new(Err("TWINPOOL_LINKS_TABLE is not set".to_owned()), Chain::Nothing);
    let sign_up = json!({ "triggerSource": "PreSignUp_SignUp", "userPoolId": NEW_POOL }).to_string();
    for raw in [with_password(OLD_PASSWORD), sign_up] {
        assert_eq!(refused(&function, &raw).await, ("TRY_LATER".to_owned(), json!("misconfigured")));
    }
}

#[tokio::test]
async fn whom_the_mirror_or_a_provider_makes_is_kept_out_by_nothing_that_is_wrong_here() {
    let bench = bench().await;
    let broken: Function<Nobody> =
        SignIn::new(Err("TWINPOOL_LINKS_TABLE is not set".to_owned()), Chain::Nothing);
    let mut wiring = bench.wiring(Mood::Works, Mood::Works);
    wiring.ways = Err("TWINPOOL_OLD_POOL_CLIENT_ID is not set".to_owned());
    let without_ways: Function<Nobody> = SignIn::new(Ok(wiring), Chain::Nothing);
    let sign_up = |source: &str, pool: &str| {
        json!({
            "triggerSource": source, "userPoolId": pool, "userName": "0b6f",
            "request": { "userAttributes": { "email": "jane@example.com" } }, "response": {},
        })
        .to_string()
    };
    for (function, pool) in
        [(broken, NEW_POOL), (without_ways, NEW_POOL), (self::function(&bench, Mood::Works), OLD_POOL)]
    {
        for source in ["PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"] {
            let raw = sign_up(source, pool);
            assert_eq!(said(&function, &raw).await, (raw, None));
        }
        assert_eq!(refused(&function, &sign_up("PreSignUp_SignUp", pool)).await.0, "TRY_LATER");
    }
}
