//! Batches with bad messages: each is answered for, nothing of it is shown, and the others go on.

use std::fs;

use serde_json::Value;
use twinpool_tests::bootstrap::workspace;
use twinpool_tests::mirror::{Bench, batch, failures};
use twinpool_tests::runtime_api::Answer;

#[test]
fn bad_messages_go_back_and_good_ones_are_done() {
    let bench = Bench::new();
    let sub = bench.person("kim", &[]);
    let good = bench.sign_in("kim").to_body();
    let large = format!("{{\"v\":1,\"x\":\"{}\"}}", "kim@example.com ".repeat(15_000));
    let without_pool = good.replace("\"pool\"", "\"puddle\"");
    let elsewhere = good.replace(bench.old_pool(), "eu-west-1_Elsewhere");
    let wrong_type = good.replace("\"attributes\":{", "\"attributes\":[\"kim@example.com\"],\"a\":{");
    let newer = good.replace("\"v\":1", "\"v\":99");
    let bad = ["kim@example.com", "", "[]", "null", &large, &without_pool, &elsewhere, &wrong_type, &newer];
    let mut messages: Vec<_> = bad.iter().map(|body| (sub.as_str(), *body)).collect();
    messages.push((&sub, &good));
    let mirror = bench.mirror();
    let answer = mirror.invoke(batch(&messages, 1));
    let expected: Vec<_> = (0..bad.len()).map(|number| format!("m{number}")).collect();
    assert_eq!(failures(&answer), expected);
    bench.assert_in_step("kim", "among bad messages");
    let log = mirror.end();
    assert!(!log.contains("kim"), "{log}");
    for number in 0..bad.len() {
        let told = log.lines().any(|line| line.contains(&format!("\"m{number}\"")) && line.contains("ERROR"));
        assert!(told || number == 6, "no line for message {number}: {log}");
    }
    assert!(log.contains("neither pool"), "{log}");
}

#[test]
fn the_batch_of_the_events_folder_is_answered_message_by_message() {
    let bench = Bench::new();
    let text = fs::read_to_string(workspace().join("events/sqs/batch.json")).unwrap();
    let parsed: Value = serde_json::from_str(&text).unwrap();
    let records = parsed["Records"].as_array().unwrap();
    let ids: Vec<_> = records.iter().map(|record| record["messageId"].as_str().unwrap().to_owned()).collect();
    let mirror = bench.mirror();
    // Its pool is neither of ours.
    assert_eq!(failures(&mirror.invoke(&text)), ids);
}

#[test]
fn what_is_no_batch_is_an_error_and_the_next_batch_is_served() {
    let bench = Bench::new();
    let mirror = bench.mirror();
    for input in ["", "[]", "7", "{\"Records\":\"kim@example.com\"}", "{\"Records\":[{\"body\":7}]}"] {
        let answer = mirror.invoke(input);
        assert!(matches!(&answer, Answer::Error(text) if !text.contains("kim")), "{input}: {answer:?}");
    }
    let sub = bench.person("lou", &[]);
    let event = bench.sign_in("lou").to_body();
    assert_eq!(failures(&mirror.invoke(batch(&[(&sub, &event)], 1))), Vec::<String>::new());
    bench.assert_in_step("lou", "after bad batches");
}
