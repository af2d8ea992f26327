use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use serde_json::json;

use super::*;
use crate::code::class;

/// What a client sent: the first line, the headers in small letters, the body.
struct Seen {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

/// Answers one request per connection, and tells what it was.
fn server(status: u16, head: &'static str, body: &'static str) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                    break;
                }
                lines.push(line.trim().to_owned());
            }
            let header = |line: &String| {
                line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            };
            let mut one = Seen {
                line: lines.remove(0),
                headers: lines.iter().filter_map(header).collect(),
                body: vec![],
            };
            one.body.resize(one.header("content-length").parse().unwrap(), 0);
            reader.read_exact(&mut one.body).unwrap();
            let length = body.len();
            let reply = format!(
                "HTTP/1.1 {status} Reply\r\ncontent-length: {length}\r\nconnection: close\r\n{head}\r\n{body}"
            );
            reader.get_mut().write_all(reply.as_bytes()).unwrap();
            if tell.send(one).is_err() {
                return;
            }
        }
    });
    (address, seen)
}

/// As [`crate::client::load`] makes it, but for TLS, and what it would take from the environment.
async fn client(endpoint: &str) -> RawClient {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".to_owned()), None, "test");
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30)).build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(credentials)
        .timeout_config(timeouts)
        .load()
        .await;
    RawClient::connect(&config, "monitoring", "monitoring").unwrap()
}

const TARGET: &str = "GraniteServiceVersion20100801.GetMetricData";

#[tokio::test]
async fn a_call_carries_target_json_and_a_signature_for_its_service_and_region() {
    let (address, seen) = server(200, "", r#"{"MetricDataResults":[{"Values":[3.0]}]}"#);
    let answer = client(&address).await.json_1_0().call(TARGET, &json!({ "StartTime": 1 })).await.unwrap();
    assert_eq!(answer["MetricDataResults"][0]["Values"][0], 3.0);
    let seen = seen.recv().unwrap();
    assert_eq!(seen.line, "POST / HTTP/1.1");
    assert_eq!(seen.header("x-amz-target"), TARGET);
    assert_eq!(seen.header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(seen.body, br#"{"StartTime":1}"#);
    let signature = seen.header("authorization");
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
    assert!(signature.contains("/eu-west-1/monitoring/aws4_request"), "{signature}");
    assert!(
        signature.contains("content-type;host;x-amz-date;x-amz-security-token;x-amz-target"),
        "{signature}"
    );
    assert_eq!(seen.header("x-amz-security-token"), "token");
    assert!(!seen.header("x-amz-date").is_empty());
}

#[tokio::test]
async fn an_error_is_its_code_however_it_is_said_and_never_its_message() {
    let said = [
        (
            "",
            r#"{"__type":"com.amazonaws.quotas#TooManyRequestsException","message":"jane@example.com"}"#,
            "TooManyRequestsException",
        ),
        ("", r#"{"__type":"AccessDeniedException","Message":"jane@example.com"}"#, "AccessDeniedException"),
        ("x-amzn-errortype: NoSuchResourceException:http://internal/\r\n", "{}", "NoSuchResourceException"),
        (
            "",
            "<Error><Code>SignatureDoesNotMatch</Code><Message>jane@example.com</Message></Error>",
            "SignatureDoesNotMatch",
        ),
        ("", r#"{"code":"jane@example.com"}"#, "Http400"),
        ("", "jane@example.com", "Http400"),
    ];
    for (head, body, code) in said {
        let (address, _seen) = server(400, head, body);
        let error = client(&address).await.call(TARGET, &json!({})).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.operation), (code, "GetMetricData"));
        assert_eq!(error.class, class(code), "{code}");
    }
}

#[tokio::test]
async fn what_is_no_json_and_who_does_not_answer_are_told_apart() {
    let (address, _seen) = server(200, "", "<html>");
    let error = client(&address).await.call(TARGET, &json!({})).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Unreadable, "UnreadableResponse"));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{free}")).await.call(TARGET, &json!({})).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Unavailable, "ConnectionFailed"));
}

#[tokio::test]
async fn a_file_is_put_to_the_address_as_it_is_unsigned_with_its_headers_and_length() {
    let (address, seen) = server(200, "", "");
    let url = format!("{address}/some%2Fkey+1?X-Amz-Signature=a%2Bb%3D&x=1");
    let headers = [("x-amz-server-side-encryption", "aws:kms")];
    client("http://127.0.0.1:1").await.put(&url, &headers, vec![b'x'; 300_000]).await.unwrap();
    let seen = seen.recv().unwrap();
    assert_eq!(seen.line, "PUT /some%2Fkey+1?X-Amz-Signature=a%2Bb%3D&x=1 HTTP/1.1");
    assert_eq!(seen.header("x-amz-server-side-encryption"), "aws:kms");
    assert_eq!((seen.header("authorization"), seen.header("content-length")), ("", "300000"));
    assert_eq!(seen.body.len(), 300_000);
}

#[tokio::test]
async fn a_refused_file_and_an_address_that_is_none_are_told() {
    let (address, _seen) =
        server(403, "", "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>");
    let raw = client(&address).await;
    let error = raw.put(&format!("{address}/key"), &[], vec![1]).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Denied, "AccessDenied"));
    for url in ["", "key", "ftp://host/key", "https://", "https:///key", "https://a b/key"] {
        let error = raw.put(url, &[], vec![1]).await.unwrap_err();
        assert_eq!(error.class, Class::Rejected, "{url}");
    }
}

#[test]
fn nothing_of_a_request_is_shown() {
    let body = b"jane@example.com".to_vec();
    let request = Request { method: "PUT", path: "/secret".to_owned(), headers: vec![], body };
    let shown = format!("{request:?}");
    assert!(!shown.contains("jane") && !shown.contains("secret"), "{shown}");
}
