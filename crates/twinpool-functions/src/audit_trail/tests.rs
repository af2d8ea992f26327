use std::sync::Mutex;

use lambda_runtime::Context;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::port::{Answer, Class};

use super::*;

const RECORD: &str = r#"{"detail":{"eventSource":"cognito-idp.amazonaws.com","eventName":"AdminDisableUser",
    "requestParameters":{"userPoolId":"eu-west-1_A"},"additionalEventData":{"sub":"s-1"}}}"#;

/// Takes everything, or refuses everything.
struct Sink {
    refuses: bool,
    taken: Mutex<Vec<ChangeEvent>>,
}

impl ChangeSink for &Sink {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        if self.refuses {
            return Err(PortError::new(Class::Denied, "SendMessage", "AccessDenied"));
        }
        self.taken.lock().unwrap().push(event.clone());
        Ok(())
    }
}

struct At(u64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp(self.0)
    }
}

async fn handle(record: &str, refuses: bool) -> (Result<(), AuditError>, Vec<ChangeEvent>) {
    let sink = Sink { refuses, taken: Mutex::default() };
    let old_pool = PoolId::parse("eu-west-1_A").unwrap();
    let own_roles = vec!["arn:aws:iam::123456789012:role/mirror".to_owned()];
    let function = AuditTrail::new(&sink, At(7), Followed { old_pool, new_pool: None, own_roles });
    let payload = RawValue::from_string(record.to_owned()).unwrap();
    let answer = function.handle(LambdaEvent::new(payload, Context::default())).await;
    (answer, sink.taken.into_inner().unwrap())
}

#[tokio::test]
async fn a_record_is_sent_as_a_hint() {
    let (answer, taken) = handle(RECORD, false).await;
    assert_eq!(answer, Ok(()));
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].sub.as_ref().map(|sub| sub.as_str()), Some("s-1"));
    assert_eq!(taken[0].at, Timestamp(7));
}

#[tokio::test]
async fn a_queue_that_refuses_fails_the_invocation_so_that_lambda_tries_again() {
    let (answer, taken) = handle(RECORD, true).await;
    let error = answer.unwrap_err();
    assert_eq!(error.to_string(), "the change event was not sent: SendMessage failed: AccessDenied");
    assert_eq!(Diagnostic::from(error).error_type, "NotSent");
    assert!(taken.is_empty());
}

#[tokio::test]
async fn what_is_ignored_or_cannot_be_read_is_not_tried_again() {
    let other = RECORD.replace("eu-west-1_A", "eu-west-1_B");
    let nobody = RECORD.replace("s-1", "HIDDEN_DUE_TO_SECURITY_REASONS");
    for record in [&other, &nobody, "7", "{}"] {
        assert_eq!(handle(record, true).await, (Ok(()), Vec::new()));
    }
}
