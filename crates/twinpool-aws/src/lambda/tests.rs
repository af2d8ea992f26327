use std::net::TcpListener;

use super::*;
use crate::raw::stub::{config, server};

const PAYLOAD: &str = r#"{"userName":"jane", "z":1e400}"#;

fn function() -> FunctionArn {
    FunctionArn::parse("arn:aws:lambda:eu-central-1:111122223333:function:claims:live").unwrap()
}

async fn invoke(address: &str) -> Answer<Said> {
    let along = Along { client_context: r#"{"custom":{}}"#, trace: Some("Root=1-5e272390") };
    Lambda::connect(&config(address).await).unwrap().invoke(&function(), PAYLOAD, along).await
}

#[tokio::test]
async fn a_call_carries_the_payload_as_it_is_to_that_alias_and_waits_for_the_answer() {
    let (address, seen) = server([(200, "", r#" {"b":1e400} "#)]);
    assert_eq!(invoke(&address).await, Ok(Said::Response(br#" {"b":1e400} "#.to_vec())));
    let seen = seen.recv().unwrap();
    assert_eq!(
        seen.line,
        "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A111122223333%3Afunction%3Aclaims%3Alive/invocations HTTP/1.1"
    );
    assert_eq!(seen.body, PAYLOAD.as_bytes());
    assert_eq!(seen.header("x-amz-invocation-type"), "RequestResponse");
    assert_eq!(seen.header("x-amz-client-context"), "eyJjdXN0b20iOnt9fQ==");
    assert_eq!(seen.header("x-amzn-trace-id"), "Root=1-5e272390");
    let signature = seen.header("authorization");
    // Signed for the function's Region, which need not be ours.
    assert!(signature.contains("/eu-central-1/lambda/aws4_request"), "{signature}");
    assert!(signature.contains("x-amz-client-context") && !signature.contains("trace"), "{signature}");
}

#[tokio::test]
async fn an_error_of_the_function_is_told_from_an_answer() {
    let body = r#"{"errorMessage":"no","errorType":"Error"}"#;
    let (address, _seen) = server([(200, "x-amz-function-error: Unhandled\r\n", body)]);
    assert_eq!(invoke(&address).await, Ok(Said::Error(body.as_bytes().to_vec())));
}

#[tokio::test]
async fn a_refusal_of_lambda_is_its_code_and_never_its_message() {
    let body = r#"{"Message":"jane@example.com"}"#;
    for (status, head, code, expected) in [
        (429, "x-amzn-errortype: TooManyRequestsException\r\n", "TooManyRequestsException", Class::Throttled),
        (
            403,
            "x-amzn-errortype: AccessDeniedException:http://in/\r\n",
            "AccessDeniedException",
            Class::Denied,
        ),
        (
            404,
            "x-amzn-errortype: ResourceNotFoundException\r\n",
            "ResourceNotFoundException",
            Class::NotFound,
        ),
        (502, "", "Http502", Class::Unavailable),
        (400, "x-amzn-errortype: jane@example.com\r\n", "Http400", Class::Unavailable),
    ] {
        let (address, _seen) = server([(status, head, body)]);
        let error = invoke(&address).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.class), (code, expected));
    }
}

#[tokio::test]
async fn nobody_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = invoke(&format!("http://{free}")).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Unavailable, "ConnectionFailed"));
}

#[test]
fn nothing_of_a_call_is_shown() {
    let shown = format!("{:?} {:?}", Said::Response(b"jane".to_vec()), Said::Error(b"jane".to_vec()));
    assert!(!shown.contains("106") && !shown.contains("jane"), "{shown}");
}
