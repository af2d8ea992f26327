//! AWS's JSON and REST protocols without an SDK: for services of which we need a call or two, and for answers that must come
//! back as they are (F§6). The same credentials, Region, endpoint and TLS stack as every other client.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;
use twinpool_core::port::{Answer, Class, PortError};

use crate::request::Request;

mod answer;
mod date;
mod rest;
#[cfg(feature = "s3")]
pub mod s3;
mod send;
mod sign;
#[cfg(test)]
pub(crate) mod stub;
#[cfg(test)]
mod tests;

pub use rest::{Rest, RestReply, segment};

use send::{Reply, Sender};
use sign::Signer;

/// Calls one service.
#[derive(Debug)]
pub struct RawClient {
    sender: Sender,
    signer: Signer,
    endpoint: String,
    content_type: &'static str,
}

impl RawClient {
    /// A client of the service whose host begins with `service` (`monitoring`) and whose signatures name `signing_name`.
    /// It calls the endpoint of `config` instead, if there is one.
    ///
    /// # Errors
    /// [`Class::Rejected`] when `config` has no Region or no HTTP client.
    pub fn connect(config: &SdkConfig, service: &str, signing_name: &'static str) -> Answer<Self> {
        let region = config.region().ok_or_else(|| PortError::new(Class::Rejected, "Connect", "NoRegion"))?;
        let region = region.as_ref();
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = config.endpoint_url().map(str::to_owned);
        Ok(Self {
            sender: Sender::of(config)?,
            signer: Signer::of(config, region.to_owned(), signing_name),
            endpoint: endpoint.unwrap_or_else(|| format!("https://{service}.{region}.{domain}")),
            content_type: "application/x-amz-json-1.1",
        })
    }

    /// A client of user pools, which calls `endpoint` instead, if there is one.
    ///
    /// # Errors
    /// Those of [`Self::connect`].
    pub fn of_pools(config: &SdkConfig, endpoint: Option<String>) -> Answer<Self> {
        let client = Self::connect(config, "cognito-idp", "cognito-idp")?;
        Ok(Self { endpoint: endpoint.unwrap_or(client.endpoint), ..client })
    }

    /// For services that speak version 1.0 of the protocol.
    #[must_use]
    pub fn json_1_0(self) -> Self {
        Self { content_type: "application/x-amz-json-1.0", ..self }
    }

    /// Makes one call, in one attempt. `target`: the value of `X-Amz-Target`, such as
    /// `ServiceQuotasV20190624.ListServiceQuotas`.
    ///
    /// # Errors
    /// Those of the service, by their code.
    pub async fn call(&self, target: &'static str, body: &Value) -> Answer<Value> {
        self.call_frankly(target, body).await.map_err(|refused| refused.error)
    }

    /// The same, and of a refusal what the service says about it. For calls that are about no user: messages quote their
    /// input.
    ///
    /// # Errors
    /// Those of the service, by their code, with the message.
    pub async fn call_frankly(&self, target: &'static str, body: &Value) -> Result<Value, Refused> {
        let operation = target.rsplit('.').next().unwrap_or(target);
        let reply = self.post(operation, target, body).await?;
        let message = || answer::message(&reply);
        answer::json(operation, &reply).map_err(|error| Refused { message: message(), error })
    }

    async fn post(&self, operation: &'static str, target: &'static str, body: &Value) -> Answer<Reply> {
        let headers = [("content-type", self.content_type), ("x-amz-target", target)];
        let body = body.to_string().into_bytes();
        let signature = self.signer.sign(operation, "POST", &self.endpoint, &headers, &body).await?;
        let mut request = Request { method: "POST", path: "/".to_owned(), headers: Vec::new(), body };
        let own = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        request.headers = own.into_iter().chain(signature).collect();
        self.sender.send(operation, &self.endpoint, request).await
    }

    /// Puts a file to an address that is signed already, with the headers that the signature wants. Gives up after fifteen
    /// minutes, when such an address of an import job has expired.
    ///
    /// # Errors
    /// Those of the service, by their code; [`Class::Rejected`] when the address is none.
    pub async fn put(&self, url: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Answer<()> {
        const OPERATION: &str = "PutFile";
        let (endpoint, path) =
            split(url).ok_or_else(|| PortError::new(Class::Rejected, OPERATION, "BadUrl"))?;
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let request = Request { method: "PUT", path, headers: headers.collect(), body: bytes };
        let reply = self.sender.upload(OPERATION, &endpoint, request).await?;
        answer::done(OPERATION, &reply)
    }
}

/// A call that failed, and what the service said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub error: PortError,
    /// The service's own words. They may quote the input.
    pub message: Option<String>,
}

impl From<PortError> for Refused {
    fn from(error: PortError) -> Self {
        Self { error, message: None }
    }
}

/// Scheme and host; path and query, as they are.
fn split(url: &str) -> Option<(String, String)> {
    HttpRequest::get(url).ok()?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    let (endpoint, path) = url.split_at(url.len() - rest.len() + host);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    (host > 0).then(|| (endpoint.to_owned(), path))
}
