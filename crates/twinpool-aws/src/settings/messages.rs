//! By which ways one-time codes are sent.

use super::{Result, Source, unusable};

/// Which ways there are. None of them unless set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeSettings {
    /// The sender of e-mail, as SES knows it: an address, or a name with one in `<>`. `None`: no codes by e-mail.
    pub email_from: Option<String>,
    /// Whether codes go out by text message.
    pub sms: bool,
}

impl CodeSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        const FROM: &str = "TWINPOOL_CODE_EMAIL_FROM";
        const SMS: &str = "TWINPOOL_CODE_SMS";
        let email_from = source.get(FROM);
        if email_from.as_ref().is_some_and(|from| !from.contains('@') || from.chars().any(char::is_control)) {
            return Err(unusable(FROM, "it should be an e-mail address that SES may send from"));
        }
        let sms = match source.get(SMS).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(unusable(SMS, "it should be true or false")),
        };
        Ok(Self { email_from, sms })
    }
}
