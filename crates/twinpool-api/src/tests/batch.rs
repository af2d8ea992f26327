//! Many users at once.

use serde_json::{Value, json};

use super::book::Book;
use super::client::post;

#[tokio::test]
async fn many_are_answered_in_the_order_of_the_question() {
    let asked =
        [("new", "eve"), ("new", "ada-new"), ("old", "bob-old"), ("old", "ada-new"), ("new", "ada-new")];
    let accounts: Vec<_> = asked.iter().map(|(pool, sub)| json!({ "pool": pool, "sub": sub })).collect();
    let told =
        post(&Book::of_three(), "/v1/resolve", json!({ "accounts": accounts }).to_string()).await.json();
    let answers = told["accounts"].as_array().unwrap();
    let ids: Vec<_> = answers.iter().map(|answer| &answer["user_id"]).collect();
    assert_eq!(json!(ids), json!([null, "ada-old", "bob-old", null, "ada-old"]));
    for (answer, (pool, sub)) in answers.iter().zip(asked) {
        assert_eq!((&answer["pool"], &answer["sub"]), (&Value::from(pool), &Value::from(sub)));
    }
}

#[tokio::test]
async fn a_thousand_are_answered_and_one_more_is_refused() {
    let batch = |count: usize| {
        let sub = "s".repeat(64);
        json!({ "accounts": vec![json!({ "pool": "old", "sub": sub }); count] }).to_string()
    };
    let book = Book::of_three();
    for count in [0, 1_000] {
        let told = post(&book, "/v1/resolve", batch(count)).await;
        assert_eq!((told.status, told.json()["accounts"].as_array().unwrap().len()), (200, count));
    }
    let told = post(&book, "/v1/resolve", batch(1_001)).await;
    assert_eq!((told.status, &told.json()["field"]), (400, &Value::from("accounts")));
}
