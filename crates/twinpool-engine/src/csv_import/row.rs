//! A row of an import file, and why some users cannot have one (F§7).

use std::collections::BTreeSet;
use std::fmt;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, Username};
use twinpool_core::import_job::{LONGEST_ROW, MFA_ENABLED, USERNAME};
use twinpool_core::pool::PoolShape;
use twinpool_core::value::{Attributes, Value};

/// Why a user is not carried over by an import job. Such a user is made by a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// Has not confirmed the sign-up.
    NotConfirmed,
    /// Only the identity provider may let the person in: an imported user could reset a password.
    Federated,
    /// May not sign in, and would be able to until the job is over.
    Disabled,
    /// The plan makes nobody, and why.
    HeldBack(Reason),
    /// No contact that the new pool verifies is verified.
    NotVerified,
    /// A value that a file cannot carry: with a line break, a quotation mark, a backslash, white space at an end, or not of
    /// the form that the column has.
    Value(AttributeName),
    /// The file has no column for the attribute.
    NoColumn(AttributeName),
    /// The attribute can be written once the user is confirmed.
    Waits(AttributeName),
    /// The new pool wants the attribute, and the user has none.
    Required(AttributeName),
    /// The row would be too long.
    TooLong,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConfirmed => f.write_str("has not confirmed the sign-up"),
            Self::Federated => f.write_str("signs in through an identity provider"),
            Self::Disabled => f.write_str("is disabled, and an imported user would not be"),
            Self::HeldBack(reason) => f.write_str(reason.remedy()),
            Self::NotVerified => {
                f.write_str("has no verified address or number, which the new pool wants of imported users")
            }
            Self::Value(name) => write!(f, "has a value of {name} that a CSV file cannot carry"),
            Self::NoColumn(name) => write!(f, "has the attribute {name}, for which the file has no column"),
            Self::Waits(name) => write!(f, "has the attribute {name}, which only a confirmed user can have"),
            Self::Required(name) => write!(f, "lacks the attribute {name}, which the new pool requires"),
            Self::TooLong => write!(f, "needs a row of more than {LONGEST_ROW} characters"),
        }
    }
}

/// The columns of a file, in the order that Cognito gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header(Vec<AttributeName>);

impl Header {
    pub(super) fn new(names: Vec<AttributeName>) -> Self {
        Self(names)
    }

    pub(super) fn has(&self, name: &AttributeName) -> bool {
        self.0.contains(name)
    }

    /// The first line of a file.
    pub(super) fn line(&self) -> String {
        let names: Vec<_> = self.0.iter().map(AttributeName::as_str).collect();
        names.join(",")
    }

    /// The row of a user who is to be made with these attributes.
    pub(super) fn row(
        &self,
        shape: &PoolShape,
        username: &Username,
        attributes: &Attributes,
    ) -> Result<String, Unfit> {
        check(shape, attributes)?;
        let columns: BTreeSet<_> = self.0.iter().collect();
        if let Some(name) = attributes.keys().find(|name| !columns.contains(name)) {
            return Err(Unfit::NoColumn(name.clone()));
        }
        let cells = self.0.iter().map(|name| cell(name, username, attributes));
        let row = cells.collect::<Result<Vec<_>, _>>()?.join(",");
        if row.chars().count() > LONGEST_ROW { Err(Unfit::TooLong) } else { Ok(row) }
    }
}

fn check(shape: &PoolShape, attributes: &Attributes) -> Result<(), Unfit> {
    let is_verified = |contact: &Contact| {
        attributes.contains_key(&contact.address_attribute())
            && attributes.get(&contact.flag_attribute()).is_some_and(Value::is_true)
    };
    if !shape.verifies.iter().any(is_verified) {
        return Err(Unfit::NotVerified);
    }
    let mut required = shape.attributes.iter().filter(|(_, schema)| schema.required);
    match required.find(|(name, _)| !attributes.contains_key(*name)) {
        Some((name, _)) => Err(Unfit::Required(name.clone())),
        None => Ok(()),
    }
}

fn cell(name: &AttributeName, username: &Username, attributes: &Attributes) -> Result<String, Unfit> {
    let is_flag = Contact::is_flag(name);
    let text = match (name.as_str(), attributes.get(name)) {
        // What a pool whose users sign in with an address wants here is not documented.
        (USERNAME, _) => Some(username.as_str().to_owned()),
        // Brought over afterwards, by the call that says which factor.
        (MFA_ENABLED, _) => Some("false".to_owned()),
        (_, value) if is_flag => Some(value.is_some_and(Value::is_true).to_string()),
        ("birthdate", Some(value)) => birthdate(value.reveal()),
        ("updated_at", Some(value)) => seconds(value.reveal()),
        (_, Some(value)) => Some(value.reveal().to_owned()),
        (_, None) => Some(String::new()),
    };
    text.and_then(|text| escaped(&text)).ok_or_else(|| Unfit::Value(name.clone()))
}

/// `1990-12-31` as `12/31/1990`.
fn birthdate(text: &str) -> Option<String> {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let is_number = |text: &str, digits: usize, from: u32, to: u32| {
        let is_whole = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_whole && text.parse().is_ok_and(|number: u32| (from..=to).contains(&number))
    };
    let is_date = is_number(year, 4, 1, 9_999) && is_number(month, 2, 1, 12) && is_number(day, 2, 1, 31);
    is_date.then(|| format!("{month}/{day}/{year}"))
}

/// Seconds since 1970.
fn seconds(text: &str) -> Option<String> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.to_owned())
}

/// Commas are escaped by a backslash. What a backslash or a quotation mark itself would become is not documented.
fn escaped(text: &str) -> Option<String> {
    let carries = !text.contains(['\\', '"']) && !text.chars().any(char::is_control) && text.trim() == text;
    carries.then(|| text.replace(',', "\\,"))
}

#[cfg(test)]
mod tests;
