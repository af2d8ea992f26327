//! How the adapters find the AWS of a test.

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use twinpool_aws::client::{self, Patience};

/// Of an AWS that answers here, whoever asks.
pub async fn config(endpoint: &str, region: &str, patience: Patience) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    let config = client::load(patience).await.into_builder();
    let config = config.endpoint_url(endpoint).region(Region::new(region.to_owned()));
    config.credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}
