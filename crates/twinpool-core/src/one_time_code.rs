//! Codes that people are sent, and who sends them.

use std::fmt;
use std::future::Future;

use crate::answer::Answer;
use crate::attribute::Contact;
use crate::value::Value;

/// A code that is on its way to a person: digits. `Debug` shows `«redacted»`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// Takes the digits.
    #[must_use]
    pub fn new(digits: impl Into<String>) -> Self {
        Self(digits.into())
    }

    /// The digits, for the message, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(«redacted»)")
    }
}

/// What a person gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// By which way.
    pub by: Contact,
    /// The address or the number. Personal.
    pub to: Value,
    /// Of an e-mail; a text message has none.
    pub subject: String,
    /// The text, with the code in it.
    pub text: Value,
}

/// Sends messages: SES for e-mail, SNS for text messages.
pub trait CodeSender: Send + Sync {
    /// Whether it is set up for this way.
    fn sends(&self, by: Contact) -> bool;

    /// Sends one message. One attempt may send it; it is never sent twice on purpose.
    fn send(&self, message: &Message) -> impl Future<Output = Answer<()>> + Send;
}
