//! How people of the old pool get into the new one, where they were mirrored ahead: the password of the old pool is carried over at
//! the first sign-in, or a one-time code takes its place.
#![warn(missing_docs)]

mod bridge;
mod ports;

pub use bridge::{Bridge, Outcome, Trouble};
pub use ports::{Ports, Wired};
