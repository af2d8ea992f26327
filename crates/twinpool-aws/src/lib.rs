//! The ports of twinpool on AWS. No SDK type leaves this crate, but the clients that `new` takes.

pub mod client;
#[cfg(any(feature = "cognito", feature = "dynamodb", feature = "sqs"))]
mod code;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
pub mod settings;
#[cfg(feature = "sqs")]
pub mod sqs;
