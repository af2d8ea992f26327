//! The service that stands in front of another.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use tower_service::Service;

use super::answer::answer;
use super::layer::Observer;
use crate::{Authenticate, NoPrincipal, Principal, bearer_token};

/// A service that only requests with a token reach; [`Authentication`](super::Authentication) makes it.
pub struct Authenticated<S, A, O> {
    inner: S,
    authenticate: Arc<A>,
    observer: Arc<O>,
    is_required: bool,
}

impl<S, A, O> Authenticated<S, A, O> {
    pub(super) fn new(inner: S, authenticate: Arc<A>, observer: Arc<O>, is_required: bool) -> Self {
        Self { inner, authenticate, observer, is_required }
    }
}

impl<S: Clone, A, O> Clone for Authenticated<S, A, O> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            authenticate: Arc::clone(&self.authenticate),
            observer: Arc::clone(&self.observer),
            is_required: self.is_required,
        }
    }
}

impl<S, A, O> fmt::Debug for Authenticated<S, A, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated").field("is_required", &self.is_required).finish_non_exhaustive()
    }
}

/// The answer that is on its way.
type Answering<R, E> = Pin<Box<dyn Future<Output = Result<R, E>> + Send>>;

impl<S, A, O, B, R> Service<Request<B>> for Authenticated<S, A, O>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    A: Authenticate + 'static,
    O: Observer + 'static,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Answering<Response<R>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that said it is ready goes along; a clone of it has promised nothing.
        let unready = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, unready);
        let (authenticate, observer) = (Arc::clone(&self.authenticate), Arc::clone(&self.observer));
        let (headers, is_required) = (conceal(request.headers_mut()), self.is_required);
        Box::pin(async move {
            match principal(&*authenticate, &headers).await {
                Ok(principal) => {
                    request.extensions_mut().insert(principal);
                }
                Err(NoPrincipal::NoToken) if !is_required => {}
                Err(why) => {
                    observer.denied(why);
                    return Ok(answer(why));
                }
            }
            inner.call(request).await
        })
    }
}

/// Marks the headers, so that nobody further in who shows a request shows its token. Gives them.
fn conceal(headers: &mut HeaderMap) -> Vec<HeaderValue> {
    if let axum::http::header::Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        values.iter_mut().for_each(|value| value.set_sensitive(true));
        return values.iter().cloned().collect();
    }
    Vec::new()
}

async fn principal(
    authenticate: &impl Authenticate,
    headers: &[HeaderValue],
) -> Result<Principal, NoPrincipal> {
    let token = bearer_token(headers.iter().map(HeaderValue::as_bytes))?;
    Ok(authenticate.authenticate(token).await?)
}
