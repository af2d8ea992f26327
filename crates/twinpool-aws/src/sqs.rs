//! The queue of change events.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_smithy_types::body::SdkBody;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::digest::DigestKey;
use twinpool_core::port::{Answer, ChangeSink, Class, PortError};

use crate::code::port_error;

mod dead_letters;

pub use dead_letters::{BATCH, DeadLetter, DeadLetters, Hints};

/// The FIFO queue: one message group per user, one deduplication id per capture (F§10).
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
    key: Option<DigestKey>,
}

impl Queue {
    /// The queue at this URL, through a client of its own. The key names the groups of users without a sub.
    #[must_use]
    pub fn connect(config: &SdkConfig, url: String, key: DigestKey) -> Self {
        Self { client: Client::new(config), url, key: Some(key) }
    }

    /// The queue for events of users with a sub: they are their own group, so that no secret is needed.
    #[must_use]
    pub fn connect_without_key(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url, key: None }
    }

    fn group(&self, event: &ChangeEvent) -> Option<String> {
        match &self.key {
            Some(key) => Some(event.group(key)),
            None => event.sub.as_ref().map(|sub| sub.as_str().to_owned()),
        }
    }

    /// Opens the connection that the first send will use: the name, TLS and the certificates then cost the start of the
    /// process, where a function has a whole CPU, and not the first sign-in.
    ///
    /// It is a signed `GET /` that names no operation, so there is no permission it could need; whatever the answer, the
    /// connection is open. One attempt, and no word about failing: the first send will tell.
    pub async fn warm_up(&self) {
        let call = self.client.send_message().queue_url(&self.url).message_body("-").customize();
        let call = call.config_override(Builder::new().retry_config(RetryConfig::disabled()));
        let call = call.mutate_request(|request| {
            *request.body_mut() = SdkBody::empty();
            for header in ["content-length", "content-type", "x-amz-target"] {
                request.headers_mut().remove(header);
            }
            request.set_method("GET").unwrap_or_default();
        });
        drop(Box::pin(call.send()).await);
    }

    /// Makes a message visible again after this long.
    ///
    /// # Errors
    /// When SQS refuses; the message then comes back when its own time is over.
    pub async fn retry_after(&self, receipt: &str, after: Duration) -> Answer<()> {
        let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX).min(43_200);
        let call = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        let answer = call.visibility_timeout(seconds).send().await;
        answer.map(drop).map_err(|error| port_error("ChangeMessageVisibility", &error))
    }
}

impl ChangeSink for Queue {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        const OPERATION: &str = "SendMessage";
        let group = self.group(event).ok_or_else(|| PortError::new(Class::Rejected, OPERATION, "NoKey"))?;
        let call = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(group)
            .message_deduplication_id(event.id.as_str())
            .message_body(event.to_body());
        call.send().await.map(drop).map_err(|error| port_error(OPERATION, &error))
    }
}
