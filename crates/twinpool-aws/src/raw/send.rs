//! One request over the TLS stack that every client shares.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use twinpool_core::port::{Answer, Class, PortError};

use super::Request;
use crate::code::no_answer;

/// A pre-signed address of an import job is good for so long (F§7).
const UPLOAD: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(super) struct Sender {
    client: SharedHttpClient,
    timeouts: TimeoutConfig,
    config: SdkConfig,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Sender {
    pub(super) fn of(config: &SdkConfig) -> Answer<Self> {
        let none = || PortError::new(Class::Rejected, "Connect", "NoHttpClient");
        Ok(Self {
            client: config.http_client().ok_or_else(none)?,
            timeouts: config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled),
            config: config.clone(),
        })
    }

    pub(super) async fn send(&self, name: &'static str, endpoint: &str, request: Request) -> Answer<Reply> {
        self.within(self.timeouts.clone(), name, endpoint, request).await
    }

    pub(super) async fn upload(&self, name: &'static str, endpoint: &str, request: Request) -> Answer<Reply> {
        let timeouts = self.timeouts.to_builder().operation_attempt_timeout(UPLOAD).build();
        self.within(timeouts, name, endpoint, request).await
    }

    async fn within(
        &self,
        timeouts: TimeoutConfig,
        name: &'static str,
        endpoint: &str,
        request: Request,
    ) -> Answer<Reply> {
        let mut operation = Operation::builder()
            .service_name("raw")
            .operation_name(name)
            .http_client(self.client.clone())
            .endpoint_url(endpoint)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts)
            .serializer(Request::into_http)
            .deserializer(|response| Ok::<_, OrchestratorError<Infallible>>(reply(response)));
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        let operation = operation.build();
        // Boxed: the orchestrator's future is large.
        Box::pin(operation.invoke(request)).await.map_err(|error| no_answer(name, &error))
    }
}

fn reply(response: &HttpResponse) -> Reply {
    Reply {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: response.body().bytes().unwrap_or_default().to_vec(),
    }
}
