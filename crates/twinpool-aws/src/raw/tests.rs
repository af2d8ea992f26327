use std::net::TcpListener;

use serde_json::json;

use super::stub::{config, server};
use super::*;
use crate::code::class;

async fn client(endpoint: &str) -> RawClient {
    RawClient::connect(&config(endpoint).await, "monitoring", "monitoring").unwrap()
}

const TARGET: &str = "GraniteServiceVersion20100801.GetMetricData";

#[tokio::test]
async fn a_call_carries_target_json_and_a_signature_for_its_service_and_region() {
    let (address, seen) = server([(200, "", r#"{"MetricDataResults":[{"Values":[3.0]}]}"#)]);
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
        let (address, _seen) = server([(400, head, body)]);
        let error = client(&address).await.call(TARGET, &json!({})).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.operation), (code, "GetMetricData"));
        assert_eq!(error.class, class(code), "{code}");
    }
}

#[tokio::test]
async fn what_is_no_object_and_who_does_not_answer_are_told_apart() {
    for body in ["<html>", "[]", "7", "\"text\"", "null"] {
        let (address, _seen) = server([(200, "", body)]);
        let error = client(&address).await.call(TARGET, &json!({})).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (Class::Unreadable, "UnreadableResponse"), "{body}");
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{free}")).await.call(TARGET, &json!({})).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Unavailable, "ConnectionFailed"));
}

#[tokio::test]
async fn the_message_is_told_to_whoever_asks_for_it() {
    let (address, _seen) = server([
        (400, "", r#"{"__type":"InvalidParameterException","message":"Please use\nthe other field"}"#),
        (200, "", "<html>"),
    ]);
    let client = client(&address).await;
    let refused = client.call_frankly(TARGET, &json!({})).await.unwrap_err();
    assert_eq!(refused.error.code, "InvalidParameterException");
    assert_eq!(refused.message.as_deref(), Some("Please use the other field"));
    let refused = client.call_frankly(TARGET, &json!({})).await.unwrap_err();
    assert_eq!((refused.error.class, refused.message), (Class::Unreadable, None));
}

#[tokio::test]
async fn a_rest_call_escapes_and_signs_path_and_query_and_gives_headers_back() {
    let (address, seen) = server([
        (200, "X-Amz-Function-Error: Unhandled\r\n", "{}"),
        (404, "x-amzn-ErrorType: ResourceNotFoundException\r\n", r#"{"Message":"jane@example.com"}"#),
    ]);
    let client = RawClient::connect(&config(&address).await, "lambda", "lambda").unwrap();
    let call = |method, query: &'static [(&'static str, &'static str)]| Rest {
        operation: "Invoke",
        method,
        path: format!("/2015-03-31/functions/{}/invocations", segment("arn:aws:lambda:f/1")),
        query,
        headers: &[("x-amz-invocation-type", "RequestResponse")],
        body: b"{}".to_vec(),
    };
    let reply = client.rest(call("POST", &[("Qualifier", "live&x=1")])).await.unwrap();
    assert_eq!(
        (reply.header("x-amz-function-error"), reply.body.as_slice()),
        (Some("Unhandled"), &b"{}"[..])
    );
    let asked = seen.recv().unwrap();
    assert_eq!(
        asked.line,
        "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Af%2F1/invocations?Qualifier=live%26x%3D1 HTTP/1.1"
    );
    let signature = asked.header("authorization");
    assert!(signature.contains("/eu-west-1/lambda/aws4_request"), "{signature}");
    assert!(signature.contains("x-amz-invocation-type"), "{signature}");
    let error = client.rest(call("DELETE", &[])).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::NotFound, "ResourceNotFoundException"));
    assert!(seen.recv().unwrap().line.starts_with("DELETE /2015-03-31/"));
}

#[tokio::test]
async fn a_file_is_put_to_the_address_as_it_is_unsigned_with_its_headers_and_length() {
    let (address, seen) = server([(200, "", "")]);
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
        server([(403, "", "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>")]);
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
