//! What tower asks of a service: only one that said it is ready is called, and requests do not wait for each other.

use std::convert::Infallible;
use std::future::{Ready, poll_fn, ready};
use std::task::{Context, Poll};

use axum::http::{Request, Response};
use tokio::sync::Barrier;
use tower_layer::Layer as _;
use tower_service::Service;

use super::{ADA, Fake, ada};
use crate::middleware::Authentication;
use crate::{Authenticate, Denied, Principal};

/// Answers once for each time that it was asked whether it is ready. A clone has not been asked.
#[derive(Default)]
struct Strict {
    is_ready: bool,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called before it said that it is ready");
        let principal = request.extensions().get::<Principal>();
        ready(Ok(Response::new(principal.map(|principal| principal.user_id.to_string()).unwrap_or_default())))
    }
}

fn request() -> Request<()> {
    Request::builder().header("authorization", format!("Bearer {ADA}")).body(()).unwrap()
}

#[tokio::test]
async fn the_inner_service_that_said_it_is_ready_is_the_one_that_is_called() {
    let mut service = Authentication::required(Fake).layer(Strict::default());
    for _ in 0..2 {
        poll_fn(|context| service.poll_ready(context)).await.unwrap();
        assert_eq!(service.call(request()).await.unwrap().body(), "ada-s-id");
    }
    let mut other = service.clone();
    poll_fn(|context| other.poll_ready(context)).await.unwrap();
    assert_eq!(other.call(request()).await.unwrap().body(), "ada-s-id");
}

/// Answers when two are asking.
struct Together(Barrier);

impl Authenticate for Together {
    async fn authenticate(&self, _: &str) -> Result<Principal, Denied> {
        self.0.wait().await;
        Ok(ada())
    }
}

#[tokio::test]
async fn requests_do_not_wait_for_each_other() {
    let mut service = Authentication::required(Together(Barrier::new(2))).layer(Strict::default());
    let mut answers = Vec::new();
    for _ in 0..2 {
        poll_fn(|context| service.poll_ready(context)).await.unwrap();
        answers.push(tokio::spawn(service.call(request())));
    }
    for answer in answers {
        assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    }
}
