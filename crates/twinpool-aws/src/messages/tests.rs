use std::net::TcpListener;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use serde_json::Value as Json;
use twinpool_core::value::Value;

use super::*;
use crate::raw::stub::{config, server};

const ADDRESS: &str = "jane+x@example.com";
const NUMBER: &str = "+4915112345678";

async fn messages(endpoint: &str) -> Messages {
    let settings = CodeSettings { email_from: Some("Shop <code@example.com>".to_owned()), sms: true };
    Messages::connect(&config(endpoint).await, &settings).unwrap()
}

fn message(by: Contact, to: &str) -> Message {
    Message {
        by,
        to: Value::new(to),
        subject: "Ihr \"Code\" für Ä".to_owned(),
        text: Value::new("123456 & 50 % = «ok»\n"),
    }
}

#[tokio::test]
async fn an_email_is_one_signed_call_to_one_address() {
    let (address, seen) = server([(200, "", r#"{"MessageId":"1"}"#)]);
    assert_eq!(messages(&address).await.send(&message(Contact::Email, ADDRESS)).await, Ok(()));
    let seen = seen.recv().unwrap();
    assert_eq!(seen.line, "POST /v2/email/outbound-emails HTTP/1.1");
    assert_eq!(seen.header("content-type"), "application/json");
    let signature = seen.header("authorization");
    assert!(signature.contains("/eu-west-1/ses/aws4_request"), "{signature}");
    let expected = json!({
        "FromEmailAddress": "Shop <code@example.com>",
        "Destination": { "ToAddresses": [ADDRESS] },
        "Content": { "Simple": {
            "Subject": { "Data": "Ihr \"Code\" für Ä", "Charset": "UTF-8" },
            "Body": { "Text": { "Data": "123456 & 50 % = «ok»\n", "Charset": "UTF-8" } },
        } },
    });
    assert_eq!(serde_json::from_slice::<Json>(&seen.body).unwrap(), expected);
}

#[tokio::test]
async fn a_text_message_is_one_signed_call_to_one_number_and_does_not_wait() {
    let (address, seen) = server([(200, "", "<PublishResponse/>")]);
    assert_eq!(messages(&address).await.send(&message(Contact::Phone, NUMBER)).await, Ok(()));
    let seen = seen.recv().unwrap();
    assert_eq!(seen.line, "POST / HTTP/1.1");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    let signature = seen.header("authorization");
    assert!(signature.contains("/eu-west-1/sns/aws4_request"), "{signature}");
    let expected = "Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678\
        &Message=123456%20%26%2050%20%25%20%3D%20%C2%ABok%C2%BB%0A\
        &MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType&MessageAttributes.entry.1.Value.DataType=String\
        &MessageAttributes.entry.1.Value.StringValue=Transactional";
    assert_eq!(std::str::from_utf8(&seen.body).unwrap(), expected);
}

#[tokio::test]
async fn a_refusal_is_its_code_and_never_the_address_and_is_not_tried_again() {
    let rest = r#"{"message":"Email address is not verified: jane+x@example.com"}"#;
    let xml = "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>+4915112345678</Message></Error></ErrorResponse>";
    let throttled = "<ErrorResponse><Error><Code>Throttled</Code></Error></ErrorResponse>";
    let refusals = [
        (Contact::Email, "x-amzn-ErrorType: MessageRejected\r\n", rest, "MessageRejected", Class::Rejected),
        (
            Contact::Email,
            "x-amzn-ErrorType: TooManyRequestsException\r\n",
            "{}",
            "TooManyRequestsException",
            Class::Throttled,
        ),
        (Contact::Phone, "", xml, "InvalidParameter", Class::Rejected),
        (Contact::Phone, "", throttled, "Throttled", Class::Throttled),
    ];
    for (by, head, body, code, class) in refusals {
        // A second call would be taken.
        let (address, seen) = server([(400, head, body), (200, "", "{}")]);
        let to = if by == Contact::Email { ADDRESS } else { NUMBER };
        let error = messages(&address).await.send(&message(by, to)).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.class), (code, class));
        assert!(!format!("{error:?} {error}").contains(to));
        assert_eq!(seen.try_iter().count(), 1);
    }
}

#[tokio::test]
async fn after_a_time_out_nothing_is_sent_again() {
    for by in Contact::ALL {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = format!("http://{}", listener.local_addr().unwrap());
        let impatient =
            TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(200)).build();
        let config = config(&silent).await.into_builder().timeout_config(impatient).build();
        let settings = CodeSettings { email_from: Some("code@example.com".to_owned()), sms: true };
        let to = if by == Contact::Email { ADDRESS } else { NUMBER };
        let error = Messages::connect(&config, &settings).unwrap().send(&message(by, to)).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (Class::Unavailable, "TimedOut"));
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.incoming().map_while(Result::ok).count(), 1, "{by:?}");
    }
}

#[tokio::test]
async fn only_one_mailbox_or_number_is_written_to() {
    let nobody = messages("http://127.0.0.1:1").await;
    let addresses = [
        "",
        "jane",
        "@example.com",
        "jane@",
        "a@b@c",
        "a@example.com,b@example.com",
        "A <a@example.com>",
        "a@example.com\r\nBcc: b@example.com",
        "a b@example.com",
    ];
    for to in addresses {
        let error = nobody.send(&message(Contact::Email, to)).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (Class::Rejected, "BadAddress"), "{to}");
    }
    for to in ["", "+", "+1", "015112345678", "+49 151", "+4915112345678901", "arn:aws:sns:topic"] {
        let error = nobody.send(&message(Contact::Phone, to)).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (Class::Rejected, "BadNumber"), "{to}");
    }
}

#[tokio::test]
async fn what_is_not_set_up_is_not_sent() {
    let none = CodeSettings { email_from: None, sms: false };
    let messages = Messages::connect(&config("http://127.0.0.1:1").await, &none).unwrap();
    for (by, to) in [(Contact::Email, ADDRESS), (Contact::Phone, NUMBER)] {
        assert!(!messages.sends(by));
        assert_eq!(messages.send(&message(by, to)).await.unwrap_err().code, "NotSetUp");
    }
}
