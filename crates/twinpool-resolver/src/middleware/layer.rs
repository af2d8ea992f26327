//! The layer: what is asked of requests, and who is told of those that did not get through.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::service::Authenticated;
use crate::NoPrincipal;

/// Is told why a request did not get through, to count or log it. Called before the answer goes out, so it should be quick.
/// Closures are observers.
pub trait Observer: Send + Sync {
    /// A request was answered with 401, or with 503.
    fn denied(&self, why: NoPrincipal);
}

impl<F: Fn(NoPrincipal) + Send + Sync> Observer for F {
    fn denied(&self, why: NoPrincipal) {
        self(why);
    }
}

/// Nobody is told.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn denied(&self, _: NoPrincipal) {}
}

/// Lets requests through that have a bearer token of either pool, with the [`Principal`](crate::Principal) among their
/// extensions.
///
/// Put a layer for CORS outside of it: a browser sends no token ahead of its request.
pub struct Authentication<A, O = Unobserved> {
    authenticate: Arc<A>,
    observer: Arc<O>,
    is_required: bool,
}

impl<A> Authentication<A> {
    /// Every request needs a token.
    #[must_use]
    pub fn required(authenticate: A) -> Self {
        Self { authenticate: Arc::new(authenticate), observer: Arc::new(Unobserved), is_required: true }
    }

    /// A request without an `Authorization` header gets through, without a principal. One with a token that is not accepted
    /// does not: whoever signs in wants to be somebody.
    #[must_use]
    pub fn optional(authenticate: A) -> Self {
        Self { is_required: false, ..Self::required(authenticate) }
    }
}

impl<A, O> Authentication<A, O> {
    /// Tells this observer of every request that did not get through, instead of the one before.
    #[must_use]
    pub fn observed_by<P: Observer>(self, observer: P) -> Authentication<A, P> {
        let Self { authenticate, is_required, .. } = self;
        Authentication { authenticate, observer: Arc::new(observer), is_required }
    }
}

impl<A, O> Clone for Authentication<A, O> {
    fn clone(&self) -> Self {
        Self {
            authenticate: Arc::clone(&self.authenticate),
            observer: Arc::clone(&self.observer),
            is_required: self.is_required,
        }
    }
}

impl<A, O> fmt::Debug for Authentication<A, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication").field("is_required", &self.is_required).finish_non_exhaustive()
    }
}

impl<S, A, O> Layer<S> for Authentication<A, O> {
    type Service = Authenticated<S, A, O>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticated::new(
            inner,
            Arc::clone(&self.authenticate),
            Arc::clone(&self.observer),
            self.is_required,
        )
    }
}
