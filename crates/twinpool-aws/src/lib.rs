//! The ports of twinpool on AWS. No SDK type leaves this crate but `SdkConfig`, which every `connect` takes.

#[cfg(feature = "cloudformation")]
pub mod account;
#[cfg(feature = "setup")]
pub mod chain;
pub mod client;
#[cfg(feature = "cloudformation")]
pub mod cloudformation;
#[cfg(any(
    feature = "cloudformation",
    feature = "cognito",
    feature = "dynamodb",
    feature = "jwks",
    feature = "lambda",
    feature = "role",
    feature = "sqs",
    feature = "raw"
))]
mod code;
#[cfg(feature = "cognito")]
pub mod cognito;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "jwks")]
pub mod jwks;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "messages")]
pub mod messages;
#[cfg(feature = "raw")]
pub mod metrics;
#[cfg(feature = "role")]
pub mod new_pool;
#[cfg(feature = "raw")]
pub mod notices;
#[cfg(feature = "raw")]
pub mod quotas;
#[cfg(feature = "raw")]
pub mod raw;
pub mod region;
#[cfg(any(feature = "lambda", feature = "raw"))]
mod request;
#[cfg(feature = "setup")]
pub mod scratch;
pub mod settings;
#[cfg(feature = "setup")]
pub mod setup;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(feature = "raw")]
pub mod triggers;
#[cfg(feature = "raw")]
pub mod usage;
#[cfg(feature = "raw")]
pub mod worker;
