//! `events/sqs/batch.json`: what the event source mapping hands to the mirror.

use std::fs;

use serde_json::Value;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::digest::DigestKey;
use twinpool_tests::bootstrap::workspace;

use crate::KEY;

#[test]
fn each_message_of_the_batch_is_a_change_event_of_its_group() {
    let text = fs::read_to_string(workspace().join("events/sqs/batch.json")).unwrap();
    let batch: Value = serde_json::from_str(&text).unwrap();
    let records = batch["Records"].as_array().unwrap();
    assert!(records.len() > 1 && records.len() <= 10, "a FIFO batch has at most 10 messages");
    let key = DigestKey::new(KEY.as_bytes()).unwrap();
    for record in records {
        let event = ChangeEvent::parse(record["body"].as_str().unwrap()).unwrap();
        let attributes = &record["attributes"];
        assert_eq!(attributes["MessageGroupId"], event.group(&key).as_str());
        assert_eq!(attributes["MessageDeduplicationId"], event.id.as_str());
        assert!(!text.contains("@example.com"));
    }
}
