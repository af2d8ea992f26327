//! What every implementation of a port does: the ones in memory and the ones on AWS run the same checks.
//!
//! Each check makes its own users and links, so that one server serves many of them.

pub mod accounts;
pub mod arrivals;
pub mod births;
pub mod links;
pub mod passwords;
pub mod phases;
pub mod pool;
pub mod refusals;
pub mod user_ids;
pub mod walks;
