//! Messages that were sent.

use std::sync::{Arc, Mutex};

use twinpool_core::attribute::Contact;
use twinpool_core::one_time_code::{CodeSender, Message};
use twinpool_core::port::{Answer, Class, PortError};

/// Sends by e-mail unless told otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    sent: Arc<Mutex<Vec<Message>>>,
    pub(crate) by: Vec<Contact>,
    pub(crate) is_away: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { sent: Arc::default(), by: vec![Contact::Email], is_away: false }
    }
}

impl Outbox {
    pub(crate) fn sent(&self) -> Vec<Message> {
        self.sent.lock().unwrap().clone()
    }

    /// The code of the latest message.
    pub(crate) fn code(&self) -> String {
        let text = self.sent().pop().unwrap().text.reveal().to_owned();
        text.split(' ').next().unwrap().to_owned()
    }
}

impl CodeSender for Outbox {
    fn sends(&self, by: Contact) -> bool {
        self.by.contains(&by)
    }

    async fn send(&self, message: &Message) -> Answer<()> {
        if self.is_away {
            return Err(PortError::new(Class::Unavailable, "SendEmail", "TimedOut"));
        }
        self.sent.lock().unwrap().push(message.clone());
        Ok(())
    }
}
