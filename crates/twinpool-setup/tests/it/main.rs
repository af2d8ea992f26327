//! Attaching and detaching, on pools whose settings are as strict as AWS: what an update leaves out is reset.
#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]

mod continuity;
mod deaths;
mod detaching;
mod difference;
mod generated;
mod matrix;
mod mishaps;
mod others;
mod policies;
mod refusals;
mod sign_in;
mod tags;
mod tokens;
mod world;
