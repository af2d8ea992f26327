//! The ports of setting up: the settings of a pool as raw JSON, and functions over Lambda's REST API.

use std::future::Future;
use std::time::Duration;

use twinpool_core::port::{Answer, Class};

mod functions;
mod pool_settings;

pub use functions::LambdaFunctions;
pub use pool_settings::CognitoSettings;

/// Before the second, third and fourth attempt.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_secs(2)];

/// A read: what passes by itself is tried again, because setting up must not stop half-way for it.
async fn read<T, F: Future<Output = Answer<T>>>(ask: impl Fn() -> F) -> Answer<T> {
    attempts(ask, |class| matches!(class, Class::Throttled | Class::Unavailable)).await
}

/// A write: again only where AWS said that it has not looked at it.
async fn write<T, F: Future<Output = Answer<T>>>(ask: impl Fn() -> F) -> Answer<T> {
    attempts(ask, |class| matches!(class, Class::Throttled)).await
}

async fn attempts<T, F: Future<Output = Answer<T>>>(
    ask: impl Fn() -> F,
    is_passing: impl Fn(Class) -> bool,
) -> Answer<T> {
    for pause in PAUSES {
        match ask().await {
            Err(error) if is_passing(error.class) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
    }
    ask().await
}
