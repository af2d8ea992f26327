use twinpool_core::id::PoolId;

use super::*;
use crate::raw::stub::{Reply, Seen, config, server};

pub(super) const NOW: Timestamp = Timestamp(1_795_219_225_000);
const FROM: Timestamp = Timestamp(NOW.0 - 600_000);
/// A minute that is over.
const MINUTE: u64 = 1_795_219_140;

pub(super) fn places() -> WatchPlaces {
    WatchPlaces {
        stack: "prod".to_owned(),
        new_pool: PoolId::parse("eu-west-1_New").unwrap(),
        queue_url: "https://sqs.eu-west-1.amazonaws.com/123456789012/prod-Events.fifo".to_owned(),
        dlq_url: "https://sqs.eu-west-1.amazonaws.com/123456789012/prod-Dead.fifo".to_owned(),
        audit_trail_dlq_url: None,
        mirror: Some("prod-Mirror".to_owned()),
        resolve: Some("prod-Resolve".to_owned()),
        authorizer: None,
        sign_in: Some("prod-SignIn".to_owned()),
    }
}

pub(super) fn data(series: &[(&str, &str)]) -> &'static str {
    let all: Vec<_> = series
        .iter()
        .map(|(id, values)| {
            let times: Vec<_> = values.split(',').map(|_| MINUTE.to_string()).collect();
            let times = times.join(",");
            format!(r#"{{"Id":"{id}","StatusCode":"Complete","Values":[{values}],"Timestamps":[{times}]}}"#)
        })
        .collect();
    Box::leak(format!(r#"{{"MetricDataResults":[{}]}}"#, all.join(",")).into_boxed_str())
}

fn depth(waiting: u64, under_way: u64) -> &'static str {
    let answer = format!(
        r#"{{"Attributes":{{"ApproximateNumberOfMessages":"{waiting}","ApproximateNumberOfMessagesNotVisible":"{under_way}"}}}}"#
    );
    Box::leak(answer.into_boxed_str())
}

const EMPTY: &str = r#"{"MetricDataResults":[]}"#;
pub(super) const DENIED: Reply =
    (400, "", r#"{"__type":"AccessDeniedException","message":"jane@example.com"}"#);

pub(super) fn ok(body: &'static str) -> Reply {
    (200, "", body)
}

/// What is known, after these answers: metrics of the stack, of the new pool, the queue, the DLQ.
async fn measured(replies: [Reply; 4]) -> (Vec<Measure>, Vec<Seen>) {
    let (address, seen) = server(replies);
    let config = config(&address).await;
    let metrics = Metrics::connect(&config, &config, places()).unwrap();
    let measures = metrics.measures(FROM, NOW).await;
    (measures, seen.try_iter().collect())
}

fn fact(measures: &[Measure], criterion: Criterion) -> &Fact {
    &measures.iter().find(|measure| measure.criterion == criterion).unwrap().fact
}

#[tokio::test]
async fn everything_is_measured_where_it_is_counted() {
    let stack = data(&[
        ("age", "41.2"),
        ("conflicts", "0,2"),
        ("resolve_calls", "900"),
        ("resolve_ended", "1"),
        ("resolve_failed", "2"),
        ("sign_in_calls", "100"),
        ("claim_missing", "7"),
    ]);
    // Two app clients are two series of one search.
    let new =
        data(&[("sign_ins", "60"), ("sign_ins", "40"), ("sign_ins_good", "57"), ("sign_ins_good", "38")]);
    let (measures, seen) = measured([ok(stack), ok(new), ok(depth(3, 1)), ok(depth(1, 1))]).await;
    let facts: Vec<_> = measures.iter().map(|one| (one.criterion, one.place, one.fact.clone())).collect();
    assert_eq!(
        facts,
        [
            (Criterion::SignInSuccess, None, Fact::Share { part: 95, of: 100 }),
            (Criterion::MirrorAge, None, Fact::Amount(42)),
            (Criterion::Conflicts, None, Fact::Amount(2)),
            (Criterion::DeadLetters, Some("mirror"), Fact::Amount(2)),
            (Criterion::ResolverErrors, Some("HTTP API"), Fact::Share { part: 3, of: 900 }),
            (Criterion::ResolverErrors, Some("tokens"), Fact::Share { part: 7, of: 100 }),
        ]
    );
    let asked: Value = serde_json::from_slice(&seen[0].body).unwrap();
    assert_eq!(
        (asked["StartTime"].as_u64(), asked["EndTime"].as_u64()),
        (Some(1_795_218_660), Some(1_795_219_200))
    );
    let age = &asked["MetricDataQueries"][0]["MetricStat"];
    assert_eq!(age["Metric"]["Dimensions"][0]["Value"], "prod-Events.fifo");
    let asked: Value = serde_json::from_slice(&seen[1].body).unwrap();
    assert_eq!(
        asked["MetricDataQueries"][0]["Expression"],
        r#"SEARCH('{AWS/Cognito,UserPool,UserPoolClient} MetricName="SignInSuccesses" UserPool="eu-west-1_New"', 'SampleCount', 60)"#
    );
    assert_eq!(seen[2].header("x-amz-target"), "AmazonSQS.GetQueueAttributes");
}

/// Of so many sign-ins so many succeed, and so many people were let in: by the triggers, and over HTTP.
async fn judged(all: &str, good: &str, let_in: &str, over_http: &str) -> Fact {
    let stack = data(&[("let_in", let_in), ("let_in_over_http", over_http)]);
    let new = data(&[("sign_ins", all), ("sign_ins_good", good)]);
    let (measures, _) = measured([ok(stack), ok(new), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    fact(&measures, Criterion::SignInSuccess).clone()
}

#[tokio::test]
async fn attempts_that_had_to_fail_before_somebody_was_let_in_count_for_nothing() {
    // Plainly, by the challenge, and then in: of each of fifty people two attempts had to fail.
    assert_eq!(judged("160", "50", "50", "0").await, Fact::Share { part: 50, of: 60 });
    // A form that goes without the plain attempt: what is taken off is never somebody who got in.
    assert_eq!(judged("55", "50", "50", "0").await, Fact::Share { part: 50, of: 50 });
    assert_eq!(judged("100", "60", "0", "30").await, Fact::Share { part: 60, of: 70 });
    // Whom nobody lets in is counted in full.
    assert_eq!(judged("100", "0", "0", "0").await, Fact::Share { part: 0, of: 100 });
}

#[tokio::test]
async fn whom_the_triggers_let_in_and_cognito_did_not_hides_no_attempt() {
    for (all, good, let_in, over_http, part, of) in [
        ("100", "0", "100", "0", 0, 100),
        ("90", "0", "30", "0", 0, 90),
        ("90", "0", "0", "30", 0, 90),
        ("250", "50", "100", "0", 50, 150),
        // Fifty got in, by whichever way: no more than fifty had to fail before.
        ("300", "50", "40", "40", 50, 210),
    ] {
        let told = judged(all, good, let_in, over_http).await;
        assert_eq!(told, Fact::Share { part, of }, "{all} {good} {let_in} {over_http}");
    }
}

#[tokio::test]
async fn whoever_was_let_in_after_the_newest_sign_ins_that_are_known_is_not_taken_off_yet() {
    let series = |id: &str, points: &[(u64, u64)]| {
        let (times, values): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
        format!(r#"{{"Id":"{id}","Values":{values:?},"Timestamps":{times:?}}}"#)
    };
    let answer = |all: &[String]| -> &'static str {
        Box::leak(format!(r#"{{"MetricDataResults":[{}]}}"#, all.join(",")).into_boxed_str())
    };
    // Cognito counts five minutes late: of the last one only the triggers have told.
    let new =
        answer(&[series("sign_ins", &[(MINUTE - 300, 100)]), series("sign_ins_good", &[(MINUTE - 300, 40)])]);
    let stack = answer(&[series("let_in", &[(MINUTE, 20), (MINUTE - 300, 10)])]);
    let (measures, _) = measured([ok(stack), ok(new), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    assert_eq!(fact(&measures, Criterion::SignInSuccess), &Fact::Share { part: 40, of: 80 });
}

#[tokio::test]
async fn where_it_is_not_known_who_was_let_in_nothing_is_said_of_sign_ins() {
    let new = data(&[("sign_ins", "100"), ("sign_ins_good", "50")]);
    let (measures, _) = measured([DENIED, ok(new), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    assert!(matches!(fact(&measures, Criterion::SignInSuccess), Fact::Unknown(_)));
}

#[tokio::test]
async fn in_the_first_minute_after_a_step_nothing_is_asked_of_the_time_before() {
    let (address, seen) = server([ok(depth(0, 0)), ok(depth(3, 0))]);
    let config = config(&address).await;
    let metrics = Metrics::connect(&config, &config, places()).unwrap();
    let measures = metrics.measures(Timestamp(NOW.0 - 10_000), NOW).await;
    for Measure { criterion, fact, .. } in &measures {
        match criterion {
            Criterion::DeadLetters => assert_eq!(fact, &Fact::Amount(3), "as it is now"),
            _ => assert!(matches!(fact, Fact::Unknown(why) if why.contains("last step")), "{fact:?}"),
        }
    }
    assert_eq!(seen.try_iter().filter(|one| one.header("x-amz-target").contains("Metric")).count(), 0);
}

#[tokio::test]
async fn a_stack_at_rest_is_known_to_be_well_but_for_sign_ins_that_nobody_made() {
    let (measures, _) = measured([ok(EMPTY), ok(EMPTY), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    assert!(matches!(fact(&measures, Criterion::SignInSuccess), Fact::Unknown(_)));
    assert_eq!(fact(&measures, Criterion::MirrorAge), &Fact::Amount(0));
    assert_eq!(fact(&measures, Criterion::Conflicts), &Fact::Amount(0));
    assert_eq!(fact(&measures, Criterion::ResolverErrors), &Fact::Share { part: 0, of: 0 });
}

#[tokio::test]
async fn an_empty_queue_has_no_age_while_cloudwatch_still_tells_the_one_of_before() {
    let stack = data(&[("age", "360")]);
    let (measures, _) = measured([ok(stack), ok(EMPTY), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    assert_eq!(fact(&measures, Criterion::MirrorAge), &Fact::Amount(0));
    for (waiting, under_way) in [(1, 0), (0, 1)] {
        let (measures, _) =
            measured([ok(stack), ok(EMPTY), ok(depth(waiting, under_way)), ok(depth(0, 0))]).await;
        assert_eq!(fact(&measures, Criterion::MirrorAge), &Fact::Amount(360));
    }
}

#[tokio::test]
async fn a_metric_that_is_missing_while_there_is_work_is_not_known() {
    let stack = data(&[("mirror_calls", "12")]);
    let (measures, _) = measured([ok(stack), ok(EMPTY), ok(depth(4, 0)), ok(depth(0, 0))]).await;
    for criterion in [Criterion::MirrorAge, Criterion::Conflicts] {
        assert!(matches!(fact(&measures, criterion), Fact::Unknown(_)), "{criterion:?}");
    }
    // The mirror works, the queue is empty, and nobody counts.
    let (measures, _) = measured([ok(stack), ok(EMPTY), ok(depth(0, 0)), ok(depth(0, 0))]).await;
    assert!(matches!(fact(&measures, Criterion::Conflicts), Fact::Unknown(_)));
}

#[tokio::test]
async fn what_may_not_be_read_is_not_known_and_the_code_alone_is_said() {
    let (measures, _) = measured([DENIED, DENIED, DENIED, DENIED]).await;
    assert_eq!(measures.len(), 6);
    for Measure { criterion, fact, .. } in &measures {
        let Fact::Unknown(why) = fact else { panic!("{criterion:?}: {fact:?}") };
        assert!(why.contains("AccessDenied") && !why.contains('@'), "{why}");
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_not_known() {
    for odd in [
        r#"{"MetricDataResults":[{"Id":"age","StatusCode":"InternalError","Values":[],"Timestamps":[]}]}"#,
        r#"{"MetricDataResults":[{"Id":"age","Values":["many"],"Timestamps":[1795219140]}]}"#,
        r#"{"MetricDataResults":[{"Id":"age","Values":[-1],"Timestamps":[1795219140]}]}"#,
        r#"{"MetricDataResults":[{"Id":"age","Values":[1],"Timestamps":[]}]}"#,
    ] {
        let (measures, _) = measured([ok(odd), ok(EMPTY), ok(depth(0, 0)), ok("{}")]).await;
        assert!(matches!(fact(&measures, Criterion::MirrorAge), Fact::Unknown(_)), "{odd}");
        assert!(matches!(fact(&measures, Criterion::DeadLetters), Fact::Unknown(_)));
    }
}

#[test]
fn only_whole_minutes_are_asked_for_and_none_that_had_begun_before() {
    let span = |from, now| {
        let span = ask::span(Timestamp(from), Timestamp(now));
        span.map(|span| (span.start, span.end))
    };
    assert_eq!(span(61_000, 605_000), Some((120, 600)));
    assert_eq!(span(540_000, 605_000), Some((540, 600)));
    assert_eq!(span(541_000, 605_000), None);
    assert_eq!(span(604_000, 605_000), None);
    assert_eq!(span(0, 0), None);
}
