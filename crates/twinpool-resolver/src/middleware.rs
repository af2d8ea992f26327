//! Middleware for axum, and for any other service of tower: whoever gets through has a [`Principal`](crate::Principal).
//!
//! ```
//! use axum::{Router, routing::get};
//! use twinpool_resolver::middleware::Authentication;
//! use twinpool_resolver::{Authenticate, Principal};
//!
//! async fn me(principal: Principal) -> String {
//!     principal.user_id.to_string()
//! }
//!
//! fn app(authenticator: impl Authenticate + 'static) -> Router {
//!     Router::new().route("/me", get(me)).layer(Authentication::required(authenticator))
//! }
//! ```
//!
//! Whoever does not get through is answered here: 401 with `WWW-Authenticate: Bearer`, or 503 with `Retry-After` where the
//! same request may succeed later. Neither says why; [`Authentication::observed_by`] tells the host.

mod answer;
mod extract;
mod layer;
mod service;

pub use extract::NotAuthenticated;
pub use layer::{Authentication, Observer, Unobserved};
pub use service::Authenticated;

#[cfg(test)]
mod tests;
