//! The built mirror as a process: killed at each of its calls, raced, and counted.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod batches;
mod calls;
mod killed;
mod kinds;
mod raced;
mod ruled;
mod traced;
