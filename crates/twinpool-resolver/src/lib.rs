//! What a backend links in: one answer to "who is this?", whichever pool signed the token.
#![warn(missing_docs)]

mod authenticate;
mod clash;
mod principal;
mod refusal;

pub use authenticate::{Authenticate, Denied};
pub use clash::{Clash, clash};
pub use principal::{ClientId, Principal, TokenUse};
pub use refusal::Refusal;
