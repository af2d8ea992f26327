//! Behind a function that had the slot before.

use twinpool_aws::lambda::{Along, FunctionArn, Said};
use twinpool_aws::settings::ChainSettings;
use twinpool_core::port;

use super::*;

const FORMER: &str = "arn:aws:lambda:eu-west-1:111122223333:function:former";

/// A former function that takes so long and says this.
struct Former {
    takes: Duration,
    says: Result<String, &'static str>,
}

impl Functions for Former {
    async fn invoke(&self, _: &FunctionArn, _: &str, _: Along<'_>) -> port::Answer<Said> {
        tokio::time::sleep(self.takes).await;
        Ok(match &self.says {
            Ok(text) => Said::Response(text.clone().into_bytes()),
            Err(error) => Said::Error(error.as_bytes().to_vec()),
        })
    }
}

fn after(takes: Duration, says: Result<String, &'static str>) -> Chain<Former> {
    let settings = ChainSettings {
        pre_token_generation: Some(Ok(FunctionArn::parse(FORMER).unwrap())),
        post_confirmation: Some(Ok(FunctionArn::parse(FORMER).unwrap())),
        ..Default::default()
    };
    Chain::Formers(settings, Ok(Former { takes, says }))
}

fn claimed() -> String {
    let details = r#"{"claimsToAddOrOverride":{"tenant":"acme"},"groupOverrideDetails":{"groupsToOverride":["staff"]}}"#;
    token("n-1").replace("null", details)
}

#[tokio::test]
async fn its_claims_and_groups_stay_and_the_user_id_comes_in_addition() {
    let bench = Bench::new();
    let function = bench.in_mood(Mood::Works, Mood::Works, after(Duration::ZERO, Ok(claimed())));
    let (text, line) = said(&function, &token("n-1")).await;
    assert_eq!((claim(&text), line), (json!("n-1"), None));
    let rest = text.replace(r#","user_id":"n-1""#, "").replace(r#""user_id":"n-1","#, "");
    assert_eq!(rest, claimed());
}

#[tokio::test]
async fn what_it_says_of_the_claim_itself_stands_and_is_counted() {
    let bench = Bench::new();
    let own = claimed().replace("tenant", "user_id");
    let function = bench.in_mood(Mood::Works, Mood::Works, after(Duration::ZERO, Ok(own.clone())));
    let (text, line) = said(&function, &token("n-1")).await;
    assert_eq!((text, &line.unwrap()["reason"]), (own, &json!("taken")));
}

#[tokio::test]
async fn its_refusal_goes_back_and_nobody_is_looked_up() {
    let bench = Bench::new();
    let refusal = r#"{"errorMessage":"blocked","errorType":"Blocked"}"#;
    let function = bench.in_mood(Mood::Works, Mood::Works, after(Duration::ZERO, Err(refusal)));
    let answer = function.answer(event(&token("n-1"))).await;
    assert_eq!(answer.event.unwrap_err().error_message, "blocked");
    assert!(answer.lines.is_empty() && answer.chain.is_some());
    assert!(bench.process.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_password_that_was_chosen_is_written_down_though_it_refuses_or_never_answers() {
    let refusal = r#"{"errorMessage":"blocked","errorType":"Blocked"}"#;
    for source in ["TokenGeneration_NewPasswordChallenge", "PostConfirmation_ConfirmForgotPassword"] {
        for takes in [Duration::ZERO, Duration::from_secs(60)] {
            let bench = Bench::new();
            first::pair(&bench, true).await;
            let function = bench.in_mood(Mood::Works, Mood::Works, after(takes, Err(refusal)));
            let raw = token("n-1").replace("TokenGeneration_Authentication", source);
            let answer = function.answer(event(&raw)).await;
            assert!(answer.event.is_err() && answer.lines.is_empty() && answer.chain.is_some());
            assert!(first::arrival(&bench, "jane-sub").await.has_password(), "{source}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_one_leaves_the_look_up_what_is_left_of_cognito_s_time() {
    let (bench, start) = (Bench::new(), Instant::now());
    let function =
        bench.in_mood(Mood::Hangs, Mood::Hangs, after(Duration::from_millis(4_200), Ok(claimed())));
    let (text, line) = said(&function, &token("n-1")).await;
    assert_eq!((text, &line.unwrap()["reason"]), (claimed(), &json!("no_time_left")));
    assert_eq!(start.elapsed(), ANSWERED_BY);
    let function =
        bench.in_mood(Mood::Works, Mood::Works, after(Duration::from_millis(4_200), Ok(claimed())));
    assert_eq!(claim(&said(&function, &token("n-1")).await.0), "n-1");
}

#[tokio::test(start_paused = true)]
async fn a_slow_start_is_taken_off_the_first_event_alone() {
    let (bench, start) = (Bench::new(), Instant::now());
    let function = bench.in_mood(Mood::Hangs, Mood::Hangs, Chain::<Former>::Nothing);
    let function = function.started_in(Duration::from_millis(4_000));
    assert_eq!(missing(&function, &token("n-1")).await["reason"], "no_time_left");
    assert_eq!(start.elapsed(), Duration::from_millis(500));
    assert_eq!(missing(&function, &token("n-1")).await["reason"], "too_slow");
}
