//! Where somebody is sent, over HTTP. Every answer is held against the description.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use twinpool_core::destination::Destinations;
use twinpool_core::id::{AttributeName, ClientId, GroupName, PoolId, Timestamp};
use twinpool_core::phase::{Cohorts, Phase, PhaseReader, Share, Standing};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_resolver::Router;
use twinpool_testkit::world::{StoppedClock, key};

use super::book::Book;
use super::client::{Told, answered, assert_described};
use super::log::Log;
use super::schema;
use crate::route::{OPENAPI, beside, router};

const NOW: Timestamp = Timestamp(1_795_219_200_000);

/// The record of the phase.
#[derive(Clone)]
struct Record(Answer<Standing>);

impl PhaseReader for Record {
    async fn standing(&self) -> Answer<Standing> {
        self.0.clone()
    }
}

struct Bench {
    record: Record,
    told: crate::route::Told,
}

fn at(phase: Phase) -> Standing {
    let share = if phase == Phase::Cutover { Share::ALL } else { Share::NONE };
    Standing { version: 7, phase, share, two_way_since: Some(Timestamp(1)), ..Standing::default() }
}

fn bench(standing: Standing) -> Bench {
    let client = |id| ClientId::parse(id).unwrap();
    let destinations = Destinations {
        old: PoolId::parse("eu-west-1_Old").unwrap(),
        new: PoolId::parse("eu-central-1_New").unwrap(),
        clients: [(client("web"), client("web2")), (client("ios"), client("ios2"))].into(),
    };
    let told = crate::route::Told { destinations, seconds: 30, origins: BTreeSet::new() };
    Bench { record: Record(Ok(standing)), told }
}

/// Staff, the tenant acme and a tester are sent, and one is not.
fn canary() -> Bench {
    let tenant = AttributeName::parse("custom:tenant").unwrap();
    let cohorts = Cohorts {
        groups: [GroupName::parse("staff").unwrap()].into(),
        values: [(tenant.clone(), key().cohort(&tenant, "acme"))].into(),
        allow: [key().tester("ada")].into(),
        deny: [key().tester("eve")].into(),
    };
    bench(Standing { cohorts, ..at(Phase::Canary) })
}

fn described() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

impl Bench {
    fn api(&self) -> axum::Router {
        router(Router::with(self.record.clone(), key(), StoppedClock(NOW)), self.told.clone())
    }

    async fn send(&self, request: Request<Body>) -> Told {
        let (method, path) =
            (request.method().as_str().to_ascii_lowercase(), request.uri().path().to_owned());
        let told = answered(self.api(), request).await;
        assert_described(&described(), &method, &path, &told);
        told
    }

    async fn get(&self, query: &str) -> Told {
        self.send(Request::get(format!("/v1/route{query}")).body(Body::empty()).unwrap()).await
    }

