//! The ports of twinpool on AWS. No SDK type leaves this crate, but the clients that `new` takes.

pub mod client;
#[cfg(any(feature = "cognito", feature = "dynamodb", feature = "sqs", feature = "lambda", feature = "raw"))]
mod code;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "raw")]
pub mod quotas;
#[cfg(feature = "raw")]
pub mod raw;
pub mod settings;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(feature = "raw")]
pub mod usage;
