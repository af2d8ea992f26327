//! The description and the router tell the same.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use twinpool_core::port::Class;

use super::book::Book;
use super::client::{get, post, send};
use super::schema;
use crate::OPENAPI;
use crate::routes::routes;

pub(super) fn parsed() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// The path of the description that an address is of.
fn template(all: &Value, path: &str) -> Option<String> {
    let matches = |template: &&String| {
        let (wanted, parts): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        let same =
            |(wanted, part): (&&str, &&str)| wanted == part || (wanted.starts_with('{') && !part.is_empty());
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
    };
    all["paths"].as_object().unwrap().keys().find(matches).cloned()
}

/// What the description says of an answer.
pub(super) fn response(all: &Value, method: &str, path: &str, status: u16) -> Value {
    let Some(template) = template(all, path) else {
        return all["components"]["responses"]["UnknownPath"].clone();
    };
    let item = &all["paths"][&template];
    let operation = match (status, method) {
        // Of whichever method the address has.
        (405, _) => item.as_object().unwrap().values().next().unwrap(),
        (_, "head") => &item["get"],
        _ => &item[method],
    };
    let described = &operation["responses"][status.to_string()];
    assert!(!described.is_null(), "{method} {path} answers {status}, which nobody describes");
    schema::followed(all, described).clone()
}

#[test]
fn every_route_is_described_and_every_description_is_routed() {
    let described: BTreeSet<_> = parsed()["paths"].as_object().unwrap().keys().cloned().collect();
    let routed: BTreeSet<_> = routes::<Book>().iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(described, routed);
}

#[tokio::test]
async fn every_method_of_a_route_is_described_and_no_other() {
    for (path, item) in parsed()["paths"].as_object().unwrap() {
        let mut described: BTreeSet<_> =
            item.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        if described.contains("GET") {
            described.insert("HEAD".to_owned());
        }
        let path = path.replace(['{', '}'], "");
        let told = send(&Book::of_three(), Request::patch(&path).body(Body::empty()).unwrap()).await;
        let allowed: BTreeSet<_> = told.header("allow").unwrap().split(',').map(str::to_owned).collect();
        assert_eq!((told.status, allowed), (405, described), "{path}");
    }
}

#[test]
fn every_example_is_as_its_schema_says_and_the_version_is_this_one() {
    let all = parsed();
    assert_eq!(all["info"]["version"], env!("CARGO_PKG_VERSION"));
    let (mut left, mut seen) = (vec![&all], 0);
    while let Some(value) = left.pop() {
        if let (Some(example), false) = (value.get("example"), value["schema"].is_null()) {
            schema::check(&all, &value["schema"], example, "an example");
            seen += 1;
        }
        left.extend(value.as_object().into_iter().flat_map(|object| object.values()));
        left.extend(value.as_array().into_iter().flatten());
    }
    assert!(seen > 12, "only {seen} examples");
}

/// Requests that get every answer of the description.
async fn every_answer() -> BTreeSet<(String, String, u16)> {
    let (book, down) = (Book::of_three(), Book::of_three().failing(Class::Unavailable));
    let twice = Book::of_three().with_a_namesake("bob-old");
    let mut seen = BTreeSet::new();
    let mut note =
        |method: &str, path: &str, status| seen.insert((method.to_owned(), path.to_owned(), status));
    for (template, path) in [
        ("/v1/users/{id}", "/v1/users/ada-old"),
        ("/v1/subs/{sub}", "/v1/subs/ada-new"),
        ("/v1/health", "/v1/health"),
        ("/v1/openapi.json", "/v1/openapi.json"),
    ] {
        let told = get(&book, path, &[]).await;
        note("get", template, told.status);
        if let Some(tag) = told.header("etag") {
            note("get", template, get(&book, path, &[("if-none-match", tag)]).await.status);
        }
        note("get", template, post(&book, path, "{}").await.status);
        note("get", template, get(&down, path, &[]).await.status);
    }
    for (path, template) in [("/v1/users/eve", "/v1/users/{id}"), ("/v1/subs/eve", "/v1/subs/{sub}")] {
        note("get", template, get(&book, path, &[]).await.status);
    }
    note("get", "/v1/subs/{sub}", get(&twice, "/v1/subs/bob-old", &[]).await.status);
    note("get", "/v1/subs/{sub}", get(&book, "/v1/subs/bob-old?pool=both", &[]).await.status);
    let (batch, pair) =
        (json!({ "accounts": [{ "pool": "old", "sub": "a" }] }), json!({ "old_sub": "a", "new_sub": "b" }));
    for (path, body) in [("/v1/resolve", batch), ("/v1/links/check", pair)] {
        note("post", path, post(&book, path, body.to_string()).await.status);
        note("post", path, post(&down, path, body.to_string()).await.status);
        note("post", path, post(&book, path, "[]").await.status);
        note("post", path, post(&book, path, vec![b' '; 300_000]).await.status);
        note("post", path, get(&book, path, &[]).await.status);
        note("post", path, send(&book, Request::post(path).body(Body::from("{}")).unwrap()).await.status);
    }
    seen
}

#[tokio::test]
async fn every_answer_that_is_described_is_given_and_no_other() {
    let all = parsed();
    let mut described = BTreeSet::new();
    for (path, item) in all["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap().keys();
            described.extend(
                statuses.map(|status| (method.clone(), path.clone(), status.parse::<u16>().unwrap())),
            );
        }
    }
    assert_eq!(every_answer().await, described);
}

#[tokio::test]
async fn the_description_is_served_as_it_is() {
    let told = get(&Book::of_three().failing(Class::Denied), "/v1/openapi.json", &[]).await;
    assert_eq!((told.status, told.body.as_str()), (200, OPENAPI));
}
