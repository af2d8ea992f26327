//! The Lambda functions: behind the queue, at the triggers of the new pool, and over HTTP. What they share; each has a thin `main` in `src/bin`.

pub mod audit_trail;
pub mod authorizer;
pub mod bridge;
pub mod emf;
mod logging;
pub mod mirror;
pub mod resolve;
pub mod route;
pub mod rules;
pub mod sign_in;
pub mod sweep;
pub mod traces;
pub mod watch;
pub mod wiring;

pub use logging::{init as init_logging, init_with as init_logging_with};
