//! Requests through real routes of axum, without a socket.

mod concurrency;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, Response};
use axum::routing::get;
use tower_service::Service as _;
use twinpool_core::id::{GroupName, Pool, Sub, UserId, Username};

use super::Authentication;
use crate::{Authenticate, ClientId, Denied, NoPrincipal, Principal, Refusal, TokenUse};

/// Accepts this token. Says of every other what stands in it.
const ADA: &str = "ada.of-the.old_pool";

struct Fake;

impl Authenticate for Fake {
    async fn authenticate(&self, token: &str) -> Result<Principal, Denied> {
        match token {
            ADA => Ok(ada()),
            "not-yet" => Err(Denied::NotYet),
            "unavailable" => Err(Denied::Unavailable),
            "expired" => Err(Denied::Refused(Refusal::Expired)),
            _ => Err(Denied::Refused(Refusal::Malformed)),
        }
    }
}

pub(super) fn ada() -> Principal {
    Principal {
        user_id: UserId::parse("ada-s-id").unwrap(),
        pool: Pool::Old,
        sub: Sub::parse("5ub-of-ada").unwrap(),
        username: Username::parse("ada").unwrap(),
        groups: [GroupName::parse("admins").unwrap()].into(),
        client_id: ClientId::parse("client1").unwrap(),
        token_use: TokenUse::Access,
        claims: serde_json::Map::new(),
    }
}

/// Routes behind a layer, and what became of the requests.
struct World {
    app: Router,
    served: Arc<AtomicUsize>,
    told: Arc<Mutex<Vec<&'static str>>>,
}

impl World {
    fn behind(layer: Authentication<Fake>) -> Self {
        let (served, told) = <(Arc<AtomicUsize>, Arc<Mutex<Vec<_>>>)>::default();
        let count = |served: &Arc<AtomicUsize>| {
            let served = Arc::clone(served);
            move || served.fetch_add(1, Ordering::SeqCst)
        };
        let (me, anyone, shown) = (count(&served), count(&served), count(&served));
        let notes = Arc::clone(&told);
        let app = Router::new()
            .route(
                "/me",
                get(async move |principal: Principal| {
                    me();
                    principal.user_id.to_string()
                }),
            )
            .route(
                "/anyone",
                get(async move |principal: Option<Principal>| {
                    anyone();
                    principal.map_or_else(|| "nobody".to_owned(), |principal| principal.user_id.to_string())
                }),
            )
            .route(
                "/shown",
                get(async move |request: Request<Body>| {
                    shown();
                    format!("{request:?}")
                }),
            )
            .layer(layer.observed_by(move |why: NoPrincipal| notes.lock().unwrap().push(why.code())));
        Self { app, served, told }
    }

    async fn get(&self, path: &str, authorization: &[&[u8]]) -> Response<Body> {
        let mut request = Request::builder().uri(path);
        for value in authorization {
            request = request.header("authorization", HeaderValue::from_bytes(value).unwrap());
        }
        self.app.clone().call(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    fn told(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 10_000).await.unwrap().into()).unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_handler_gets_whom_the_token_names() {
    let world = World::behind(Authentication::required(Fake));
    for authorization in [format!("Bearer {ADA}"), format!("bEARER  {ADA}")] {
        let response = world.get("/me", &[authorization.as_bytes()]).await;
        assert_eq!((response.status().as_u16(), text(response).await.as_str()), (200, "ada-s-id"));
    }
    assert_eq!((world.served(), world.told()), (2, vec![]));
}

#[tokio::test]
async fn whoever_has_no_acceptable_token_learns_401_and_no_reason() {
    let world = World::behind(Authentication::required(Fake));
    let (ada, list) = (format!("Bearer {ADA}"), format!("Bearer {ADA},{ADA}"));
    let cases: [(&[&[u8]], &str); 9] = [
        (&[], "no_token"),
        (&[ada.as_bytes(), ada.as_bytes()], "several_tokens"),
        (&[ada.as_bytes(), b"Basic YTpi"], "several_tokens"),
        (&[b"Basic YTpi"], "not_bearer"),
        (&[ADA.as_bytes()], "not_bearer"),
        (&[list.as_bytes()], "not_bearer"),
        (&[b"Bearer \xff"], "not_bearer"),
        (&[b"Bearer expired"], "expired"),
        (&[b"Bearer e.v.e"], "malformed"),
    ];
    for (authorization, code) in cases {
        let response = world.get("/me", authorization).await;
        assert_eq!(response.status(), 401, "{code}");
        assert_eq!(header(&response, "www-authenticate"), Some("Bearer"), "{code}");
        assert_eq!(header(&response, "retry-after"), None, "{code}");
        // Beside the challenge and the length nothing: no header that could tell one case from another.
        let mut names: Vec<_> = response.headers().keys().map(|name| name.as_str()).collect();
        names.retain(|name| !["www-authenticate", "content-length"].contains(name));
        assert!(names.is_empty(), "{names:?}");
        assert_eq!(text(response).await, "", "{code}");
        assert_eq!(world.told(), [code]);
    }
    assert_eq!(world.served(), 0);
}

#[tokio::test]
async fn what_passes_by_itself_is_503_and_may_be_tried_again() {
    let world = World::behind(Authentication::optional(Fake));
    for (authorization, code) in [("Bearer not-yet", "not_yet"), ("Bearer unavailable", "unavailable")] {
        let response = world.get("/anyone", &[authorization.as_bytes()]).await;
        assert_eq!(response.status(), 503);
        assert_eq!(header(&response, "retry-after"), Some("1"));
        assert_eq!(header(&response, "www-authenticate"), None);
        assert_eq!(text(response).await, "");
        assert_eq!(world.told(), [code]);
    }
    assert_eq!(world.served(), 0);
}

#[tokio::test]
async fn where_a_token_is_optional_only_its_absence_gets_through_without_a_principal() {
    let world = World::behind(Authentication::optional(Fake));
    assert_eq!(text(world.get("/anyone", &[]).await).await, "nobody");
    let ada = format!("Bearer {ADA}");
    assert_eq!(text(world.get("/anyone", &[ada.as_bytes()]).await).await, "ada-s-id");
    assert_eq!((world.served(), world.told()), (2, vec![]));
    for authorization in [&b"Bearer expired"[..], b"Basic YTpi", b""] {
        assert_eq!(world.get("/anyone", &[authorization]).await.status(), 401);
    }
    assert_eq!(world.get("/anyone", &[ada.as_bytes(), ada.as_bytes()]).await.status(), 401);
    assert_eq!(world.served(), 2);
}

#[tokio::test]
async fn a_handler_that_wants_a_principal_is_not_called_without_one() {
    let world = World::behind(Authentication::optional(Fake));
    let response = world.get("/me", &[]).await;
    assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, Some("Bearer")));
    let mut unguarded = Router::new().route("/me", get(async |_: Principal| "served"));
    let request = Request::builder().uri("/me").header("authorization", format!("Bearer {ADA}"));
    let response = unguarded.call(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((response.status().as_u16(), text(response).await.as_str()), (401, ""));
    assert_eq!(world.served(), 0);
}

#[tokio::test]
async fn nothing_of_a_token_shows_further_in() {
    let world = World::behind(Authentication::required(Fake));
    let shown = text(world.get("/shown", &[format!("Bearer {ADA}").as_bytes()]).await).await;
    assert!(shown.contains("authorization") && !shown.contains(ADA), "{shown}");
    let layer = Authentication::required(Fake);
    assert_eq!(format!("{layer:?}"), "Authentication { is_required: true, .. }");
}
