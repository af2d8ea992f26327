//! Messages to people: e-mail by SES (SendEmail, version 2), text messages by SNS (Publish).
//!
//! One call, one attempt: after a time-out nobody knows whether the message was sent, and it is not sent again. Errors hold the code of
//! the service: its messages quote addresses.

use aws_config::SdkConfig;
use serde_json::json;
use twinpool_core::attribute::Contact;
use twinpool_core::one_time_code::{CodeSender, Message};
use twinpool_core::port::{Answer, Class, PortError};

use crate::raw::{RawClient, Rest};
use crate::settings::CodeSettings;

#[cfg(test)]
mod tests;

const EMAIL: &str = "SendEmail";
const TEXT: &str = "Publish";

/// Sends messages, by the ways that are set up.
///
/// Needs `ses:SendEmail` of the identity that it sends from, and `sns:Publish` to phone numbers. The sender's address has to be
/// verified in SES, and both services have to be out of their sandboxes, where they write to verified recipients only.
#[derive(Debug)]
pub struct Messages {
    email: Option<Email>,
    text: Option<RawClient>,
}

#[derive(Debug)]
struct Email {
    client: RawClient,
    from: String,
}

impl Messages {
    /// Through clients of their own, as patient as `config` says: SES and SNS take some hundred milliseconds.
    ///
    /// # Errors
    /// [`Class::Rejected`] when `config` has no Region or no HTTP client.
    pub fn connect(config: &SdkConfig, settings: &CodeSettings) -> Answer<Self> {
        let email = settings.email_from.clone().map(|from| {
            let client = RawClient::connect(config, "email", "ses")?;
            Ok(Email { client, from })
        });
        let text = settings.sms.then(|| RawClient::connect(config, "sns", "sns"));
        Ok(Self { email: email.transpose()?, text: text.transpose()? })
    }

    async fn email(&self, message: &Message) -> Answer<()> {
        let Some(Email { client, from }) = &self.email else {
            return Err(refused(EMAIL, "NotSetUp"));
        };
        let to = message.to.reveal();
        if !is_one_address(to) {
            return Err(refused(EMAIL, "BadAddress"));
        }
        let content = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
        let body = json!({
            "FromEmailAddress": from,
            "Destination": { "ToAddresses": [to] },
            "Content": { "Simple": {
                "Subject": content(&message.subject),
                "Body": { "Text": content(message.text.reveal()) },
            } },
        });
        let call = Rest {
            operation: EMAIL,
            method: "POST",
            path: "/v2/email/outbound-emails".to_owned(),
            query: &[],
            headers: &[("content-type", "application/json")],
            body: body.to_string().into_bytes(),
        };
        client.rest(call).await.map(drop)
    }

    async fn text(&self, message: &Message) -> Answer<()> {
        let client = self.text.as_ref().ok_or_else(|| refused(TEXT, "NotSetUp"))?;
        let to = message.to.reveal();
        if !is_number(to) {
            return Err(refused(TEXT, "BadNumber"));
        }
        // Transactional: it is to arrive, whatever the account's default for what may wait.
        let fields = [
            ("PhoneNumber", to),
            ("Message", message.text.reveal()),
            ("MessageAttributes.entry.1.Name", "AWS.SNS.SMS.SMSType"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "Transactional"),
        ];
        client.rest(Rest::form(TEXT, "2010-03-31", &fields)).await.map(drop)
    }
}

fn refused(operation: &'static str, code: &'static str) -> PortError {
    PortError::new(Class::Rejected, operation, code)
}

/// SES reads a list of addresses, with names, out of one text: a code goes to one mailbox.
fn is_one_address(text: &str) -> bool {
    let sound = |c: char| !c.is_control() && !c.is_whitespace() && !",;:<>()[]\"\\".contains(c);
    text.split('@').count() == 2 && text.split('@').all(|part| !part.is_empty()) && text.chars().all(sound)
}

/// E.164, as pools keep numbers.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
}

impl CodeSender for Messages {
    fn sends(&self, by: Contact) -> bool {
        match by {
            Contact::Email => self.email.is_some(),
            Contact::Phone => self.text.is_some(),
        }
    }

    async fn send(&self, message: &Message) -> Answer<()> {
        match message.by {
            Contact::Email => self.email(message).await,
            Contact::Phone => self.text(message).await,
        }
    }
}
