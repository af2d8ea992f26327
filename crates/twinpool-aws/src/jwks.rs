//! Fetches the keys of pools (F§9), over the TLS stack that every client shares. No credentials: they are public.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::token::KeySource;

use crate::code::{class, no_answer};

#[cfg(test)]
mod tests;

const GET_KEYS: &str = "GetKeys";

/// For everything: name, connection, handshake, answer. Somebody waits.
const PATIENCE: Duration = Duration::from_secs(3);

/// A set has two keys, of half a kilobyte each.
const LONGEST: usize = 64 * 1024;

/// Fetches key sets over HTTPS; over HTTP from this machine only, for local stand-ins. Follows no redirect: keys come from the
/// address that was configured, or not at all.
#[derive(Debug, Clone)]
pub struct HttpsKeys {
    http: SharedHttpClient,
    patience: Duration,
}

impl HttpsKeys {
    /// Over the HTTP client of `config`.
    ///
    /// # Errors
    /// [`Class::Rejected`] when it has none.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        let none = || PortError::new(Class::Rejected, "Connect", "NoHttpClient");
        Ok(Self { http: config.http_client().ok_or_else(none)?, patience: PATIENCE })
    }

    async fn get(&self, endpoint: &str, path: &str) -> Answer<String> {
        let operation = Operation::builder()
            .service_name("jwks")
            .operation_name(GET_KEYS)
            .http_client(self.http.clone())
            .endpoint_url(endpoint)
            .no_auth()
            .no_retry()
            .serializer(|path: String| {
                let mut request = HttpRequest::new(SdkBody::empty());
                request.set_uri(path)?;
                request.headers_mut().try_insert("accept", "application/json")?;
                Ok(request)
            })
            .deserializer_impl::<Reply, OrchestratorError<Error>>(Unread)
            .build();
        // Boxed: the orchestrator's future is large.
        let reply = Box::pin(operation.invoke(path.to_owned())).await;
        let reply = reply.map_err(|error| no_answer(GET_KEYS, &error))?;
        if reply.status != 200 {
            let code = format!("Http{}", reply.status);
            return Err(PortError::new(class(&code), GET_KEYS, code));
        }
        text(reply.body).await
    }
}

impl KeySource for HttpsKeys {
    async fn keys(&self, url: &str) -> Answer<String> {
        let (endpoint, path) =
            split(url).ok_or_else(|| PortError::new(Class::Rejected, GET_KEYS, "BadUrl"))?;
        let late = |_| PortError::new(Class::Unavailable, GET_KEYS, "TimedOut");
        tokio::time::timeout(self.patience, self.get(&endpoint, &path)).await.map_err(late)?
    }
}

/// Scheme and host, which has to be this machine where the scheme is not HTTPS; path and query.
fn split(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = match authority.strip_prefix('[') {
        Some(literal) => literal.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_safe = scheme == "https" || (scheme == "http" && is_here);
    // A name before the host would go along as a password, and hide which host it is.
    if host.is_empty() || authority.contains('@') || path.contains('#') || !is_safe {
        return None;
    }
    HttpRequest::get(url).ok()?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some((format!("{scheme}://{authority}"), path))
}

/// Reads to the end, or to the limit.
async fn text(mut body: ByteStream) -> Answer<String> {
    let unreadable = |code: &'static str| PortError::new(Class::Unreadable, GET_KEYS, code);
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| PortError::new(Class::Unavailable, GET_KEYS, "ConnectionFailed"))?;
        if bytes.len() + piece.len() > LONGEST {
            return Err(unreadable("TooLong"));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| unreadable("UnreadableResponse"))
}

/// What came back, its body not read yet.
struct Reply {
    status: u16,
    body: ByteStream,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Leaves the body to [`text`]: the orchestrator would read it to its end, however long it is.
#[derive(Debug)]
struct Unread;

impl DeserializeResponse for Unread {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        _config: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<Error>>> {
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let reply = Reply { status: response.status().as_u16(), body: ByteStream::new(body) };
        Some(Ok(Output::erase(reply)))
    }

    fn deserialize_nonstreaming_with_config(
        &self,
        _response: &HttpResponse,
        _config: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        Err(OrchestratorError::other("the body was taken before"))
    }
}
