//! The Lambda functions behind the queue. What they share; each has a thin `main` in `src/bin`.

pub mod audit_trail;
mod logging;
pub mod mirror;
pub mod rules;
pub mod sign_in;
pub mod sweep;
pub mod wiring;

pub use logging::init as init_logging;
