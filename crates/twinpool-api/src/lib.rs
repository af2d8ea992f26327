//! The HTTP API of user ids: who a user of either pool is to the applications, for backends in any language.
//!
//! It knows ids and nothing else of a user, lists nobody, and has no authentication of its own: whoever serves it brings that.
//! The table is asked for every answer, so that an answer is never older than what its caller kept.
//!
//! Beside it two APIs of their own: [`bridge`] carries passwords of the old pool over, for backends that own the sign-in form, and
//! [`route`] tells applications which pool to sign somebody in to.
#![warn(missing_docs)]

mod answer;
mod asked;
pub mod bridge;
mod check;
mod health;
mod problem;
mod reads;
mod resolve;
pub mod route;
mod routes;
#[cfg(test)]
mod tests;

pub use routes::router;

/// The description of the API (OpenAPI 3.1), which it serves itself.
pub const OPENAPI: &str = include_str!("../openapi.json");
