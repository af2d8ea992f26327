//! An operator's step from one phase to the next, written as the command writes it.

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Change, PhaseReader as _, PhaseStore as _, Step};

/// Makes a step, in the table of an AWS that answers here.
///
/// # Panics
/// When the step cannot be made from where the move stands, or the table refuses.
pub fn step(endpoint: &str, region: &str, table: &str, step: &Step) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let credentials = Credentials::new("test", "test", None, None, "tests");
        let config = client::load(Patience::MIRROR).await.into_builder();
        let config = config.endpoint_url(endpoint).region(Region::new(region.to_owned()));
        let config = config.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
        let links = Links::connect(&config, table.to_owned(), None);
        let before = links.standing().await.expect("where the move stands");
        let next = before.after(step, Timestamp(1)).expect("a step from there");
        let line = Change {
            version: 0,
            from: (before.phase, before.share),
            to: (next.phase, next.share),
            at: Timestamp(1),
            who: "an operator".to_owned(),
            why: "a test".to_owned(),
            forced: Vec::new(),
        };
        links.change(&next, &line).await.expect("the step");
    });
}