    async fn from(&self, method: &str, origin: &str) -> Told {
        let request = Request::builder().method(method).uri("/v1/route").header("origin", origin);
        answered(self.api(), request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn an_answer_says_the_pool_its_client_and_how_long_it_lasts() {
    let told = bench(at(Phase::Cutover)).get("?id=ada&client=ios").await;
    let new = json!({ "pool": "new", "user_pool_id": "eu-central-1_New", "region": "eu-central-1", "client_id": "ios2",
                      "phase": "cutover", "because": "phase", "version": 7, "ttl_seconds": 30 });
    assert_eq!((told.status, told.json()), (200, new));
    assert_eq!(told.header("cache-control"), Some("private, max-age=30"));
    let told = bench(at(Phase::RolledBack)).get("?id=ada&client=ios").await.json();
    assert_eq!((&told["user_pool_id"], &told["client_id"]), (&json!("eu-west-1_Old"), &json!("ios")));
    let nobody = bench(Standing::default()).get("").await.json();
    assert_eq!(
        (&nobody["pool"], &nobody["client_id"], &nobody["version"]),
        (&json!("old"), &Value::Null, &json!(0))
    );
}

#[tokio::test]
async fn an_application_whose_client_no_pair_has_is_told_the_pool() {
    let mut bench = bench(at(Phase::Cutover));
    for clients in [bench.told.destinations.clients.clone(), Default::default()] {
        bench.told.destinations.clients = clients;
        let told = bench.get("?id=ada&client=tv").await;
        assert_eq!(told.status, 200, "{}", told.body);
        let told = told.json();
        assert_eq!((&told["user_pool_id"], &told["client_id"]), (&json!("eu-central-1_New"), &Value::Null));
    }
    // Nor is anything of pairs that are not written down kept from whoever rolls back.
    bench.record = Record(Ok(at(Phase::RolledBack)));
    assert_eq!(bench.get("?id=ada&client=tv").await.json()["pool"], "old");
}

#[tokio::test]
async fn lists_groups_and_values_send_somebody_and_the_answer_says_why() {
    let bench = canary();
    for (query, pool, because) in [
        ("?id=ada", "new", "list"),
        ("?id=ADA", "new", "list"),
        ("?id=eve&group=staff", "old", "list"),
        ("?id=bob", "old", "share"),
        ("?group=other&group=staff", "new", "cohort"),
        ("?value.custom%3Atenant=acme", "new", "cohort"),
        ("?value.custom:tenant=zeta", "old", "share"),
    ] {
        let told = bench.get(query).await.json();
        assert_eq!((&told["pool"], &told["because"]), (&json!(pool), &json!(because)), "{query}");
    }
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again_until_the_phase_changes() {
    let mut bench = canary();
    let tag = bench.get("?id=bob").await.header("etag").unwrap().to_owned();
    let known =
        || Request::get("/v1/route?id=bob").header("if-none-match", &tag).body(Body::empty()).unwrap();
    let again = bench.send(known()).await;
    assert_eq!((again.status, again.header("cache-control")), (304, Some("private, max-age=30")));
    bench.record = Record(Ok(Standing { version: 8, ..at(Phase::Canary) }));
    assert_eq!(bench.send(known()).await.status, 200);
}

#[tokio::test]
async fn a_question_is_read_strictly_and_nothing_of_it_is_repeated() {
    let bench = canary();
    let long = |name: &str, length| format!("?{name}={}", "j".repeat(length));
    let many =
        |name: &str, count: u32| (0..count).map(|n| format!("{name}{n}=jane")).collect::<Vec<_>>().join("&");
    let groups = (0..101).map(|n| format!("group=jane{n}")).collect::<Vec<_>>().join("&");
    for (query, field) in [
        ("?id=jane@example.com".to_owned(), "id"),
        ("?id=%2B4912345jane".to_owned(), "id"),
        ("?id=".to_owned(), "id"),
        ("?id=jane&id=jane".to_owned(), "id"),
        (long("id", 129), "id"),
        ("?group=".to_owned(), "group"),
        ("?group=jane+doe".to_owned(), "group"),
        (long("group", 129), "group"),
        (format!("?{groups}"), "group"),
        ("?value.=jane".to_owned(), "value"),
        ("?value.email=jane&value.email=jane".to_owned(), "value"),
        (long("value.email", 2_049), "value"),
        (format!("?value.email={}", "%C3%A9".repeat(1_025)), "value"),
        (format!("?{}", many("value.custom:", 11)), "value"),
        ("?client=jane%20doe".to_owned(), "client"),
        ("?client=web&client=ios".to_owned(), "client"),
        ("?jane=doe".to_owned(), "query"),
        ("?Id=jane".to_owned(), "query"),
    ] {
        let told = bench.get(&query).await;
        assert_eq!((told.status, &told.json()["field"]), (400, &json!(field)), "{query}");
        assert!(!told.body.contains("jane") && !told.body.contains("jjj"), "{}", told.body);
    }
    assert_eq!(bench.get(&format!("?{}", many("value.custom:", 10))).await.status, 200);
}

#[tokio::test]
async fn where_the_move_stands_unknown_nobody_is_sent_anywhere() {
    for (class, seconds) in [(Class::Throttled, "1"), (Class::Unavailable, "1"), (Class::Unreadable, "30")] {
        let mut bench = canary();
        bench.record = Record(Err(PortError::new(class, "GetItem", "NewerFormat")));
        let told = bench.get("?id=ada").await;
        assert_eq!((told.status, told.header("retry-after")), (503, Some(seconds)), "{class:?}");
        assert_eq!(told.header("cache-control"), Some("no-store"));
        assert!(!told.body.contains("NewerFormat"));
    }
}

#[tokio::test]
async fn pages_of_the_origins_that_are_named_may_read_and_no_others() {
    let mut bench = canary();
    let allowed = async |bench: &Bench, method: &str, origin: &str| {
        let told = bench.from(method, origin).await;
        told.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(allowed(&bench, "GET", "https://app.example.com").await, None, "none is named");
    bench.told.origins = ["https://app.example.com".to_owned()].into();
    for method in ["GET", "OPTIONS", "POST"] {
        assert_eq!(
            allowed(&bench, method, "https://app.example.com").await.as_deref(),
            Some("https://app.example.com"),
            "{method}"
        );
        assert_eq!(allowed(&bench, method, "https://evil.example").await, None, "{method}");
    }
    let ahead = bench.from("OPTIONS", "https://app.example.com").await;
    assert_eq!((ahead.status, ahead.header("access-control-allow-methods")), (204, Some("GET, HEAD")));
    // An answer to one origin is not kept for another.
    assert_eq!(bench.from("GET", "https://evil.example").await.header("vary"), Some("Origin"));
    bench.record = Record(Err(PortError::new(Class::Unavailable, "GetItem", "code")));
    let later = bench.from("GET", "https://app.example.com").await;
    assert_eq!(later.header("access-control-expose-headers"), Some("ETag, Retry-After"));
    bench.told.origins = ["*".to_owned()].into();
    assert_eq!(allowed(&bench, "GET", "https://any.example").await.as_deref(), Some("*"));
}

#[tokio::test]
async fn other_methods_and_addresses_are_none() {
    let bench = canary();
    for (method, path, status) in [
        ("HEAD", "/v1/route?id=ada", 200),
        ("OPTIONS", "/v1/route", 204),
        ("POST", "/v1/route", 405),
        ("POST", "/v1/route/openapi.json", 405),
        ("GET", "/v1/route/ada", 404),
        ("GET", "/v1/users/ada", 404),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert_eq!(bench.send(request).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn it_stands_beside_the_api_of_user_ids() {
    let api = || beside(&canary().api(), crate::router(Book::of_three()));
    let get = async |path: &str| answered(api(), Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(get("/v1/route?id=ada").await.json()["pool"], "new");
    assert_eq!(get("/v1/route/openapi.json").await.body, OPENAPI);
    assert_eq!(get("/v1/users/ada-old").await.json()["state"], "linked");
    assert_eq!(get("/v1/openapi.json").await.body, crate::OPENAPI);
    assert_eq!(get("/v1/nothing").await.code(), "unknown_path");
}

#[tokio::test]
async fn the_description_is_served_and_its_examples_fit() {
    let told = canary().get("/openapi.json").await;
    assert_eq!((told.status, told.body.as_str()), (200, OPENAPI));
    let all = described();
    assert_eq!(all["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(schema::check_examples(&all), 5);
}

#[tokio::test]
async fn nothing_that_was_asked_is_logged() {
    let (log, _guard) = Log::listen();
    let mut bench = canary();
    let question = "?id=jane-1&group=jane-2&value.email=jane@example.com&client=web";
    assert_eq!(bench.get(question).await.status, 200);
    bench.get("?id=jane@example.com").await;
    bench.record = Record(Err(PortError::new(Class::Denied, "GetItem", "AccessDeniedException")));
    assert_eq!(bench.get(question).await.status, 503);
    let log = log.text();
    assert!(log.contains("GetItem failed: AccessDeniedException") && !log.contains("jane"), "{log}");
}
