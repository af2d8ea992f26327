//! The password bridge over HTTP, over pools as strict as AWS. Every answer is held against the description.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use twinpool_bridge::{Back, Bridge, Wired};
use twinpool_core::arrival::{ArrivalStore as _, Limit, Mark, Way};
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::password::Checked;
use twinpool_core::phase::{Change, Phase, PhaseStore as _, Standing};
use twinpool_core::port::{Class, LinkStore as _};
use twinpool_core::snapshot::{Mfa, Snapshot};
use twinpool_testkit::world::{StoppedClock, email_pool, person, username_pool};
use twinpool_testkit::{PasswordRules, Process, World};

use super::client::{Told, answered, assert_described};
use super::log::Log;
use super::schema;
use crate::bridge::{OPENAPI, router, router_both_ways};

const RIGHT: &str = "correct horse";
const CHOSEN: &str = "battery staple";
const WITHIN: Duration = Duration::from_secs(5);
const LIMIT: Limit = Limit { most: 5, within: Duration::from_secs(900) };

struct Bench {
    world: World,
    process: Arc<Process>,
}

/// Jane, mirrored ahead.
async fn bench() -> Bench {
    let world = World::new(username_pool("eu-west-1_Old"), email_pool("eu-west-1_New"));
    let address = [("email", "jane@example.com"), ("email_verified", "true")];
    let (old, new) = (person("jane-old", "jane", &address), person("jane-new", "jane-new", &address));
    let linked = Linked {
        new_sub: NewSub::from(new.sub.clone()),
        base: Base { old: Side::default(), new: Side::default() },
        held_back: Vec::new(),
        unseen: BTreeSet::new(),
        mirrored_at: Timestamp(1),
        rules: String::new(),
    };
    let intent = Link::intent(&OldSub::from(old.sub.clone()), Names::default(), Timestamp(1));
    let link = Link { state: LinkState::Linked(Box::new(linked)), ..intent };
    world.links.connect(&link, None).await.unwrap();
    world.old.give_password(&old.sub, RIGHT);
    world.old.put(old);
    world.new.put(new);
    Bench { world, process: Arc::new(Process::healthy()) }
}

impl Bench {
    fn api(&self) -> axum::Router {
        self.api_by(Way::Password)
    }

    fn api_by(&self, way: Way) -> axum::Router {
        let clock = StoppedClock(Timestamp(1_000));
        let ports = Wired {
            old: self.world.old.called_by(&self.process),
            new_pool: self.world.new.called_by(&self.process),
            table: self.world.links.seen_by(&self.process),
            clock,
        };
        router(Bridge::new(ports, LIMIT), move |_: &Link, _: &Snapshot| way, clock, WITHIN)
    }

    async fn send(&self, request: Request<Body>) -> Told {
        let (method, path) =
            (request.method().as_str().to_ascii_lowercase(), request.uri().path().to_owned());
        let told = answered(self.api(), request).await;
        assert_described(&described(), &method, &path, &told);
        told
    }

