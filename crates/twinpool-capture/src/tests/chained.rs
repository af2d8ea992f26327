//! A former function before capture.

use twinpool_aws::lambda::{Along, FunctionArn, Said};
use twinpool_aws::settings::{ChainSettings, Former};

use super::*;

mod slots;

const HERE: &str = "arn:aws:lambda:eu-west-1:111122223333:function:capture";
const CLAIMS: &str = "arn:aws:lambda:eu-west-1:111122223333:function:claims:live";

/// What the former function answers, byte for byte.
const CLAIMED: &str = r#"{"response":{"claimsOverrideDetails":{"a":1e400,  "b":-0.0}}, "z":"jane"}"#;

/// What becomes of one attempt to call it.
#[derive(Clone)]
pub(super) enum Turn {
    Says(Said),
    Refused(Class, &'static str),
    Panics,
    Hangs,
}

#[derive(Default)]
pub(super) struct Predecessor {
    turns: Mutex<Vec<Turn>>,
    takes: Duration,
    called: Mutex<Vec<(String, String, String)>>,
}

impl Functions for Predecessor {
    async fn invoke(&self, function: &FunctionArn, payload: &str, along: Along<'_>) -> port::Answer<Said> {
        let call = (function.as_str().to_owned(), payload.to_owned(), along.client_context.to_owned());
        self.called.lock().unwrap().push(call);
        tokio::time::sleep(self.takes).await;
        let turn = self.turns.lock().unwrap().remove(0);
        match turn {
            Turn::Says(said) => Ok(said),
            Turn::Refused(class, code) => Err(PortError::new(class, "Invoke", code)),
            Turn::Panics => panic!("about jane@example.com"),
            Turn::Hangs => std::future::pending().await,
        }
    }
}

pub(super) fn says(text: &str) -> Turn {
    Turn::Says(Said::Response(text.as_bytes().to_vec()))
}

fn former(arn: &str) -> Former {
    Some(Ok(FunctionArn::parse(arn).unwrap()))
}

pub(super) type Chained = Capture<Sink, Predecessor>;

fn chained_to(arn: &str, mood: Mood, takes: Duration, turns: &[Turn]) -> Chained {
    let sink = Sink { mood, taken: Mutex::default() };
    let predecessor = Predecessor { turns: Mutex::new(turns.to_vec()), takes, called: Mutex::default() };
    let settings = ChainSettings { pre_token_generation: former(arn), ..ChainSettings::default() };
    let capture = Capture::new(sink, DigestKey::new(&[7; 32]).unwrap(), DEADLINE);
    capture.after(Chain::Formers(settings, Ok(predecessor)))
}

pub(super) fn chained(turns: &[Turn]) -> Chained {
    chained_to(CLAIMS, Mood::Takes, Duration::ZERO, turns)
}

fn sent(capture: &Chained) -> usize {
    capture.wiring.as_ref().map_err(Clone::clone).unwrap().sink.taken.lock().unwrap().len()
}

fn called(capture: &Chained) -> Vec<(String, String, String)> {
    let Chain::Formers(_, Ok(former)) = &capture.chain else {
        panic!("nothing is chained");
    };
    former.called.lock().unwrap().clone()
}

pub(super) fn here(raw: &str) -> LambdaEvent<Box<RawValue>> {
    let mut event = event(raw);
    event.context.invoked_function_arn = format!("{HERE}:live");
    event
}

/// Error type and message for Cognito, and the line of log.
async fn refusal(capture: &Chained, event: LambdaEvent<Box<RawValue>>) -> (String, String, Value) {
    let answer = capture.answer(event).await;
    let told = answer.event.unwrap_err();
    let line = answer.chain.unwrap().to_string();
    assert!(!line.contains("jane"), "{line}");
    (told.error_type, told.error_message, serde_json::from_str(&line).unwrap())
}

#[tokio::test]
async fn what_the_former_function_says_is_the_answer_and_the_hint_is_of_what_came() {
    let capture = chained(&[says(CLAIMED)]);
    let answer = capture.answer(here(SIGN_IN)).await;
    assert_eq!(answer.event.unwrap().get(), CLAIMED);
    assert_eq!((answer.loss, answer.chain), (None, None));
    assert_eq!(called(&capture)[0].0, CLAIMS);
    assert_eq!(called(&capture)[0].1, SIGN_IN);
    assert_eq!(sent(&capture), 1);
}

#[tokio::test]
async fn null_and_any_other_json_go_on_for_cognito_to_judge() {
    for said in ["null", "7", "\"jane\"", "[]", "{}"] {
        let answer = chained(&[says(said)]).answer(here(SIGN_IN)).await;
        assert_eq!(answer.event.unwrap().get(), said);
        assert_eq!((answer.loss, answer.chain), (None, None));
    }
}

#[tokio::test]
async fn what_is_no_json_fails_the_trigger_as_cognito_would_say_it() {
    for said in [&b""[..], b"jane", b"{", b"\"\xff\""] {
        let capture = chained(&[Turn::Says(Said::Response(said.to_vec()))]);
        let (kind, message, line) = refusal(&capture, here(SIGN_IN)).await;
        assert_eq!(
            (kind.as_str(), message.as_str()),
            ("InvalidLambdaResponseException", "Unrecognizable lambda output")
        );
        assert_eq!((&line["reason"], &line["ChainFailed"]), (&"unreadable".into(), &1.into()));
        assert_eq!(sent(&capture), 1, "the user may have changed all the same");
    }
}

#[tokio::test]
async fn its_error_is_passed_on_with_its_words_and_told_without_them() {
    let body = r#"{"errorMessage":"jane is \"blocked\"","errorType":"Blocked","trace":["jane"]}"#;
    let capture = chained(&[Turn::Says(Said::Error(body.as_bytes().to_vec()))]);
    let (kind, message, line) = refusal(&capture, here(SIGN_IN)).await;
    assert_eq!((kind.as_str(), message.as_str()), ("Blocked", "jane is \"blocked\""));
    assert_eq!((&line["reason"], &line["level"]), (&"error".into(), &"INFO".into()));
    assert_eq!((&line["FormerError"], line.get("ChainFailed")), (&1.into(), None));
    assert_eq!((&line["former"], &line["request_id"]), (&CLAIMS.into(), &"r-1".into()));
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "FormerError");
    assert_eq!((sent(&capture), called(&capture).len()), (1, 1));
}

