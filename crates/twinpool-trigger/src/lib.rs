//! What every trigger function of a pool shares. It is on the path of sign-ins: nothing here panics, and nothing waits longer than
//! Cognito does.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

mod chain;
mod metric;
mod own_question;
mod panics;
mod respond;

pub use chain::{Answered, Chain, ChainLine, Failure, Functions, Refusal};
pub use metric::Count;
pub use own_question::is_own_question;
pub use panics::quiet_panics;
pub use respond::with_response;
