//! The HTTP API of user ids.
#![warn(missing_docs)]
