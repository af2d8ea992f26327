//! With ReverseSync on, the mirror hears of what the new pool shows.

use super::*;

/// The function, with a queue in this mood.
fn function(bench: &Bench, queue: Mood) -> Function<Nobody> {
    let wiring = Wiring {
        reverse_sync: true,
        own_client: Some("bridge1".to_owned()),
        ..bench.wiring(Mood::Works, queue)
    };
    SignIn::new(Ok(wiring), Chain::Nothing)
}

fn confirmed() -> String {
    token("n-1").replace("TokenGeneration_Authentication", "PostConfirmation_ConfirmSignUp")
}

/// By this app client.
fn by(client: &str, raw: &str) -> String {
    raw.replacen('{', &format!(r#"{{"callerContext":{{"clientId":"{client}"}},"#), 1)
}

#[tokio::test]
async fn a_token_and_a_confirmation_tell_the_mirror_what_they_show_in_digests_alone() {
    let bench = Bench::new();
    let function = function(&bench, Mood::Works);
    let raw = by("shop1", &token("n-1"));
    let (text, line) = said(&function, &raw).await;
    assert_eq!((claim(&text), line), (json!("n-1"), None));
    assert_eq!(said(&function, &confirmed()).await, (confirmed(), None));
    let hints = bench.hints.lock().unwrap();
    let causes: Vec<_> = hints.iter().map(|hint| hint.cause.as_str()).collect();
    assert_eq!(causes, ["TokenGeneration_Authentication", "PostConfirmation_ConfirmSignUp"]);
    for hint in hints.iter() {
        assert_eq!((hint.pool.as_str(), hint.sub.as_ref().unwrap().as_str()), (NEW_POOL, "n-1"));
        assert!(hint.attributes.keys().any(|name| name.as_str() == "email") && hint.groups.is_some());
        assert!(!hint.to_body().contains("jane") && !hint.to_body().contains("staff"), "{}", hint.to_body());
    }
    assert_eq!(hints[0].client.as_ref().map(|client| client.as_str()), Some("shop1"));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_fails_costs_half_a_second_at_most_and_a_line_and_the_token_has_its_claim() {
    for (mood, reason) in [(Mood::Hangs, "too_slow"), (Mood::Refuses, "queue"), (Mood::Panics, "panicked")] {
        let (bench, start) = (Bench::new(), Instant::now());
        let (text, line) = said(&function(&bench, mood), &token("n-1")).await;
        assert!(start.elapsed() <= Duration::from_millis(500), "{reason}");
        assert_eq!(claim(&text), "n-1");
        let line = line.unwrap();
        assert_eq!(
            (&line["CaptureLost"], &line["reason"], &line["level"]),
            (&json!(1), &json!(reason), &json!("WARN"))
        );
        let (text, line) = said(&function(&bench, mood), &confirmed()).await;
        assert_eq!((text, &line.unwrap()["reason"]), (confirmed(), &json!(reason)));
    }
}

#[tokio::test]
async fn a_question_of_the_bridge_s_own_is_nobody_s_sign_in() {
    let bench = Bench::new();
    let function = function(&bench, Mood::Works);
    let question = by("bridge1", &token("n-1"));
    assert_eq!(said(&function, &question).await, (question, None));
    assert!(bench.process.calls().is_empty() && bench.hints().is_empty());
    // What else comes by that client is somebody's.
    let reset = by("bridge1", &confirmed());
    said(&function, &reset).await;
    assert_eq!(bench.hints().len(), 1);
}
