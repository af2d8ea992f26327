//! A rehearsal: some users, as different from each other as can be, written into a scratch pool made like the new one.

mod choose;
mod scratch;

pub use choose::choose;
pub use scratch::{LIKE, NAME, Scratch, is_left_over, scratch};
