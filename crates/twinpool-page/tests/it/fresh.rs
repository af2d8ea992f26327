//! What is confirmed is what was shown, and of now.

use std::time::Duration;

use super::*;

const ROLLBACK: [(&str, &str); 2] = [("wish", "rollback"), ("why", "sign-ins fail")];

fn switch(share: &str) -> [(&str, &str); 3] {
    [("wish", "switch"), ("share", share), ("why", "a quiet week")]
}

fn leave_out() -> [(&'static str, &'static str); 5] {
    [
        ("wish", "resolve"),
        ("who", people::TWIN),
        ("subject", "user"),
        ("about", ""),
        ("decision", "leave_out"),
    ]
}

impl Browser {
    /// Shows it; the name under which it is confirmed.
    async fn shown(&self, fields: &[(&str, &str)]) -> String {
        field(&self.post("/preview", fields).await.text, "nonce")
    }

    async fn confirm(&self, nonce: &str) -> Got {
        self.post("/confirm", &[("nonce", nonce)]).await
    }

    fn done(&self) -> usize {
        self.desk.done.lock().unwrap().len()
    }
}

#[tokio::test]
async fn a_switch_is_not_done_when_somebody_changed_the_phase_since_and_can_be_shown_anew() {
    let browser = Browser::new(true).await;
    let forced = [("force", "they are known"), ("canary_user", people::ADA)];
    let asked: Vec<_> = switch("100").into_iter().chain(forced).collect();
    let nonce = browser.shown(&asked).await;
    browser.confirm(&browser.shown(&switch("50")).await).await;
    let got = browser.confirm(&nonce).await;
    assert_eq!((got.status, browser.done()), (StatusCode::CONFLICT, 1));
    assert!(
        got.text.contains("Somebody changed the phase since this was shown: nothing was done. Look again.")
    );
    let names = ["wish", "share", "why", "force", "canary_user"];
    let values = names.map(|name| field(&got.text, name));
    let anew: Vec<_> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
    assert!(browser.confirm(&browser.shown(&anew).await).await.text.contains("now cutover"));
    let done = browser.desk.done.lock().unwrap().clone();
    let ([_, last], why) = (&done[..], "--why='a quiet week' --force='they are known'") else {
        panic!("{done:?}")
    };
    assert_eq!(last.command(), format!("twinpool switch --percent=100 --canary-user={} {why}", people::ADA));
}

#[tokio::test]
async fn a_decision_is_not_done_when_somebody_decided_since() {
    let browser = Browser::new(true).await;
    let (one, other) = (browser.shown(&leave_out()).await, browser.shown(&leave_out()).await);
    assert_eq!(browser.confirm(&one).await.status, StatusCode::OK);
    let got = browser.confirm(&other).await;
    assert_eq!((got.status, browser.done()), (StatusCode::CONFLICT, 1));
    assert!(
        got.text
            .contains("Somebody changed the phase, or this user, since this was shown: nothing was done.")
    );
    assert_eq!(field(&got.text, "who"), people::TWIN);
}

#[tokio::test]
async fn nothing_is_done_on_what_nobody_can_see() {
    let browser = Browser::new(true).await;
    let nonce = browser.shown(&switch("50")).await;
    *browser.desk.unseen.lock().unwrap() = Some("the table does not answer".to_owned());
    let got = browser.confirm(&nonce).await;
    assert_eq!((got.status, browser.done()), (StatusCode::CONFLICT, 0));
    assert!(got.text.contains("the table does not answer") && got.text.contains("nothing was done"));
    let shown = browser.post("/preview", &switch("50")).await.text;
    assert!(shown.contains("the table does not answer") && !shown.contains("action=\"/confirm\""), "{shown}");
}

#[tokio::test]
async fn a_rollback_waits_for_nobody() {
    let browser = Browser::new(true).await;
    let before = browser.shown(&ROLLBACK).await;
    browser.confirm(&browser.shown(&switch("50")).await).await;
    *browser.desk.unseen.lock().unwrap() = Some("the table does not answer".to_owned());
    let got = browser.confirm(&before).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.text.contains("now rolled-back"), "{}", got.text);
}

#[tokio::test(start_paused = true)]
async fn what_was_shown_long_ago_is_not_done_but_what_was_done_still_tells_what_came_of_it() {
    let browser = Browser::new(true).await;
    let done = browser.shown(&leave_out()).await;
    assert_eq!(browser.confirm(&done).await.status, StatusCode::OK);
    let old = [browser.shown(&switch("50")).await, browser.shown(&ROLLBACK).await];
    tokio::time::advance(Duration::from_secs(10 * 60 + 1)).await;
    for nonce in &old {
        let got = browser.confirm(nonce).await;
        assert_eq!((got.status, browser.done()), (StatusCode::CONFLICT, 1));
        assert!(got.text.contains("more than 10 minutes ago: nothing was done. Look again."), "{}", got.text);
    }
    assert!(browser.confirm(&done).await.text.contains("in step"));
}

#[tokio::test]
async fn it_is_done_also_when_the_browser_goes_away_while_somebody_looks() {
    let browser = Browser::new(true).await;
    let (nonce, token) = (browser.shown(&switch("50")).await, browser.token().await);
    let busy = browser.desk.busy.lock().await;
    let mut asked = Box::pin(browser.send(browser.form("/confirm", &[("nonce", &nonce), ("token", &token)])));
    let is_pending =
        std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context).is_pending()));
    assert!(is_pending.await);
    drop(asked);
    drop(busy);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(browser.done(), 1);
}

#[tokio::test]
async fn what_was_refused_in_the_end_is_told_in_the_words_of_the_command_alone() {
    let browser = Browser::new(true).await;
    let (one, other) = (browser.shown(&ROLLBACK).await, browser.shown(&ROLLBACK).await);
    browser.confirm(&one).await;
    let got = browser.confirm(&other).await.text;
    assert!(got.contains(">Not done</h1>") && got.contains("refused: "), "{got}");
    assert!(!got.contains("nothing was done"), "{got}");
}
