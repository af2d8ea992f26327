//! What a backend links in: one answer to "who is this?", whichever pool signed the token.
#![warn(missing_docs)]

mod authenticate;
mod bearer;
#[cfg(feature = "axum")]
pub mod middleware;
mod no_principal;
mod principal;
mod refusal;
mod token;

pub use authenticate::{Authenticate, Denied};
pub use bearer::bearer_token;
pub use no_principal::NoPrincipal;
pub use principal::{ClientId, Principal, TokenUse};
pub use refusal::Refusal;
pub use token::{Refused, Trust, TrustError, Verified, Verifier};
pub use twinpool_core::token::{KeySource, TrustedPool};
