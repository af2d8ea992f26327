use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;

/// Gives these bytes to whoever connects, in turn, then holds the connection until the client closes it, and tells the first line
/// and whether a credential went along.
fn server(replies: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    thread::spawn(move || {
        for (stream, reply) in listener.incoming().map_while(Result::ok).zip(replies) {
            let mut reader = BufReader::new(stream);
            let lines: Vec<_> =
                reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_signed = lines.iter().any(|line| line.to_lowercase().starts_with("authorization"));
            tell.send(format!("{}{}", lines[0], if is_signed { " signed" } else { "" })).unwrap();
            // A client that has enough hangs up in the middle.
            if reader.get_mut().write_all(reply.as_bytes()).is_ok() {
                let _ = reader.lines().count();
            }
        }
    });
    (address, seen)
}

fn reply(status: &str, head: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{head}connection: close\r\n\r\n{body}", body.len())
}

fn keys() -> HttpsKeys {
    let http = SharedHttpClient::new(aws_smithy_http_client::Builder::new().build_http());
    HttpsKeys { http, patience: PATIENCE }
}

async fn code(keys: &HttpsKeys, url: &str) -> (Class, String) {
    let error = keys.keys(url).await.unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    (error.class, error.code)
}

#[tokio::test]
async fn a_set_is_fetched_as_it_stands_and_without_credentials() {
    let set = r#"{"keys":[{"kid":"+/="}]}"#;
    let (address, seen) = server(vec![reply("200 OK", "", set)]);
    let found = keys().keys(&format!("{address}/eu-west-1_A/.well-known/jwks.json?v=1")).await;
    assert_eq!(found.as_deref(), Ok(set));
    assert_eq!(seen.recv().unwrap(), "GET /eu-west-1_A/.well-known/jwks.json?v=1 HTTP/1.1");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, asked) = server(vec![reply("200 OK", "", r#"{"keys":[]}"#)]);
    let (address, _seen) = server(vec![reply("302 Found", &format!("location: {elsewhere}\r\n"), "")]);
    assert_eq!(
        code(&keys(), &format!("{address}/?secret")).await,
        (Class::Unavailable, "Http302".to_owned())
    );
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn what_is_no_set_is_an_error_that_names_no_address() {
    let endless = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        "400\r\n".to_owned() + &"x".repeat(1024) + "\r\n"
    );
    let long = format!("{endless}{}", format!("400\r\n{}\r\n", "x".repeat(1024)).repeat(64));
    let cases = [
        (reply("404 Not Found", "", "secret"), Class::Unavailable, "Http404"),
        (reply("500 Oops", "", "secret"), Class::Unavailable, "Http500"),
        (reply("204 No Content", "", ""), Class::Unavailable, "Http204"),
        (reply("200 OK", "", &"x".repeat(LONGEST + 1)), Class::Unreadable, "TooLong"),
        // It never ends: what has come is enough to tell.
        (long, Class::Unreadable, "TooLong"),
    ];
    for (said, class, expected) in cases {
        let (address, _seen) = server(vec![said]);
        assert_eq!(code(&keys(), &format!("{address}/keys?secret")).await, (class, expected.to_owned()));
    }
    let (nobody, _) = TcpListener::bind("127.0.0.1:0").and_then(|it| Ok((it.local_addr()?, it))).unwrap();
    let found = code(&keys(), &format!("http://{nobody}/keys?secret")).await;
    assert_eq!(found, (Class::Unavailable, "ConnectionFailed".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys?secret", listener.local_addr().unwrap());
    assert_eq!(code(&keys(), &url).await, (Class::Unavailable, "TimedOut".to_owned()));
}

#[tokio::test]
async fn only_https_leaves_this_machine() {
    let bad = [
        "http://cognito-idp.eu-west-1.amazonaws.com/keys?secret",
        "http://127.0.0.1.example.com/keys",
        "http://localhost.example.com/keys",
        "http://localhost@example.com/keys",
        "https://user:secret@example.com/keys",
        "http://10.0.0.1/keys",
        "http://[::2]/keys",
        "ftp://localhost/keys",
        "file:///etc/passwd",
        "https:///keys",
        "https://host/keys#secret",
        "//localhost/keys",
        "localhost",
        "",
    ];
    for url in bad {
        assert_eq!(code(&keys(), url).await, (Class::Rejected, "BadUrl".to_owned()), "{url}");
    }
    let parts = |url: &str| split(url).map(|(endpoint, path)| format!("{endpoint} {path}"));
    assert_eq!(parts("https://a.example/b?c").as_deref(), Some("https://a.example /b?c"));
    assert_eq!(parts("https://a.example").as_deref(), Some("https://a.example /"));
    for host in ["127.0.0.1:9229", "localhost:4566", "[::1]:80", "127.8.8.8"] {
        assert_eq!(parts(&format!("http://{host}/k")), Some(format!("http://{host} /k")));
    }
}
