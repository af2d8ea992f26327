//! The pages as a browser sees them, with an invented move behind them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use tower_service::Service as _;
use twinpool_page::{Access, Settings, router};

#[path = "../../examples/page/desk.rs"]
mod desk;
#[path = "../../examples/page/people.rs"]
mod people;
#[path = "../../examples/page/state.rs"]
mod state;

mod done;
mod fresh;
mod kept_out;
mod record;
mod shown;

const ADDRESS: &str = "127.0.0.1:8787";

/// One that was let in.
pub(crate) struct Browser {
    router: Router,
    pub(crate) desk: Arc<desk::Fake>,
    pub(crate) start: String,
    cookie: String,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) async fn new(allow_changes: bool) -> Self {
        Self::at(desk::Fake::of_a_canary(), allow_changes).await
    }

    pub(crate) async fn at(desk: desk::Fake, allow_changes: bool) -> Self {
        let desk = Arc::new(desk);
        let access = Access::new().unwrap();
        let start = access.url(ADDRESS.parse().unwrap());
        let router = router(Arc::clone(&desk), Settings { access, allow_changes });
        let mut browser = Self { router, desk, start, cookie: String::new() };
        let path = browser.start.replace(&format!("http://{ADDRESS}"), "");
        let entered = browser.get(&path).await;
        assert_eq!(
            (entered.status, &entered.headers[LOCATION]),
            (StatusCode::SEE_OTHER, &"/".parse().unwrap())
        );
        let cookie = entered.headers[SET_COOKIE].to_str().unwrap();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    /// A request as this browser makes it, before anything is changed about it.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request<Body> {
        let request = Request::builder().method(method).uri(path).header(HOST, ADDRESS);
        request.header(COOKIE, &self.cookie).body(Body::empty()).unwrap()
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
        let mut request = self.request("POST", path);
        request.headers_mut().insert(CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        request.headers_mut().insert(ORIGIN, format!("http://{ADDRESS}").parse().unwrap());
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        *request.body_mut() = Body::from(pairs.join("&"));
        request
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Got { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path)).await
    }

    /// The token that forms of this page carry.
    pub(crate) async fn token(&self) -> String {
        field(&self.get("/phase").await.text, "token")
    }

    /// Sends a form of this page.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let token = self.token().await;
        let all: Vec<_> = fields.iter().copied().chain([("token", token.as_str())]).collect();
        self.send(self.form(path, &all)).await
    }
}

/// The value of a hidden field.
pub(crate) fn field(html: &str, name: &str) -> String {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&start).unwrap_or_else(|| panic!("no {name} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
