//! The built `twinpool conflicts resolve` about many, with a table and a queue over the wire.

use serde_json::{Value, json};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, OldSub};
use twinpool_core::link::LinkState;
use twinpool_core::port::{LinkReader as _, LinkStore as _};
use twinpool_tests::aws_stub::AwsStub;

use super::passwords::{NEW, OLD, links_of, pair};
use super::{between, told};

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_the_mirror_was_not_asked_for_is_a_failure_and_said_to_stand() {
    let stub = AwsStub::start(&[]);
    let links = links_of(&stub).await;
    let email = Subject::Attribute(AttributeName::parse("email").unwrap());
    for name in ["jane", "max"] {
        let mut link = pair(name);
        if let LinkState::Linked(linked) = &mut link.state {
            linked.held_back.push(HeldBack { subject: email.clone(), reason: Reason::Taken });
        }
        links.connect(&link, None).await.unwrap();
    }
    stub.faults().fail_next("SendMessage", 100, "AccessDeniedException");
    let mut command = between(&stub, OLD, NEW);
    command.env("TWINPOOL_QUEUE_URL", format!("{}/123456789012/events.fifo", stub.endpoint()));
    command.args(["conflicts", "resolve", "--reason", "taken", "--keep-old", "--yes", "--json"]);
    let (code, out, said) = told(&command.output().unwrap());
    assert_eq!(code, Some(1), "{out}{said}");
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&all["answer"], &all["users"], &all["left_as_they_are"]),
        (&json!("failed"), &json!([]), &json!([]))
    );
    let failed = all["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 2, "nobody waits for one who failed: {out}");
    for (name, one) in ["jane-old", "max-old"].into_iter().zip(failed) {
        let why = one["why"].as_str().unwrap();
        assert!(one["whose"] == name && why.contains("is written") && why.contains("twinpool sync"), "{out}");
        let link = links.link(&OldSub::parse(name).unwrap()).await.unwrap().unwrap();
        assert_eq!(link.decisions.get(&email), Some(&Decision::KeepOld));
    }
}
