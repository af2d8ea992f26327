//! `cargo xtask drill`: what must not go wrong in production is done here first, on a local AWS, and ends with an error when anything
//! is not as it should be.

pub mod carry_over;
mod command;
mod dice;
pub mod faults;
mod people;
mod queue;
mod say;
pub mod switching;
