//! How users converge, on pools that are as strict as AWS.

#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]

mod batches;
mod calls;
mod changes;
mod conflicts;
mod crashes;
mod first_mirror;
mod late;
mod names;
mod races;
mod refusals;
mod start;
mod support;
