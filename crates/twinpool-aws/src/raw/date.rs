//! What time it is where a service runs.

use twinpool_core::port::Answer;

use super::{RawClient, Request};

impl RawClient {
    /// The `Date` of an answer to a question that is not signed and asks for nothing; whatever the answer is, it has one.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn date(&self, operation: &'static str) -> Answer<Option<String>> {
        let request = Request { method: "GET", path: "/".to_owned(), headers: Vec::new(), body: Vec::new() };
        let reply = self.sender.send(operation, &self.endpoint, request).await?;
        Ok(reply.header("date").map(str::to_owned))
    }
}
