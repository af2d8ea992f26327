//! "Too many", as each service says it on the wire.

use super::super::dice::Dice;
use super::counts::Service;

/// The answer of this service to this operation.
pub(super) fn too_many(service: Service, operation: &str, dice: &mut Dice) -> Vec<u8> {
    let of_tables = [
        (
            "com.amazon.coral.availability#ThrottlingException",
            "Rate of requests exceeds the allowed throughput.",
        ),
        (
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        ),
    ];
    let of_queues = [
        ("com.amazonaws.sqs#RequestThrottled", "The request was denied due to request throttling."),
        ("com.amazon.coral.availability#ThrottlingException", "Rate exceeded"),
    ];
    match service {
        // F§5: all its categories refuse alike.
        Service::Cognito | Service::Other => {
            refuse("1.1", "TooManyRequestsException", "Too many requests", "")
        }
        // A transaction says for each of its items why it was not written (F§10).
        Service::DynamoDb if operation == "TransactWriteItems" && dice.once_in(2) => refuse(
            "1.0",
            "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons [ThrottlingError, None]",
            r#","CancellationReasons":[{"Code":"ThrottlingError","Message":"Throughput exceeds the current capacity of your table or index."},{"Code":"None"}]"#,
        ),
        Service::DynamoDb => {
            let (code, message) = dice.pick(&of_tables).unwrap_or_default();
            refuse("1.0", code, message, "")
        }
        Service::Sqs => {
            let (code, message) = dice.pick(&of_queues).unwrap_or_default();
            refuse("1.0", code, message, "")
        }
    }
}

/// `more`: fields beside the message.
fn refuse(version: &str, code: &str, message: &str, more: &str) -> Vec<u8> {
    let short = code.rsplit('#').next().unwrap_or(code);
    let body = format!(r#"{{"__type":"{code}","message":"{message}"{more}}}"#);
    // The first header is Cognito's, the second SQS's: each SDK reads its own.
    let head = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-{version}\r\nx-amzn-errortype: {short}\r\n\
         x-amzn-query-error: {short};Sender\r\nx-amzn-requestid: a-drill\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head, body].concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_refusal_is_a_whole_answer() {
        let mut dice = Dice::of(7);
        let mut codes = std::collections::BTreeSet::new();
        for service in [Service::Cognito, Service::DynamoDb, Service::Sqs].repeat(20) {
            let answer = String::from_utf8(too_many(service, "TransactWriteItems", &mut dice)).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("content-length: {}", body.len())));
            let body: Value = serde_json::from_str(body).unwrap();
            codes.insert(body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned());
        }
        let codes: Vec<_> = codes.iter().map(String::as_str).collect();
        assert_eq!(
            codes,
            [
                "ProvisionedThroughputExceededException",
                "RequestThrottled",
                "ThrottlingException",
                "TooManyRequestsException",
                "TransactionCanceledException"
            ]
        );
    }
}
