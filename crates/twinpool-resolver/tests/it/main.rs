//! The resolver as backends see it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod flights;
mod limits;
mod properties;
mod resolver;
mod router;
mod table;