    async fn post(&self, body: impl Into<Body>) -> Told {
        let request = Request::post("/v1/bridge").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn tries(&self, username: &str, password: &str) -> Told {
        self.post(json!({ "username": username, "password": password }).to_string()).await
    }

    fn new_pool_says(&self, password: &str) -> Checked {
        self.world.new.sign_in("jane@example.com", password)
    }

    fn asked(&self) -> u32 {
        self.world.old.times_asked("jane")
    }
}

fn described() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

const IN: Checked = Checked::Right { second_factor: false };

#[tokio::test]
async fn a_right_password_works_in_the_new_pool_from_then_on() {
    let bench = bench().await;
    let told = bench.tries("Jane@Example.com", RIGHT).await;
    assert_eq!(told.json(), json!({ "result": "bridged", "second_factor": false }));
    assert_eq!((bench.new_pool_says(RIGHT), bench.asked()), (IN, 1));
}

#[tokio::test]
async fn whom_the_owner_lets_in_by_another_way_is_not_bridged() {
    for (way, result) in
        [(Way::Reset, "wrong"), (Way::Invite, "wrong"), (Way::Code, "bridged"), (Way::Password, "bridged")]
    {
        let bench = bench().await;
        for _ in 0..6 {
            let body = json!({ "username": "jane@example.com", "password": RIGHT }).to_string();
            let request = Request::post("/v1/bridge").header("content-type", "application/json");
            let told = answered(bench.api_by(way), request.body(body.into()).unwrap()).await;
            if result == "bridged" {
                assert_eq!(told.json()["result"], result, "{way:?}");
                break;
            }
            assert_eq!((told.status, told.json()), (200, json!({ "result": "wrong" })), "{way:?}");
        }
        assert_eq!(bench.asked(), u32::from(result == "bridged"), "{way:?}");
    }
}

#[tokio::test]
async fn a_second_factor_is_told() {
    let bench = bench().await;
    bench.world.new.edit(&person("jane-new", "jane-new", &[]).sub, |jane| {
        jane.mfa = Mfa { totp: true, ..Mfa::default() };
    });
    let told = bench.tries("jane@example.com", RIGHT).await;
    assert_eq!(told.json(), json!({ "result": "bridged", "second_factor": true }));
}

#[tokio::test]
async fn whoever_cannot_be_bridged_is_answered_as_a_wrong_password_is() {
    let bench = bench().await;
    let born = person("born", "born", &[("email", "born@example.com"), ("email_verified", "true")]);
    bench.world.new.put(born);
    let wrong = bench.tries("jane@example.com", "wrong").await;
    assert_eq!((wrong.json(), bench.asked()), (json!({ "result": "wrong" }), 1));
    for name in ["nobody@example.com", "born@example.com", "two words", &"a".repeat(500)] {
        let told = bench.tries(name, RIGHT).await;
        assert_eq!((told.status, told.body, told.headers), (200, wrong.body.clone(), wrong.headers.clone()));
    }
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn a_password_that_the_policy_refuses_is_chosen_anew() {
    let bench = bench().await;
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    let needed = json!({ "result": "new_password_needed" });
    assert_eq!(bench.tries("jane@example.com", RIGHT).await.json(), needed);
    let choose = async |old: &str, new: &str| {
        let body = json!({ "username": "jane@example.com", "password": old, "new_password": new });
        bench.post(body.to_string()).await.json()
    };
    assert_eq!(choose(RIGHT, "short").await, needed);
    assert_eq!(choose("wrong", CHOSEN).await, json!({ "result": "wrong" }));
    assert_eq!(choose(RIGHT, CHOSEN).await["result"], "bridged");
    assert_eq!(bench.new_pool_says(CHOSEN), IN);
}

#[tokio::test]
async fn too_many_attempts_are_told_with_when_the_next_one_is_taken() {
    let bench = bench().await;
    for _ in 0..5 {
        assert_eq!(bench.tries("jane@example.com", "wrong").await.status, 200);
    }
    let told = bench.tries("jane@example.com", RIGHT).await;
    assert_eq!(
        (told.status, told.code().as_str(), told.header("retry-after")),
        (429, "too_many", Some("900"))
    );
    assert_eq!((bench.asked(), bench.new_pool_says(RIGHT)), (5, Checked::Wrong));
}

#[tokio::test]
async fn what_does_not_answer_is_tried_later() {
    for (class, seconds) in [(Class::Throttled, "1"), (Class::Unavailable, "1"), (Class::Denied, "30")] {
        for operation in ["AdminInitiateAuth", "AdminGetUser", "AdminSetUserPassword", "GetItem"] {
            let bench = bench().await;
            bench.process.fail_all(operation, class);
            let told = bench.tries("jane@example.com", RIGHT).await;
            assert_eq!((told.status, told.code().as_str()), (503, "try_later"), "{operation}");
            assert_eq!(told.header("retry-after"), Some(seconds));
            bench.process.heal(operation);
            assert_eq!(bench.tries("jane@example.com", RIGHT).await.json()["result"], "bridged");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_hangs_is_waited_for_no_longer_than_the_function_may() {
    let bench = bench().await;
    bench.process.hang("AdminInitiateAuth");
    let told = bench.tries("jane@example.com", RIGHT).await;
    assert_eq!((told.status, told.code().as_str()), (503, "try_later"));
}

#[tokio::test]
async fn a_body_is_read_strictly_and_nothing_of_it_is_repeated() {
    let bench = bench().await;
    let sent = |body: Value| body.to_string();
    for (body, field) in [
        (sent(json!(["jane", RIGHT])), "body"),
        (sent(json!({ "username": "jane", "password": RIGHT, "correct": 1 })), "body"),
        (format!("{{\"username\":\"jane\",\"password\":\"{RIGHT}\",\"password\":\"other\"}}"), "body"),
        (format!("{{\"username\":\"jane\",\"password\":\"{RIGHT}"), "body"),
        (sent(json!({ "password": RIGHT })), "username"),
        (sent(json!({ "username": "", "password": RIGHT })), "username"),
        (sent(json!({ "username": ["jane"], "password": RIGHT })), "username"),
        (sent(json!({ "username": "jane" })), "password"),
        (sent(json!({ "username": "jane", "password": "" })), "password"),
        (sent(json!({ "username": "jane", "password": 7 })), "password"),
        (sent(json!({ "username": "jane", "password": RIGHT, "new_password": null })), "new_password"),
        (sent(json!({ "username": "jane", "password": RIGHT, "new_password": "" })), "new_password"),
    ] {
        let told = bench.post(body.clone()).await;
        assert_eq!((told.status, &told.json()["field"]), (400, &json!(field)), "{body}");
        assert!(!told.body.contains("correct") && !told.body.contains("jane"), "{}", told.body);
    }
    let request = Request::post("/v1/bridge").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(bench.send(request.body(Body::from("password=a")).unwrap()).await.status, 415);
    let long = json!({ "username": "jane", "password": "a".repeat(9_000) });
    assert_eq!(bench.post(long.to_string()).await.status, 413);
    assert_eq!(bench.process.calls(), Vec::<&str>::new(), "nobody was asked");
}

#[tokio::test]
async fn the_longest_password_fits_in_however_it_is_written() {
    let bench = bench().await;
    let long: String = (0..256).map(|_| "\\ud83d\\ude00").collect();
    let body =
        format!("{{\"username\":\"jane@example.com\",\"password\":\"{long}\",\"new_password\":\"{long}\"}}");
    assert_eq!(bench.post(body).await.json(), json!({ "result": "wrong" }));
}

#[tokio::test]
async fn other_methods_and_addresses_are_none() {
    let bench = bench().await;
    for (method, path, status) in [
        ("GET", "/v1/bridge", 405),
        ("POST", "/v1/bridge/openapi.json", 405),
        ("GET", "/v1/users/jane-old", 404),
        ("POST", "/v1/bridge/jane", 404),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert_eq!(bench.send(request).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn the_description_is_served_and_its_examples_fit() {
    let bench = bench().await;
    let get = |tag: &str| {
        Request::get("/v1/bridge/openapi.json").header("if-none-match", tag).body(Body::empty()).unwrap()
    };
    let told = bench.send(get("\"none\"")).await;
    assert_eq!((told.status, told.body.as_str()), (200, OPENAPI));
    assert_eq!(bench.send(get(told.header("etag").unwrap())).await.status, 304);
    let all = described();
    assert_eq!(all["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(schema::check_examples(&all), 9);
}

#[tokio::test]
async fn nothing_personal_is_logged_whatever_goes_wrong() {
    let (log, _guard) = Log::listen();
    let bench = bench().await;
    for operation in ["AdminGetUser", "AdminInitiateAuth", "AdminSetUserPassword", "UpdateItem"] {
        bench.process.fail_all(operation, Class::Denied);
        bench.tries("jane@example.com", RIGHT).await;
        bench.process.heal(operation);
    }
    bench.tries("jane@example.com", "wrong guess").await;
    bench.post(format!("{{\"username\":\"jane@example.com\",\"{RIGHT}\":1}}")).await;
    bench.tries("jane@example.com", RIGHT).await;
    let log = log.text();
    assert!(log.contains("AdminInitiateAuth failed: InjectedFault"), "{log}");
    for secret in ["jane", "correct", "wrong guess"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn whoever_was_sent_back_with_a_password_of_the_new_pool_gets_into_the_old_one() {
    for phase in [Phase::RolledBack, Phase::Canary] {
        let bench = bench().await;
        let (old, new) = (Sub::parse("jane-old").unwrap(), Sub::parse("jane-new").unwrap());
        bench.world.new.give_password(&new, CHOSEN);
        bench.world.links.note(&old, Mark::Chosen, Timestamp(10)).await.unwrap();
        let next = Standing { phase, ..Standing::default() };
        let line = Change {
            version: 0,
            from: (Phase::DualWrite, next.share),
            to: (phase, next.share),
            at: Timestamp(20),
            who: String::new(),
            why: String::new(),
            forced: Vec::new(),
        };
        bench.world.links.change(&next, &line).await.unwrap();
        let clock = StoppedClock(Timestamp(1_000));
        let ports = || Wired {
            old: bench.world.old.called_by(&bench.process),
            new_pool: bench.world.new.called_by(&bench.process),
            table: bench.world.links.seen_by(&bench.process),
            clock,
        };
        let way = |_: &Link, _: &Snapshot| Way::Password;
        let (bridge, back) = (Bridge::new(ports(), LIMIT), Some(Back::new(ports(), LIMIT)));
        let api = router_both_ways(bridge, back, way, clock, WITHIN);
        let tries = async |password: &str| {
            let body = json!({ "username": "jane", "password": password }).to_string();
            let request = Request::post("/v1/bridge").header("content-type", "application/json");
            answered(api.clone(), request.body(Body::from(body)).unwrap()).await.json()
        };
        assert_eq!(tries("a guess").await, json!({ "result": "wrong" }), "{phase}");
        assert_eq!(tries(CHOSEN).await, json!({ "result": "bridged", "second_factor": false }), "{phase}");
        assert_eq!(bench.world.old.sign_in("jane", CHOSEN), IN, "{phase}");
    }
}
