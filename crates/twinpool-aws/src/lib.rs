//! The ports of twinpool on AWS. No SDK type leaves this crate, but the clients that `new` takes.

#[cfg(feature = "setup")]
pub mod chain;
pub mod client;
#[cfg(any(feature = "cognito", feature = "dynamodb", feature = "sqs", feature = "raw"))]
mod code;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "raw")]
pub mod quotas;
#[cfg(feature = "raw")]
pub mod raw;
#[cfg(feature = "setup")]
pub mod scratch;
pub mod settings;
#[cfg(feature = "setup")]
pub mod setup;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(feature = "raw")]
pub mod usage;
