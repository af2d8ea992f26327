//! From a token to what it says, once its pool's signature proves it.

mod claims;
mod compact;
mod jwk;
mod keyring;
mod trust;
mod verified;
mod verifier;

pub use trust::{Trust, TrustError};
pub use verified::{Refused, Verified};
pub use verifier::Verifier;
