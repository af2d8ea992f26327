//! An operator's step from one phase to the next, written as the command writes it.

use twinpool_aws::client::Patience;
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
        let config = crate::config(endpoint, region, Patience::MIRROR).await;
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
