//! Who is called for which event, and who never: loops, free slots, wrong settings.

use super::*;

#[tokio::test]
async fn a_function_chained_to_itself_by_any_alias_is_not_called() {
    for arn in [HERE.to_owned(), format!("{HERE}:live"), format!("{HERE}:7"), format!("{HERE}:$LATEST")] {
        let capture = chained_to(&arn, Mood::Takes, Duration::ZERO, &[]);
        let (_, message, line) = refusal(&capture, here(SIGN_IN)).await;
        assert_eq!(
            (message.as_str(), &line["reason"]),
            ("invocation failed due to configuration", &"loop".into())
        );
        assert!(called(&capture).is_empty());
    }
}

/// The event as the former function of this capture would get it.
fn passed_on(capture: &Chained) -> LambdaEvent<Box<RawValue>> {
    let (function, payload, client_context) = called(capture).remove(0);
    let mut event = event(&payload);
    event.context.invoked_function_arn = function;
    event.context.client_context = Some(serde_json::from_str(&client_context).unwrap());
    event
}

#[tokio::test]
async fn captures_that_call_each_other_notice_it_and_a_line_of_them_is_fine() {
    let first = chained(&[says(CLAIMED)]);
    first.answer(here(SIGN_IN)).await.event.unwrap();
    let back = chained_to(HERE, Mood::Takes, Duration::ZERO, &[]);
    let (_, _, line) = refusal(&back, passed_on(&first)).await;
    assert_eq!((&line["reason"], called(&back).len()), (&"loop".into(), 0));
    let on = chained_to(&HERE.replace("capture", "older"), Mood::Takes, Duration::ZERO, &[says(CLAIMED)]);
    assert_eq!(on.answer(passed_on(&first)).await.event.unwrap().get(), CLAIMED);
    // Without a chain of its own, a capture that was called by another passes the event through.
    let last = function(Mood::Takes);
    assert_eq!(last.answer(passed_on(&on)).await.event.unwrap().get(), SIGN_IN);
}

#[tokio::test]
async fn each_slot_has_its_own_former_function_and_a_free_one_has_none() {
    let arn = |name: &str| HERE.replace("capture", name);
    let settings = ChainSettings {
        post_confirmation: former(&arn("confirmed")),
        pre_token_generation: None,
        custom_message: former(&arn("message")),
        pre_sign_up: former(&arn("sign-up")),
    };
    for (source, expected) in [
        ("PostConfirmation_ConfirmSignUp", Some("confirmed")),
        ("CustomMessage_ForgotPassword", Some("message")),
        ("PreSignUp_SignUp", Some("sign-up")),
        ("TokenGeneration_Authentication", None),
        ("PostAuthentication_Authentication", None),
        ("Operator_Doctor", None),
    ] {
        let capture = chained(&[says("null")]);
        let Chain::Formers(_, functions) = capture.chain else { panic!() };
        let capture = Capture { chain: Chain::Formers(settings.clone(), functions), ..capture };
        let raw = SIGN_IN.replace("TokenGeneration_Authentication", source);
        let answer = capture.answer(here(&raw)).await;
        let back = if expected.is_some() { "null" } else { raw.as_str() };
        assert_eq!(answer.event.unwrap().get(), back, "{source}");
        let functions: Vec<_> = called(&capture).into_iter().map(|call| call.0).collect();
        assert_eq!(functions, expected.map(arn).into_iter().collect::<Vec<_>>(), "{source}");
    }
}

#[tokio::test]
async fn a_trigger_that_nobody_knows_is_not_let_past_a_former_function() {
    for raw in ["{}", "7", r#"{"triggerSource":"Tomorrow_X"}"#, r#"{"triggerSource":7}"#] {
        let (_, _, line) = refusal(&chained(&[]), here(raw)).await;
        assert_eq!(line["reason"], "unknown_trigger", "{raw}");
    }
}

#[tokio::test]
async fn a_wrong_setting_fails_its_own_slot_and_leaves_the_others() {
    let wrong = ChainSettings::read(&Wrong);
    let capture: Chained =
        Capture::misconfigured("no queue").after(Chain::Formers(wrong, Ok(Predecessor::default())));
    let (_, _, line) = refusal(&capture, here(SIGN_IN)).await;
    assert_eq!(line["reason"], "misconfigured");
    assert!(line["message"].as_str().unwrap().contains("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION"), "{line}");
    let raw = SIGN_IN.replace("TokenGeneration_Authentication", "CustomMessage_SignUp");
    assert_eq!(capture.answer(here(&raw)).await.event.unwrap().get(), raw);
}

struct Wrong;

impl twinpool_aws::settings::Source for Wrong {
    fn get(&self, key: &'static str) -> Option<String> {
        (key == "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION").then(|| "claims".to_owned())
    }
}

#[tokio::test]
async fn a_lost_queue_does_not_keep_the_former_function_from_being_called() {
    let settings = ChainSettings { pre_token_generation: former(CLAIMS), ..ChainSettings::default() };
    let functions = Predecessor { turns: Mutex::new(vec![says(CLAIMED)]), ..Predecessor::default() };
    let capture: Chained = Capture::misconfigured("no queue").after(Chain::Formers(settings, Ok(functions)));
    let answer = capture.answer(here(SIGN_IN)).await;
    assert_eq!(answer.event.unwrap().get(), CLAIMED);
    assert!(answer.loss.unwrap().to_string().contains("misconfigured"));
}
