//! Cognito's side of the trigger UserMigration (F§8).

use std::collections::BTreeMap;

use serde_json::Value as Json;
use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, NewSub, Sub, Username};
use twinpool_core::pool::SignIn;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::Status;
use twinpool_core::value::{Attributes, Value};

use crate::pool::MemoryPool;
use crate::strict;

const OPERATION: &str = "UserMigration";

/// What the function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationAnswer {
    attributes: BTreeMap<String, String>,
    is_confirmed: bool,
    is_silent: bool,
    sms_mfa: bool,
}

fn refuse(class: Class, code: &str) -> PortError {
    PortError::new(class, OPERATION, code)
}

impl MigrationAnswer {
    /// An answer that is as it should be.
    #[must_use]
    pub fn new(attributes: BTreeMap<String, String>, is_confirmed: bool, sms_mfa: bool) -> Self {
        Self { attributes, is_confirmed, is_silent: true, sms_mfa }
    }

    /// Reads the `response` of a trigger event as strictly as the documentation can be read: `None` where it is empty, so that
    /// the client is told of a wrong password (F§8).
    ///
    /// # Errors
    /// `InvalidLambdaResponseException`, where a field is not what it should be (F§2).
    pub fn read(response: &Json) -> Answer<Option<Self>> {
        let bad = || refuse(Class::Rejected, "InvalidLambdaResponseException");
        let members = response.as_object().ok_or_else(bad)?;
        if members.values().all(Json::is_null) {
            return Ok(None);
        }
        let known = |name: &String| {
            let all = ["userAttributes", "finalUserStatus", "messageAction", "desiredDeliveryMediums"];
            all.contains(&name.as_str()) || ["forceAliasCreation", "enableSMSMFA"].contains(&name.as_str())
        };
        let text = |value: &Json| value.as_str().map(str::to_owned).ok_or_else(bad);
        let flag = |name: &str| response.get(name).map_or(Some(false), Json::as_bool).ok_or_else(bad);
        let attributes = response.get("userAttributes").and_then(Json::as_object).ok_or_else(bad)?;
        let attributes = attributes.iter().map(|(name, value)| Ok((name.clone(), text(value)?)));
        let attributes = attributes.collect::<Answer<BTreeMap<_, _>>>()?;
        let status = response.get("finalUserStatus").map(text).transpose()?;
        let is_known_status = matches!(status.as_deref(), None | Some("CONFIRMED" | "RESET_REQUIRED"));
        // An alias that somebody else has is never to be taken.
        if !members.keys().all(known)
            || attributes.is_empty()
            || !is_known_status
            || flag("forceAliasCreation")?
        {
            return Err(bad());
        }
        Ok(Some(Self {
            attributes,
            is_confirmed: status.as_deref() == Some("CONFIRMED"),
            is_silent: response.get("messageAction").and_then(Json::as_str) == Some("SUPPRESS"),
            sms_mfa: flag("enableSMSMFA")?,
        }))
    }

    /// What the trigger PreSignUp is shown of it.
    #[must_use]
    pub fn shown(&self) -> BTreeMap<String, String> {
        self.attributes
            .iter()
            .filter(|(name, _)| *name != "username")
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect()
    }
}

impl MemoryPool {
    /// Whether Cognito asks the trigger about this name: nobody has it, as username or alias (F§8).
    #[must_use]
    pub fn asks_migration(&self, typed: &str) -> bool {
        self.person(typed).is_none()
    }

    /// Makes the user whom the function answered with. The policy of passwords does not count (F§8).
    ///
    /// # Errors
    /// Where AdminCreateUser would refuse the attributes, the name, or an alias; where `username` stands beside a name that is no
    /// alias; where the typed name would not be the user's.
    pub fn migrate(&self, typed: &str, password: Option<&str>, answer: &MigrationAnswer) -> Answer<Sub> {
        let mut attributes = Attributes::new();
        for (name, value) in answer.attributes.iter().filter(|(name, _)| *name != "username") {
            let name = AttributeName::parse(name.as_str())
                .map_err(|_| refuse(Class::Rejected, "InvalidParameterException"))?;
            attributes.insert(name, Value::new(value.as_str()));
        }
        let username = self.migrated_name(typed, answer.attributes.get("username"), &attributes)?;
        // Of a user who is CONFIRMED at once it is not known that `preferred_username` can be an alias: it can here.
        let later = |name: &AttributeName| self.shape.waits_for_confirmation(name) && answer.is_confirmed;
        let (later, first): (Attributes, Attributes) =
            attributes.into_iter().partition(|(name, _)| later(name));
        if later.values().any(|value| self.person(value.reveal()).is_some()) {
            return Err(refuse(Class::Taken, "AliasExistsException"));
        }
        let has_number = first.contains_key(&Contact::Phone.address_attribute());
        if answer.sms_mfa && !(self.shape.mfa.is_on() && has_number) {
            return Err(refuse(Class::Rejected, "InvalidParameterException"));
        }
        let sub = self.create(&username, &first)?;
        if let (true, Some(password)) = (answer.is_confirmed, password) {
            self.give_password(&sub, password);
        }
        self.change(&NewSub::from(sub.clone()), OPERATION, |person| {
            person.status = if answer.is_confirmed { Status::Confirmed } else { Status::ResetRequired };
            person.attributes.extend(later);
            person.mfa.sms = answer.sms_mfa;
            person.messages += u32::from(!answer.is_silent);
        })?;
        Ok(sub)
    }

    /// The name under which the user is made: the typed one, which must be a way to sign in; or `username`, where an alias was
    /// typed (F§8).
    fn migrated_name(
        &self,
        typed: &str,
        username: Option<&String>,
        attributes: &Attributes,
    ) -> Answer<Username> {
        let bad = |_| refuse(Class::Rejected, "InvalidParameterException");
        let is_way = |(name, value): (&AttributeName, &Value)| {
            self.shape.sign_in.is_unique(name) && strict::is_same(&self.shape, value.reveal(), typed)
        };
        let is_attribute = attributes.iter().any(is_way);
        let is_contact_pool = matches!(self.shape.sign_in, SignIn::Contact(_));
        let name = match username {
            Some(_) if is_contact_pool || !is_attribute => return Err(bad(())),
            Some(username) => username,
            None if is_contact_pool && !is_attribute => return Err(bad(())),
            None => typed,
        };
        Username::parse(name).map_err(|_| bad(()))
    }
}
