//! Where the client signs somebody in: what it asks, for how long it keeps the answer, and what it does without one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use twinpool_tests::application::{Application, sent, sent_on_an_old_platform};
use twinpool_tests::http::{Hangup, Reply, Server};

use crate::PASSWORD;
use crate::pool::{Pool, Says, with};

/// What the route says to one question.
enum Tells {
    Sends(&'static str),
    Later(u16),
    Nonsense,
    Nothing,
    /// Says nothing for as long as the client waits.
    Silence,
}

type Questions = Arc<Mutex<Vec<String>>>;

/// A route that gives these answers, in their order; and what it was asked.
fn route(answers: impl IntoIterator<Item = Tells>) -> (Server, Questions) {
    let questions = Questions::default();
    let (asked, answers) = (Arc::clone(&questions), Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
    let server = Server::start(move |request| {
        asked.lock().unwrap().push(request.path.clone());
        let send = |status, headers, body: Value| Reply::Send {
            status,
            headers,
            body: body.to_string().into_bytes(),
        };
        match answers.lock().unwrap().pop_front() {
            Some(Tells::Sends(pool)) => send(
                200,
                Vec::new(),
                json!({
                    "pool": pool, "user_pool_id": "eu-west-1_AbC", "region": "eu-west-1", "client_id": null,
                    "phase": "canary", "because": "share", "version": 7, "ttl_seconds": 30,
                }),
            ),
            Some(Tells::Later(seconds)) => {
                send(503, vec![("retry-after", seconds.to_string())], json!({ "code": "unavailable" }))
            }
            Some(Tells::Nonsense) => send(200, Vec::new(), json!({ "pool": "third" })),
            Some(Tells::Silence) => Reply::Hang(Hangup(Box::new(|| ()))),
            Some(Tells::Nothing) | None => Reply::Close,
        }
    });
    (server, questions)
}

fn asks(server: &Server) -> Value {
    // Time enough for a busy machine.
    json!({ "url": format!("http://{}/", server.address()), "id": "install-1", "patience": 30_000 })
}

fn told(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(pool, from)| (pool.as_str(), from.as_str())).collect()
}

#[test]
fn an_answer_is_kept_for_as_long_as_it_says_and_a_rollback_is_seen_then() {
    let (server, questions) = route([Tells::Sends("new"), Tells::Sends("old")]);
    let times = [Some(1_000), Some(30_999), Some(31_000), Some(31_001)];
    let sent = sent(&asks(&server), &times);
    assert_eq!(told(&sent), [("new", "answer"), ("new", "kept"), ("old", "answer"), ("old", "kept")]);
    assert_eq!(*questions.lock().unwrap(), ["/v1/route?id=install-1"; 2]);
}

#[test]
fn while_the_route_does_not_answer_the_last_answer_counts_also_after_a_restart() {
    let answers =
        [Tells::Sends("new"), Tells::Nothing, Tells::Later(30), Tells::Nonsense, Tells::Sends("old")];
    let (server, questions) = route(answers);
    let times = [
        Some(0),
        Some(40_000),
        // It is not asked again at once,
        Some(44_999),
        // … and not before it said.
        Some(45_000),
        Some(74_999),
        Some(75_000),
        None,
        Some(90_000),
    ];
    let sent = sent(&asks(&server), &times);
    let before = ("new", "before");
    // Started anew, it asks: the answer that it kept is too old.
    let expected =
        [("new", "answer"), before, before, before, before, before, ("old", "answer"), ("old", "kept")];
    assert_eq!(told(&sent), expected);
    assert_eq!(questions.lock().unwrap().len(), 5);
}

#[test]
fn what_never_got_an_answer_signs_in_to_the_old_pool() {
    let (server, _) = route([Tells::Nothing, Tells::Later(1), Tells::Sends("new")]);
    let sent = sent(&asks(&server), &[Some(0), Some(5_000), Some(6_000)]);
    assert_eq!(told(&sent), [("old", "nothing"), ("old", "nothing"), ("new", "answer")]);
}

#[test]
fn a_platform_without_timeouts_of_its_own_asks_too() {
    let (server, questions) = route([Tells::Sends("new")]);
    let sent = sent_on_an_old_platform(&asks(&server), &[Some(0)]);
    assert_eq!((told(&sent), questions.lock().unwrap().len()), (vec![("new", "answer")], 1));
}

#[test]
fn who_answers_too_late_is_waited_for_no_longer() {
    let (server, _) = route([Tells::Silence]);
    let mut asked = asks(&server);
    asked["patience"] = json!(1);
    assert_eq!(told(&sent(&asked, &[Some(0)])), [("old", "nothing")]);
}

#[test]
fn a_clock_that_is_put_back_lets_nobody_rest_longer() {
    let (server, _) = route([Tells::Nothing, Tells::Sends("new")]);
    let sent = sent(&asks(&server), &[Some(1_000_000), Some(1_000_001), Some(900_000)]);
    assert_eq!(told(&sent), [("old", "nothing"), ("old", "nothing"), ("new", "answer")]);
}

#[test]
fn an_answer_to_another_question_is_none() {
    let (server, questions) = route([Tells::Sends("new")]);
    let mut asked = asks(&server);
    asked["groups"] = json!(["staff", "a&b"]);
    asked["values"] = json!({ "custom:tenant": "acme" });
    asked["client"] = json!("web");
    assert_eq!(told(&sent(&asked, &[Some(0)])), [("new", "answer")]);
    let expected = "/v1/route?id=install-1&group=staff&group=a%26b&value.custom%3Atenant=acme&client=web";
    assert_eq!(*questions.lock().unwrap(), [expected]);
}

#[test]
fn somebody_is_signed_in_to_the_pool_that_the_route_says_and_asked_of_no_other() {
    for (pool, calls) in [("old", [1, 0]), ("new", [0, 1])] {
        let (server, _) = route([Tells::Sends(pool)]);
        let both = calls.map(|calls| Pool::that(vec![Says::Tokens; calls]));
        let applications =
            [both[0].at("none", "USER_PASSWORD_AUTH"), both[1].at("all", "USER_PASSWORD_AUTH")];
        let [old, new] = &applications;
        let end = Application::sign_in_where_sent(&asks(&server), [old, new], "ada", PASSWORD);
        assert_eq!(end.id()["token_use"], "id");
        let made = both.each_ref().map(Pool::calls);
        let expected = calls.map(|calls| vec![with("USER_PASSWORD_AUTH", PASSWORD); calls]);
        assert_eq!(made, expected, "{pool}");
    }
}
