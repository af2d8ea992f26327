//! How people of the old pool get into the new one, where they were mirrored ahead: the password of the old pool is carried over at
//! the first sign-in, or a one-time code takes its place.
#![warn(missing_docs)]

mod bridge;
mod carry;
pub mod challenge;
mod codes;
mod outcome;
mod ports;
mod second_factor;
mod standing;
mod verdict;

pub use bridge::Bridge;
pub use codes::{BadTerms, CodeTerms, Codes};
pub use outcome::{Outcome, Trouble};
pub use ports::{Ports, Wired};
