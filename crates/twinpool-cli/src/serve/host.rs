//! A page in a browser on this machine can reach it under a name of its own (DNS rebinding). It does not get an answer: only
//! who calls this machine by its own name does.

use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};

/// Answers requests to `localhost` and to loopback addresses.
pub(super) fn own_only(api: Router) -> Router {
    api.layer(from_fn(guard))
}

async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(is_own) {
        return next.run(request).await;
    }
    let problem = serde_json::json!({
        "type": "urn:twinpool:problem:other_host",
        "title": "Only this machine is answered, under its own name.",
        "status": StatusCode::MISDIRECTED_REQUEST.as_u16(),
        "code": "other_host",
    });
    let kind = [("content-type", "application/problem+json"), ("cache-control", "no-store")];
    (StatusCode::MISDIRECTED_REQUEST, kind, problem.to_string()).into_response()
}

fn is_own(host: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && !name.ends_with(':') => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in ["localhost", "LocalHost:8787", "127.0.0.1:8787", "127.0.0.1", "[::1]:8787", "[::1]"] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "evil.example:8787",
            "localhost.evil.example",
            "10.0.0.1:8787",
            "127.0.0.1.nip.io",
            ":8787",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
