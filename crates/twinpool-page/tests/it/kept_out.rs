use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, ORIGIN, REFERRER_POLICY};

use super::*;

const PAGES: [&str; 6] = ["/", "/now", "/conflicts", "/users?who=x", "/phase", "/lost"];

#[tokio::test]
async fn without_the_key_nobody_learns_anything() {
    let browser = Browser::new(true).await;
    for path in PAGES {
        for cookie in [None, Some("twinpool-0=1"), Some("")] {
            let mut request = browser.request("GET", path);
            request.headers_mut().remove(COOKIE);
            if let Some(cookie) = cookie {
                request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
            }
            let got = browser.send(request).await;
            assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
            assert!(got.text.contains("has the key") && !got.text.contains("shop-move"), "{}", got.text);
        }
    }
    assert_eq!(browser.get("/?key=guessed").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn under_another_name_nobody_gets_in_with_or_without_the_key() {
    let browser = Browser::new(true).await;
    for path in
        PAGES.into_iter().chain(["/style.css", browser.start.trim_start_matches("http://127.0.0.1:8787")])
    {
        for host in ["evil.example", "127.0.0.1.nip.io:8787", "10.0.0.1:8787"] {
            let mut request = browser.request("GET", path);
            request.headers_mut().insert(HOST, host.parse().unwrap());
            let got = browser.send(request).await;
            assert_eq!(got.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            assert!(!got.headers.contains_key(SET_COOKIE) && !got.text.contains("shop-move"));
        }
    }
}

#[tokio::test]
async fn every_answer_has_the_strict_headers() {
    let browser = Browser::new(true).await;
    let mut shut = browser.request("GET", "/");
    shut.headers_mut().remove(COOKIE);
    let mut answers = vec![browser.send(shut).await];
    for path in PAGES.into_iter().chain(["/style.css", "/page.js", "/icon.svg", "/?key=guessed"]) {
        answers.push(browser.get(path).await);
    }
    for got in answers {
        let policy = got.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(got.headers[CACHE_CONTROL], "no-store");
        assert_eq!(got.headers[REFERRER_POLICY], "same-origin");
        assert_eq!(got.headers["x-content-type-options"], "nosniff");
        assert_eq!(got.headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(got.headers["cross-origin-resource-policy"], "same-origin");
    }
}

#[tokio::test]
async fn nothing_stands_on_a_page_that_the_policy_forbids() {
    let browser = Browser::new(true).await;
    for path in PAGES {
        let text = browser.get(path).await.text;
        for forbidden in [" style=", "<style", " onclick=", " onload=", "javascript:", "<iframe"] {
            assert!(!text.contains(forbidden), "{path} has {forbidden}");
        }
        let scripts = text.matches("<script").count();
        assert_eq!(scripts, text.matches("<script src=\"/page.js\" defer></script>").count(), "{path}");
    }
}

#[tokio::test]
async fn a_page_that_may_only_look_has_no_forms_and_takes_none() {
    let browser = Browser::new(false).await;
    let user = format!("/users?who={}", people::ADA);
    for path in ["/", "/conflicts", "/phase", user.as_str()] {
        let text = browser.get(path).await.text;
        assert!(!text.contains("method=\"post\"") && !text.contains("name=\"token\""), "{path}");
    }
    for path in ["/preview", "/confirm", "/", "/lost"] {
        let got = browser.send(browser.form(path, &[("wish", "rollback"), ("why", "x")])).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
        assert!(got.text.contains("--allow-changes"), "{}", got.text);
    }
    assert!(browser.get("/phase").await.text.contains("twinpool rollback --why="));
    assert!(browser.desk.done.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let browser = Browser::new(true).await;
    let token = browser.token().await;
    let shown = browser.post("/preview", &[("wish", "rollback"), ("why", "it must be")]).await;
    let nonce = field(&shown.text, "nonce");
    let fields = [("token", token.as_str()), ("nonce", nonce.as_str())];
    for (name, value) in [
        (ORIGIN, Some("http://evil.example")),
        (ORIGIN, Some("http://127.0.0.1:3000")),
        (ORIGIN, Some("null")),
        (ORIGIN, None),
        ("sec-fetch-site".parse().unwrap(), Some("cross-site")),
        ("sec-fetch-site".parse().unwrap(), Some("same-site")),
    ] {
        let mut request = browser.form("/confirm", &fields);
        match value {
            Some(value) => drop(request.headers_mut().insert(&name, value.parse().unwrap())),
            None => drop(request.headers_mut().remove(&name)),
        }
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value:?}");
    }
    for wrong in ["", "guessed", &token[1..]] {
        let request = browser.form("/confirm", &[("token", wrong), ("nonce", &nonce)]);
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    assert!(browser.desk.done.lock().unwrap().is_empty());
    // The very same from our own page is done.
    assert_eq!(browser.send(browser.form("/confirm", &fields)).await.status, StatusCode::OK);
    assert_eq!(browser.desk.done.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_a_form_is_refused_in_words() {
    let browser = Browser::new(true).await;
    let mut other = browser.form("/preview", &[]);
    other.headers_mut().insert(CONTENT_TYPE, "application/json".parse().unwrap());
    let long = "x".repeat(20_000);
    let token = browser.token().await;
    for (request, status) in [
        (other, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (browser.form("/preview", &[("why", &long)]), StatusCode::PAYLOAD_TOO_LARGE),
        (browser.form("/", &[("token", &token)]), StatusCode::METHOD_NOT_ALLOWED),
        (browser.request("PUT", "/phase"), StatusCode::FORBIDDEN),
    ] {
        let got = browser.send(request).await;
        assert_eq!(got.status, status);
        assert!(got.text.contains("othing was done") && got.text.contains("<h1>"), "{}", got.text);
    }
}
