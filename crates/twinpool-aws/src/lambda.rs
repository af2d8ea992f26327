//! Invoke of Lambda: calls a function and waits for what it says. Without Lambda's SDK, which would bring all its operations
//! into a function whose start everybody waits for.

use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::base64;
use twinpool_core::port::{Answer, Class, PortError};

use crate::code::{class, no_answer};
use crate::request::Request;

mod arn;
#[cfg(test)]
#[cfg(feature = "raw")]
mod tests;

pub use arn::FunctionArn;

const INVOKE: &str = "Invoke";

/// For a connection. There is no other limit: how long a function may take is the caller's business.
const CONNECT: Duration = Duration::from_secs(1);

/// Calls functions.
#[derive(Debug)]
pub struct Lambda {
    http: SharedHttpClient,
    provider: Option<SharedCredentialsProvider>,
    endpoint: Option<String>,
    config: SdkConfig,
}

/// What goes along with a payload.
#[derive(Debug, Clone, Copy, Default)]
pub struct Along<'a> {
    /// JSON that the function finds as its client context.
    pub client_context: &'a str,
    /// The trace of the call that this one belongs to; by it Lambda notices functions that call each other in a circle.
    pub trace: Option<&'a str>,
}

/// What a function said.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// Its answer, as it came.
    Response(Vec<u8>),
    /// Its error (`X-Amz-Function-Error`): JSON with `errorMessage` and `errorType`, mostly.
    Error(Vec<u8>),
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Response(_) => "Response(«redacted»)",
            Self::Error(_) => "Error(«redacted»)",
        })
    }
}

impl Lambda {
    /// Lambda with the credentials of `config`, and at its endpoint, if there is one.
    ///
    /// # Errors
    /// [`Class::Rejected`] when `config` has no HTTP client.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        let none = || PortError::new(Class::Rejected, "Connect", "NoHttpClient");
        Ok(Self {
            http: config.http_client().ok_or_else(none)?,
            provider: config.credentials_provider(),
            endpoint: config.endpoint_url().map(str::to_owned),
            config: config.clone(),
        })
    }

    /// Opens the connection that the first call of this function will use. No word about failing: the first call will tell.
    pub async fn warm_up(&self, function: &FunctionArn) {
        let request = Request { method: "GET", path: "/".to_owned(), headers: Vec::new(), body: Vec::new() };
        drop(self.send(function, request).await);
    }

    /// Calls a function with this payload and waits, for as long as it takes. One attempt.
    ///
    /// # Errors
    /// Those of Lambda, by their code. `ConnectionFailed` and `TimedOut` (no connection within a second) mean that most
    /// probably nothing was called.
    pub async fn invoke(&self, function: &FunctionArn, payload: &str, along: Along<'_>) -> Answer<Said> {
        let path = format!("/2015-03-31/functions/{}/invocations", encoded(function.as_str()));
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-amz-invocation-type".to_owned(), "RequestResponse".to_owned()),
            ("x-amz-client-context".to_owned(), base64::encode(along.client_context)),
        ];
        // The signer leaves it out: whoever passes it on may add to it.
        headers.extend(along.trace.map(|trace| ("x-amzn-trace-id".to_owned(), trace.to_owned())));
        let request = Request { method: "POST", path, headers, body: payload.as_bytes().to_vec() };
        let reply = self.send(function, request).await?;
        if !(200..300).contains(&reply.status) {
            let code = reply.code.unwrap_or_else(|| format!("Http{}", reply.status));
            return Err(PortError::new(class(&code), INVOKE, code));
        }
        Ok(if reply.is_error { Said::Error(reply.body) } else { Said::Response(reply.body) })
    }

    async fn send(&self, function: &FunctionArn, mut request: Request) -> Answer<Reply> {
        let region = function.region();
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = self.endpoint.clone().unwrap_or_else(|| format!("https://lambda.{region}.{domain}"));
        self.sign(region, &endpoint, &mut request).await?;
        let mut operation = Operation::builder()
            .service_name("lambda")
            .operation_name(INVOKE)
            .http_client(self.http.clone())
            .endpoint_url(&endpoint)
            .no_auth()
            .no_retry()
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build())
            .serializer(Request::into_http)
            .deserializer(|response| Ok::<_, OrchestratorError<Infallible>>(Reply::of(response)));
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        let operation = operation.build();
        // Boxed: the orchestrator's future is large.
        Box::pin(operation.invoke(request)).await.map_err(|error| no_answer(INVOKE, &error))
    }

    async fn sign(&self, region: &str, endpoint: &str, request: &mut Request) -> Answer<()> {
        let bad = |code: &'static str| PortError::new(Class::Rejected, INVOKE, code);
        let provider = self.provider.as_ref().ok_or_else(|| bad("NoCredentials"))?;
        let found = provider.provide_credentials().await.map_err(|_| bad("NoCredentials"))?;
        let identity = found.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| bad("CannotSign"))?;
        let url = format!("{}{}", endpoint.trim_end_matches('/'), request.path);
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signable = SignableRequest::new(request.method, url, headers, SignableBody::Bytes(&request.body));
        let output =
            sign(signable.map_err(|_| bad("BadUrl"))?, &params.into()).map_err(|_| bad("CannotSign"))?;
        let signed = output.output().headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        request.headers.extend(signed);
        Ok(())
    }
}

/// An ARN as one segment of a path.
fn encoded(arn: &str) -> String {
    arn.replace(':', "%3A").replace('$', "%24")
}

struct Reply {
    status: u16,
    /// `x-amzn-errortype`.
    code: Option<String>,
    is_error: bool,
    body: Vec<u8>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Reply {
    fn of(response: &HttpResponse) -> Self {
        // `TooManyRequestsException:http://internal.amazon.com/…`
        let code = |said: &str| {
            let code = said.split(':').next()?.trim();
            let is_code =
                !code.is_empty() && code.len() <= 100 && code.bytes().all(|c| c.is_ascii_alphanumeric());
            is_code.then(|| code.to_owned())
        };
        Self {
            status: response.status().as_u16(),
            code: response.headers().get("x-amzn-errortype").and_then(code),
            is_error: response.headers().get("x-amz-function-error").is_some(),
            body: response.body().bytes().unwrap_or_default().to_vec(),
        }
    }
}
