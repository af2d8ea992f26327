//! What the `twinpool` command reads from its environment, for a local AWS.

use super::Addresses;

/// The secret of every local AWS.
pub(super) const DIGEST_KEY: &str = "a secret of the local AWS, known to everyone";

impl Addresses {
    /// Names and values of the variables.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 11] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", &self.region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("TWINPOOL_LINKS_TABLE", &self.table),
            ("TWINPOOL_QUEUE_URL", &self.queue_url),
            ("TWINPOOL_DLQ_URL", &self.dlq_url),
            ("TWINPOOL_OLD_POOL_ID", &self.old_pool.id),
            ("TWINPOOL_NEW_POOL_ID", &self.new_pool.id),
            ("TWINPOOL_OLD_POOL_ENDPOINT_URL", &self.old_pool.endpoint),
            ("TWINPOOL_DIGEST_KEY", DIGEST_KEY),
        ]
    }
}
