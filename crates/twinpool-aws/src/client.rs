//! How every client reaches AWS: one TLS stack, short time-outs, few retries of its own.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// Region, credentials and endpoint, as every client takes them.
pub use aws_config::SdkConfig as Config;

/// How patient a client is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one attempt, connection included.
    pub attempt: Duration,
    /// Attempts in all.
    pub attempts: u32,
    /// At most this long before the second attempt.
    pub backoff: Duration,
}

impl Patience {
    /// On the path of a sign-in: a stuck connection must leave time for a second one inside the deadline.
    #[must_use]
    pub fn of_capture(deadline: Duration) -> Self {
        Self {
            connect: deadline.mul_f32(0.3),
            attempt: deadline.mul_f32(0.45),
            attempts: 2,
            backoff: deadline.mul_f32(0.05),
        }
    }

    /// For a service that somebody waits for: less than two seconds for a call in all.
    pub const REQUEST: Self = Self {
        connect: Duration::from_millis(400),
        attempt: Duration::from_millis(800),
        attempts: 2,
        backoff: Duration::from_millis(50),
    };

    /// For a message to somebody who waits for it, and which is not sent twice: SES takes its time, and there is no second attempt.
    pub const MESSAGE: Self = Self {
        connect: Self::REQUEST.connect,
        attempt: Duration::from_millis(2_500),
        attempts: 1,
        backoff: Duration::ZERO,
    };

    /// Behind the queue, where waiting is cheap and giving up early costs a redelivery.
    pub const MIRROR: Self = Self {
        connect: Duration::from_secs(2),
        attempt: Duration::from_secs(6),
        attempts: 2,
        backoff: Duration::from_secs(1),
    };

    /// For work on whole pools under a governor. One attempt: the SDK itself would repeat refused calls (F§2.1), so that the
    /// governor neither saw the refusal nor counted the repetition. Repeating is the caller's business.
    pub const BULK: Self = Self { attempts: 1, ..Self::MIRROR };

    fn timeouts(self) -> TimeoutConfig {
        let timeouts = TimeoutConfig::builder().connect_timeout(self.connect);
        timeouts.operation_attempt_timeout(self.attempt).build()
    }

    fn retries(self) -> RetryConfig {
        RetryConfig::standard().with_max_attempts(self.attempts).with_initial_backoff(self.backoff)
    }
}

/// Reads Region, credentials and endpoint as every AWS tool does (`AWS_REGION`, `AWS_ENDPOINT_URL`, profiles, roles).
pub async fn load(patience: Patience) -> SdkConfig {
    loader(patience).load().await
}

/// The same, of this profile.
pub async fn load_profile(patience: Patience, profile: &str) -> SdkConfig {
    loader(patience).profile_name(profile).load().await
}

/// The same Region, credentials and endpoint, with another patience. Connections are shared only where the time to connect is the
/// same: the HTTP client keeps a pool of them for each.
#[must_use]
pub fn patient(config: &SdkConfig, patience: Patience) -> SdkConfig {
    let config = config.clone().into_builder().timeout_config(patience.timeouts());
    config.retry_config(patience.retries()).build()
}

fn loader(patience: Patience) -> ConfigLoader {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(patience.timeouts())
        .retry_config(patience.retries())
}