#[tokio::test]
async fn an_error_without_words_is_an_error_all_the_same() {
    for body in ["", "null", "jane", "{}", r#"{"errorMessage":null}"#] {
        let capture = chained(&[Turn::Says(Said::Error(body.as_bytes().to_vec()))]);
        let (_, message, _) = refusal(&capture, here(SIGN_IN)).await;
        assert_eq!(message, "the function failed", "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_lambda_and_a_dead_connection_are_tried_three_times() {
    let busy = Turn::Refused(Class::Throttled, "TooManyRequestsException");
    let dead = Turn::Refused(Class::Unavailable, "ConnectionFailed");
    let capture = chained(&[busy.clone(), dead.clone(), says(CLAIMED)]);
    assert_eq!(capture.answer(here(SIGN_IN)).await.event.unwrap().get(), CLAIMED);
    for (turn, code) in [(busy, "TooManyRequestsException"), (dead, "ConnectionFailed")] {
        let capture = chained(&[turn.clone(), turn.clone(), turn]);
        let (kind, message, line) = refusal(&capture, here(SIGN_IN)).await;
        assert_eq!(kind, code);
        assert_eq!(message, format!("invocation failed due to error {code}"));
        assert_eq!(
            (&line["reason"], &line["level"], &line["ChainFailed"]),
            (&"not_called".into(), &"ERROR".into(), &1.into())
        );
        assert!(line["message"].as_str().unwrap().contains(code), "{line}");
        assert_eq!(called(&capture).len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn what_lambda_refuses_is_never_skipped_and_not_tried_again() {
    for (class, code) in [
        (Class::Denied, "AccessDeniedException"),
        (Class::NotFound, "ResourceNotFoundException"),
        (Class::Unavailable, "ServiceException"),
        (Class::Unavailable, "UnreadableResponse"),
    ] {
        let capture = chained(&[Turn::Refused(class, code)]);
        let (_, message, _) = refusal(&capture, here(SIGN_IN)).await;
        assert_eq!(message, format!("invocation failed due to error {code}"));
        assert_eq!((called(&capture).len(), sent(&capture)), (1, 1));
    }
}

#[tokio::test]
async fn a_panic_on_the_way_fails_the_trigger() {
    let (_, message, line) = refusal(&chained(&[Turn::Panics]), here(SIGN_IN)).await;
    assert_eq!(
        (message.as_str(), &line["reason"]),
        ("invocation failed due to configuration", &"panicked".into())
    );
}

/// How long an answer takes, and why its hint was lost.
async fn timed(capture: &Chained) -> (Duration, Answer, Option<Value>) {
    let start = tokio::time::Instant::now();
    let answer = capture.answer(here(SIGN_IN)).await;
    let loss = answer.loss.as_ref().map(|loss| serde_json::from_str::<Value>(&loss.to_string()).unwrap());
    (start.elapsed(), answer, loss)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn the_hint_gets_what_is_left_of_cognito_s_time_and_never_more_than_the_deadline() {
    for (former, in_all, reason) in [
        (ms(0), ms(1_000), "too_slow"),
        (ms(3_000), ms(4_000), "too_slow"),
        (ms(3_500), ms(4_500), "too_slow"),
        (ms(4_000), ms(4_500), "no_time_left"),
        (ms(4_499), ms(4_500), "no_time_left"),
        (ms(4_500), ms(4_500), "no_time_left"),
        (ms(4_900), ms(4_900), "no_time_left"),
    ] {
        let capture = chained_to(CLAIMS, Mood::Hangs, former, &[says(CLAIMED)]);
        let (took, answer, loss) = timed(&capture).await;
        assert_eq!(answer.event.unwrap().get(), CLAIMED, "as slow as it is, its answer counts");
        let loss = loss.unwrap();
        assert_eq!(
            (took, &loss["reason"], &loss["sub"]),
            (in_all, &reason.into(), &"s-1".into()),
            "{former:?}"
        );
        assert!(loss["message"].as_str().unwrap().contains("the sign-in went on"), "{loss}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_former_function_costs_no_hint_that_has_time() {
    let capture = chained_to(CLAIMS, Mood::Takes, ms(4_400), &[says(CLAIMED)]);
    let (took, answer, _) = timed(&capture).await;
    assert_eq!((took, answer.loss, sent(&capture)), (ms(4_400), None, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_counts_for_the_first_event_only() {
    let capture =
        chained_to(CLAIMS, Mood::Hangs, ms(3_800), &[says(CLAIMED), says(CLAIMED)]).started_in(ms(400));
    assert_eq!(timed(&capture).await.0, ms(4_100));
    assert_eq!(timed(&capture).await.0, ms(4_500));
}

#[tokio::test(start_paused = true)]
async fn a_former_function_that_hangs_is_waited_for_as_long_as_cognito_would() {
    let capture = chained(&[Turn::Hangs]);
    let (took, answer, loss) = timed(&capture).await;
    assert_eq!(took, Duration::from_secs(5));
    assert!(
        answer.event.unwrap_err().error_message.ends_with("Socket timeout while invoking Lambda function")
    );
    let line: Value = serde_json::from_str(&answer.chain.unwrap().to_string()).unwrap();
    assert_eq!(line["reason"], "too_slow");
    let loss = loss.unwrap();
    assert_eq!((&loss["reason"], called(&capture).len()), (&"no_time_left".into(), 1));
    assert!(!loss["message"].as_str().unwrap().contains("went on"), "{loss}");
}
