//! What cannot be answered.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use twinpool_core::port::Class;

use super::book::Book;
use super::client::{get, post, send};

#[tokio::test]
async fn an_id_that_nobody_has_and_one_that_cannot_be_are_answered_alike() {
    let book = Book::of_three();
    let long = "a".repeat(500);
    let mut answers = Vec::new();
    for id in ["eve", "jane@example.com", "a%20b", "%ff", "%00", "a%2Fb", "'%20OR%201=1", "..%2f..", &long] {
        for place in ["users", "subs"] {
            let told = get(&book, &format!("/v1/{place}/{id}"), &[]).await;
            answers.push((told.status, told.body, told.headers));
        }
    }
    assert_eq!(answers[0].0, 404);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn nobody_is_listed() {
    for path in [
        "/",
        "/v1",
        "/v1/users",
        "/v1/users/",
        "/v1/subs",
        "/v1/subs/",
        "/v1/users/a/b",
        "/v2/health",
        "/v1/health/",
    ] {
        let told = get(&Book::of_three(), path, &[]).await;
        assert_eq!((told.status, told.code().as_str()), (404, "unknown_path"), "{path}");
    }
}

#[tokio::test]
async fn a_bad_body_is_told_by_the_field_and_never_repeated() {
    const SECRET: &str = "jane.doe@example.com";
    let cases = [
        ("/v1/resolve", json!([SECRET]), "body"),
        ("/v1/resolve", json!({ SECRET: [] }), "accounts"),
        ("/v1/resolve", json!({ "accounts": SECRET }), "accounts"),
        ("/v1/resolve", json!({ "accounts": [SECRET] }), "accounts[0]"),
        (
            "/v1/resolve",
            json!({ "accounts": [{ "pool": "old", "sub": "a" }, { "pool": SECRET }] }),
            "accounts[1].pool",
        ),
        ("/v1/resolve", json!({ "accounts": [{ "pool": "old", "sub": SECRET }] }), "accounts[0].sub"),
        ("/v1/resolve", json!({ "accounts": [{ "pool": "old", "sub": 7 }] }), "accounts[0].sub"),
        ("/v1/resolve", json!({ "accounts": [{ "pool": "old" }] }), "accounts[0].sub"),
        ("/v1/links/check", json!({ "old_sub": SECRET, "new_sub": "b" }), "old_sub"),
        ("/v1/links/check", json!({ "old_sub": "a", "newsub": SECRET }), "new_sub"),
    ];
    for (path, body, field) in cases {
        let told = post(&Book::of_three(), path, body.to_string()).await;
        assert_eq!((told.status, &told.json()["field"]), (400, &Value::from(field)), "{body}");
        assert!(!told.body.contains("jane"), "{}", told.body);
    }
    for broken in ["", "{", "\"jane", "{\"accounts\": [] jane", &"[".repeat(10_000)] {
        let told = post(&Book::of_three(), "/v1/resolve", broken.to_owned()).await;
        assert_eq!(
            (told.json()["field"].clone(), told.body.contains("jane")),
            (json!("body"), false),
            "{broken}"
        );
    }
    for query in ["pool=jane", "pool=old&pool=new", "pool=", "pool=OLD"] {
        let told = get(&Book::of_three(), &format!("/v1/subs/ada-new?{query}"), &[]).await;
        assert_eq!(
            (told.json()["field"].clone(), told.body.contains("jane")),
            (json!("pool"), false),
            "{query}"
        );
    }
}

#[tokio::test]
async fn only_json_is_taken_and_not_without_end() {
    let book = Book::of_three();
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
    {
        let request = Request::post("/v1/resolve").header("content-type", kind);
        let told = send(&book, request.body(Body::from("{\"accounts\": []}")).unwrap()).await;
        assert_eq!((told.status, told.code().as_str()), (415, "unsupported_media_type"), "{kind}");
    }
    let told = post(&book, "/v1/links/check", vec![b' '; 256 * 1024 + 1]).await;
    assert_eq!((told.status, told.code().as_str()), (413, "too_large"));
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_told_with_when_to_ask_again() {
    for (class, seconds) in [
        (Class::Throttled, "1"),
        (Class::Unavailable, "1"),
        (Class::Denied, "30"),
        (Class::NotFound, "30"),
        (Class::Unreadable, "30"),
    ] {
        let down = Book::of_three().failing(class);
        let accounts = json!({ "accounts": [{ "pool": "old", "sub": "a" }] }).to_string();
        for told in [
            get(&down, "/v1/health", &[]).await,
            get(&down, "/v1/users/ada-old", &[("if-none-match", "*")]).await,
            get(&down, "/v1/subs/ada-old", &[]).await,
            post(&down, "/v1/resolve", accounts).await,
        ] {
            assert_eq!((told.status, told.header("retry-after")), (503, Some(seconds)), "{class:?}");
            assert!(!told.body.contains("SomeException"), "{}", told.body);
        }
    }
}
