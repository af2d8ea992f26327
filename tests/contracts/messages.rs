//! Codes on a server that takes e-mail and text messages, and shows what it took.

use serde_json::{Value as Json, json};
use twinpool_aws::messages::Messages;
use twinpool_aws::settings::CodeSettings;
use twinpool_core::attribute::Contact;
use twinpool_core::one_time_code::{CodeSender as _, Message};
use twinpool_core::port::Class;
use twinpool_core::value::Value;
use xtask::testbed::Bare;

use crate::config;

fn shown(path: &str) -> Json {
    let url = format!("{}{path}", Bare::running().unwrap().ministack);
    let text = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn from(sender: &str) -> Messages {
    let config = config(&Bare::running().unwrap().ministack).await;
    Messages::connect(&config, &CodeSettings { email_from: Some(sender.to_owned()), sms: true }).unwrap()
}

fn message(by: Contact, to: &str) -> Message {
    Message {
        by,
        to: Value::new(to),
        subject: "Your code".to_owned(),
        text: Value::new("It is 123456 & no other."),
    }
}

#[tokio::test]
async fn an_email_comes_as_it_was_written_and_only_from_a_verified_sender() {
    let unverified = from("nobody@example.org").await.send(&message(Contact::Email, "ann@example.com")).await;
    let error = unverified.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Rejected, "MessageRejected"));
    let url = format!("{}/v2/email/identities", Bare::running().unwrap().ministack);
    ureq::post(&url)
        .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0")
        .header("content-type", "application/json")
        .send(json!({ "EmailIdentity": "code@example.org" }).to_string())
        .unwrap();
    from("code@example.org").await.send(&message(Contact::Email, "ann@example.com")).await.unwrap();
    let all = shown("/_ministack/ses/messages");
    let all = all["messages"].as_object().unwrap().values().flat_map(|of| of.as_array().unwrap());
    let ours: Vec<_> = all.filter(|mail| mail["To"] == json!(["ann@example.com"])).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["Subject"], "Your code");
    assert_eq!(ours[0]["BodyText"], "It is 123456 & no other.");
}

#[tokio::test]
async fn a_text_message_comes_as_it_was_written_and_does_not_wait() {
    from("code@example.org").await.send(&message(Contact::Phone, "+4915112340000")).await.unwrap();
    let all = shown("/_ministack/sns/sms-messages");
    let ours = all["sms_messages"]["+4915112340000"].as_array().unwrap();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["Message"], "It is 123456 & no other.");
    assert_eq!(ours[0]["MessageAttributes"]["AWS.SNS.SMS.SMSType"]["StringValue"], "Transactional");
}
