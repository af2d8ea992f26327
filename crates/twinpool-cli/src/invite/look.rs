//! What the new pool's settings say of invitations. Pure.

use std::time::Duration;

use serde_json::{Value, json};
use twinpool_setup::port::{FunctionArn, Json};
use twinpool_setup::triggers::held;

use crate::show::field;
use crate::temporary::{DAY, valid_for};

/// What Cognito's own mailer sends in a day, for the whole account (F§5).
const BY_COGNITO: usize = 50;

/// Where the sign-in function notes who comes and who sets a password.
const NOTING: [&str; 2] = ["PreTokenGeneration", "PostConfirmation"];

/// DescribeUserPool of the new pool.
#[derive(Debug)]
pub(super) struct Settings(Value);

impl Settings {
    pub(super) fn of(description: Json) -> Self {
        Self(Value::Object(description))
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer).and_then(Value::as_str)
    }

    fn function(&self, slot: &str) -> bool {
        self.0.pointer(&format!("/LambdaConfig/{slot}")).is_some_and(|value| !value.is_null())
    }

    /// How long a temporary password works.
    pub(super) fn valid_for(&self) -> Duration {
        valid_for(&self.0)
    }

    fn is_by_cognito(&self) -> bool {
        let sender = self.text("/EmailConfiguration/EmailSendingAccount").unwrap_or("COGNITO_DEFAULT");
        sender == "COGNITO_DEFAULT" && !self.function("CustomEmailSender")
    }

    /// Why so many cannot be invited, and what to do.
    pub(super) fn refusal(
        &self,
        count: usize,
        cognito_mail: bool,
        sign_in: Option<&FunctionArn>,
    ) -> Option<String> {
        let Some(sign_in) = sign_in else {
            return Some(
                "nobody is invited while it is not known which function notes who comes into the new pool: name the stack's output \
                 SignInArn with --sign-in-arn / TWINPOOL_SIGN_IN_ARN"
                    .to_owned(),
            );
        };
        let slots = self.0.as_object().map(held).unwrap_or_default();
        let notes = |slot: &&str| slots.get(*slot).is_some_and(|held| held.is(sign_in));
        let missing: Vec<_> = NOTING.iter().filter(|slot| !notes(slot)).copied().collect();
        if !missing.is_empty() {
            return Some(format!(
                "nobody notes who comes into the new pool: the sign-in function is not in {}. Who has set a password there would \
                 lose it. Attach it first: twinpool attach --pool new",
                missing.join(" and ")
            ));
        }
        (self.is_by_cognito() && count > BY_COGNITO && !cognito_mail).then(|| {
            format!(
                "the new pool sends by Cognito's own mailer, which sends {BY_COGNITO} mails a day for the whole account: set up SES for \
                 it (EmailConfiguration), invite with --batch {BY_COGNITO} a day, or say --cognito-mail"
            )
        })
    }

    /// Who sends, in words.
    pub(super) fn sender(&self) -> String {
        if self.function("CustomEmailSender") {
            return "a function of the pool (CustomEmailSender)".to_owned();
        }
        let from = self.text("/EmailConfiguration/From");
        match (self.is_by_cognito(), from) {
            (true, _) => "Cognito's own mailer, 50 mails a day for the whole account".to_owned(),
            (false, Some(from)) => format!("SES, from {from}"),
            (false, None) => "SES".to_owned(),
        }
    }

    /// The message, as the pool has it.
    pub(super) fn preview(&self, as_json: bool) -> String {
        let template =
            |name: &str| self.text(&format!("/AdminCreateUserConfig/InviteMessageTemplate/{name}"));
        let subject = template("EmailSubject").unwrap_or("Your temporary password");
        let message = template("EmailMessage")
            .unwrap_or("Your username is {username} and temporary password is {####}.");
        let days = self.valid_for().as_secs() / DAY.as_secs();
        let changes = self.function("CustomMessage");
        if as_json {
            let all = json!({
                "subject": subject, "message": message, "sender": self.sender(),
                "valid_for_days": days, "custom_message_function": changes,
            });
            return format!("{all:#}\n");
        }
        let mut out = field("sender", &self.sender());
        out += &field("good for", &format!("{days} days (TemporaryPasswordValidityDays)"));
        out += &field("subject", subject);
        out += &format!("\n{message}\n\n");
        out += "{username} and {####} are put in by Cognito: the username and the temporary password.\n";
        if template("EmailMessage").is_none() {
            out += "The pool has no message of its own: this is Cognito's.\n";
        }
        if changes {
            out += "A function changes this message (CustomMessage, CustomMessage_AdminCreateUser): what it writes\ncannot be \
                 shown. Invite yourself first, with --user.\n";
        }
        out
    }
}

#[cfg(test)]
mod tests;
