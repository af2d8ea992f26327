//! Who gets an answer at all: this machine by its own name, a browser with the key, and forms of our own pages.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, HeaderName, HeaderValue, LOCATION, ORIGIN,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::assets;
use crate::routes::{Settings, html};
use crate::view::frame::bare;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

const STRICT: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Stands before every route.
pub(crate) async fn guard(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let refusal = refusal(&settings, request.method(), request.uri(), request.headers());
    let mut response = match refusal {
        None => next.run(request).await,
        Some(refusal) => refusal,
    };
    response.headers_mut().extend(STRICT.map(|(name, value)| (Some(name), value)));
    response
}

/// What is answered instead of a page; `None`: nothing is against it.
fn refusal(settings: &Settings, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let host = text(headers, &HOST).unwrap_or_default();
    if !is_this_machine(host) {
        let told = "This page answers this machine only, under its own name: localhost or 127.0.0.1.";
        return Some(refuse(StatusCode::MISDIRECTED_REQUEST, "Another address", told));
    }
    if assets::is_one(uri.path()) {
        return None;
    }
    if let Some(key) = key(uri) {
        return Some(if settings.access.opens(key) { enter(settings) } else { shut() });
    }
    let mut cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    if !cookies.any(|cookies| settings.access.is_in(cookies)) {
        return Some(shut());
    }
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    if !settings.allow_changes {
        let told = "This page was started to look only. To let it change something, start it anew with --allow-changes.";
        return Some(refuse(StatusCode::FORBIDDEN, "Read only", told));
    }
    if !comes_from_us(headers, host) {
        let told = "This did not come from a form of this page: nothing was done. Open the page itself, and do it there.";
        return Some(refuse(StatusCode::FORBIDDEN, "Another site asked", told));
    }
    None
}

fn refuse(status: StatusCode, title: &str, told: &str) -> Response {
    html(status, &bare(title, told))
}

fn shut() -> Response {
    let told =
        "Open the address that twinpool printed at its start: it has the key. A new start has a new one.";
    refuse(StatusCode::FORBIDDEN, "The key is missing", told)
}

/// The key goes into a cookie, and out of the address.
fn enter(settings: &Settings) -> Response {
    let headers = [(SET_COOKIE, settings.access.cookie()), (LOCATION, "/".to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Of the start address alone.
fn key(uri: &Uri) -> Option<&str> {
    if uri.path() != "/" {
        return None;
    }
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key="))
}

/// A browser says where a form comes from. Who says nothing is no browser that we know. `null` is not of ours: under our
/// Referrer-Policy every browser names the origin of a form that stays on it.
fn comes_from_us(headers: &HeaderMap, host: &str) -> bool {
    let own = format!("http://{host}");
    let (site, origin) = (text(headers, &SEC_FETCH_SITE), text(headers, &ORIGIN));
    match (site, origin) {
        (Some("same-origin"), None) => true,
        (Some("same-origin") | None, Some(origin)) => origin.eq_ignore_ascii_case(&own),
        _ => false,
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The only value; one that stands twice is none.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let only = all.next()?;
    if all.next().is_some() {
        return Some("");
    }
    Some(only.to_str().unwrap_or(""))
}

/// Whether a `Host` is a name of this machine, on any port: it may be reached through a tunnel. A page in a browser can reach it under a
/// name of its own (DNS rebinding), and is to get no answer.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
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

    fn comes(site: Option<&'static str>, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        let mut add = |name: HeaderName, value: Option<&'static str>| {
            value.map(|value| headers.insert(name, HeaderValue::from_static(value)))
        };
        add(SEC_FETCH_SITE, site);
        add(ORIGIN, origin);
        comes_from_us(&headers, "127.0.0.1:8787")
    }

    #[test]
    fn a_form_comes_from_us_or_is_refused() {
        let own = Some("http://127.0.0.1:8787");
        for (site, origin) in [(Some("same-origin"), own), (Some("same-origin"), None), (None, own)] {
            assert!(comes(site, origin), "{site:?} {origin:?}");
        }
        for (site, origin) in [
            (None, None),
            (None, Some("null")),
            (Some("same-origin"), Some("null")),
            (Some("cross-site"), own),
            (Some("same-site"), own),
            (Some("none"), None),
            (Some("same-origin"), Some("http://127.0.0.1:3000")),
            (None, Some("https://127.0.0.1:8787")),
            (None, Some("http://127.0.0.1:8787.evil.example")),
        ] {
            assert!(!comes(site, origin), "{site:?} {origin:?}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in ["localhost", "LocalHost:8787", "127.0.0.1:8787", "127.0.0.1", "[::1]:8787", "[::1]"] {
            assert!(is_this_machine(own), "{own}");
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
            assert!(!is_this_machine(other), "{other}");
        }
    }
}
