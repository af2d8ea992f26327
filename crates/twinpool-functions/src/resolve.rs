//! The HTTP API of user ids behind a function URL or an HTTP API of API Gateway (payload 2.0).

use std::time::Duration;

use lambda_http::http::Uri;
use lambda_http::http::uri::PathAndQuery;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _, Service};
use twinpool_aws::client::Patience;

mod counted;

pub use counted::{Asked, Counted};

/// Two attempts, and an answer within the function's ten seconds: somebody waits.
pub const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(3),
    attempts: 2,
    backoff: Duration::from_millis(100),
};

/// Answers one request.
///
/// # Errors
/// As the API: never.
pub async fn answer<A: Service<Request> + Clone>(api: &A, request: Request) -> Result<A::Response, A::Error> {
    api.clone().call(without_stage(request)).await
}

/// The name of a stage stands before the path and is no part of it. A custom domain may leave it out.
fn without_stage(mut request: Request) -> Request {
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.clone(),
        _ => None,
    };
    let shorter = stage.and_then(|stage| {
        let whole = request.uri().path_and_query()?.as_str();
        let rest = whole.strip_prefix('/')?.strip_prefix(&stage)?;
        rest.starts_with("/v1/").then(|| rest.parse::<PathAndQuery>().ok())?
    });
    if let Some(path) = shorter {
        *request.uri_mut() = Uri::from(path);
    }
    request
}

#[cfg(test)]
mod tests {
    use lambda_http::http::Method;
    use lambda_http::request::from_str;

    use super::*;

    /// An event as AWS sends it.
    fn event(name: &str, stage: &str, path: &str) -> Request {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/http/");
        let mut event: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(format!("{file}{name}")).unwrap()).unwrap();
        event["requestContext"]["stage"] = stage.into();
        event["rawPath"] = path.into();
        from_str(&event.to_string()).unwrap()
    }

    #[test]
    fn a_stage_is_no_part_of_the_path() {
        let path = |stage, path| {
            let request = without_stage(event("http-api.json", stage, path));
            request.uri().path_and_query().unwrap().to_string()
        };
        assert_eq!(path("$default", "/v1/subs/a"), "/v1/subs/a?pool=new");
        assert_eq!(path("prod", "/prod/v1/subs/a"), "/v1/subs/a?pool=new");
        assert_eq!(path("prod", "/v1/subs/a"), "/v1/subs/a?pool=new");
        // A stage that is called as the API is.
        assert_eq!(path("v1", "/v1/v1/subs/a"), "/v1/subs/a?pool=new");
        assert_eq!(path("v1", "/v1/subs/a"), "/v1/subs/a?pool=new");
    }

    #[test]
    fn a_body_in_base64_is_read() {
        let request = event("function-url.json", "$default", "/v1/resolve");
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.headers()["content-type"], "application/json");
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["accounts"][0]["pool"], "old");
    }
}
