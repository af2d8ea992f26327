//! What a message says.

use twinpool_core::one_time_code::Code;

/// Where the code stands in the text.
const PLACE: &str = "{code}";

/// A message that would tell nobody the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message of a one-time code has no `{{code}}` in it: write it where the code is to stand")]
pub struct BadTerms;

/// What the message of a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTerms {
    subject: String,
    text: String,
}

impl CodeTerms {
    /// The subject of an e-mail, and the text of every message, with `{code}` in it.
    ///
    /// # Errors
    /// When the text has no `{code}`.
    pub fn new(subject: impl Into<String>, text: impl Into<String>) -> Result<Self, BadTerms> {
        let (subject, text) = (subject.into(), text.into());
        if text.contains(PLACE) { Ok(Self { subject, text }) } else { Err(BadTerms) }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn text(&self, code: &Code) -> String {
        self.text.replace(PLACE, code.reveal())
    }
}
