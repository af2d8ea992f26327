//! What the tests of several crates share: stand-ins for AWS on loopback, built functions, and the events of `events/`.
#![expect(clippy::expect_used, reason = "a broken set-up should stop a test where it broke")]

pub mod application;
pub mod aws_stub;
pub mod bootstrap;
mod config;
pub mod events;
pub mod http;
pub mod lambda;
pub mod mirror;
pub mod phase;
pub mod proxy;
pub mod queue;
pub mod runtime_api;
pub mod task;

pub use config::config;
