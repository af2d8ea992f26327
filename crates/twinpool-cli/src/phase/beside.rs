//! What is shown beside the phase: what a rollback would mean now, and who still uses the old pool.

use twinpool_aws::dynamodb::Links;
use twinpool_core::phase::Standing;

/// Names and lines.
pub(super) async fn lines(_links: &Links, _standing: &Standing) -> Vec<(&'static str, String)> {
    Vec::new()
}
