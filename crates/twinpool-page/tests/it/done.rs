use twinpool_core::phase::{Phase, Share};
use twinpool_page::{Desk as _, Wish};

use super::*;

#[tokio::test]
async fn a_rollback_is_shown_first_and_done_once_however_often_it_is_confirmed() {
    let browser = Browser::new(true).await;
    let shown = browser.post("/preview", &[("wish", "rollback"), ("why", " sign-ins fail ")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("2 messages in the DLQ of the mirror"), "{}", shown.text);
    assert!(
        shown.text.contains("<button class=\"go\">Send everybody back to the old pool</button>"),
        "{}",
        shown.text
    );
    assert!(shown.text.contains("twinpool rollback --why='sign-ins fail'"), "{}", shown.text);
    assert!(browser.desk.done.lock().unwrap().is_empty(), "a preview does nothing");
    let nonce = field(&shown.text, "nonce");
    let confirm = [("nonce", nonce.as_str())];
    let (one, other) = tokio::join!(browser.post("/confirm", &confirm), browser.post("/confirm", &confirm));
    for got in [one, other, browser.post("/confirm", &confirm).await] {
        assert_eq!(got.status, StatusCode::OK);
        assert!(got.text.contains("now rolled-back, version 6"), "{}", got.text);
    }
    assert_eq!(browser.desk.done.lock().unwrap().len(), 1);
    let standing = browser.desk.overview().await.overview.standing.clone().unwrap();
    assert_eq!((standing.phase, standing.share), (Phase::RolledBack, Share::NONE));
}

#[tokio::test]
async fn what_is_done_is_what_was_shown() {
    let browser = Browser::new(true).await;
    let shown =
        browser.post("/preview", &[("wish", "switch"), ("share", "50 %"), ("why", "a quiet week")]).await;
    let nonce = field(&shown.text, "nonce");
    let other = [
        ("nonce", nonce.as_str()),
        ("wish", "switch"),
        ("share", "100"),
        ("why", "all"),
        ("force", "I say so"),
    ];
    assert_eq!(browser.post("/confirm", &other).await.status, StatusCode::OK);
    let done = browser.desk.done.lock().unwrap().clone();
    assert!(
        matches!(&done[..], [Wish::Switch { share, force: None, .. }] if share.hundredths() == 5_000),
        "{done:?}"
    );
}

#[tokio::test]
async fn what_was_not_shown_is_not_done() {
    let browser = Browser::new(true).await;
    for nonce in ["", "guessed"] {
        let got = browser.post("/confirm", &[("nonce", nonce), ("wish", "rollback"), ("why", "x")]).await;
        assert_eq!(got.status, StatusCode::CONFLICT);
        assert!(got.text.contains("nothing was done"), "{}", got.text);
    }
    assert!(browser.desk.done.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_switch_has_no_button_but_a_place_for_a_reason() {
    let browser = Browser::new(true).await;
    let asked = [("wish", "switch"), ("share", "100"), ("why", "a week"), ("canary_user", people::ADA)];
    let refused = browser.post("/preview", &asked).await;
    assert!(refused.text.contains("refused: verified: 3 users differ"), "{}", refused.text);
    assert!(!refused.text.contains("action=\"/confirm\""), "{}", refused.text);
    assert_eq!(
        (field(&refused.text, "share"), field(&refused.text, "canary_user")),
        ("100 %".to_owned(), people::ADA.to_owned())
    );
    let forced: Vec<_> = asked.into_iter().chain([("force", "they are known")]).collect();
    let shown = browser.post("/preview", &forced).await;
    assert!(
        shown.text.contains("Send everybody to the new pool, although checks do not hold</button>"),
        "{}",
        shown.text
    );
}

#[tokio::test]
async fn a_conflict_is_decided_from_the_page_of_its_user() {
    let browser = Browser::new(true).await;
    let page = browser.get(&format!("/users?who={}", people::TWIN)).await.text;
    let form = page.split("action=\"/preview\"").find(|form| form.contains("merge_into")).unwrap();
    let names = ["wish", "who", "subject", "about", "decision", "other"];
    let values = names.map(|name| field(form, name));
    let fields: Vec<_> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
    let shown = browser.post("/preview", &fields).await;
    let command = format!("twinpool conflicts resolve {} --merge-into={}", people::TWIN, people::ADA);
    assert!(shown.text.contains(&command), "{}", shown.text);
    browser.post("/confirm", &[("nonce", &field(&shown.text, "nonce"))]).await;
    let done = browser.desk.done.lock().unwrap().clone();
    assert_eq!(done.iter().map(Wish::command).collect::<Vec<_>>(), [command]);
}

#[tokio::test]
async fn what_makes_no_sense_is_said_and_not_repeated() {
    let browser = Browser::new(true).await;
    let switch = |share, why| [("wish", "switch"), ("share", share), ("why", why)];
    let resolve = |who, subject| [("wish", "resolve"), ("who", who), ("subject", subject)];
    for fields in [
        switch("101", "x"),
        switch("jane", "x"),
        switch("-5", "x"),
        switch("5", ""),
        switch("5", "two\nlines"),
        resolve("jane@example.com", "user"),
        resolve("old-1", "everything"),
        resolve("old-1", "attribute"),
        [("wish", "everything"), ("who", ""), ("why", "")],
    ] {
        let got = browser.post("/preview", &fields).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(got.text.contains("Nothing was done: ") && !got.text.contains("jane"), "{}", got.text);
    }
}
