//! A configuration for another Region.

use aws_config::{Region, SdkConfig};

/// The same credentials and endpoint, in this Region.
#[must_use]
pub fn within(config: &SdkConfig, region: &str) -> SdkConfig {
    config.to_builder().region(Region::new(region.to_owned())).build()
}
