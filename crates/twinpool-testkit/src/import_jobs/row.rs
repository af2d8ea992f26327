//! One row of a file, as strict as the guide says (F§7).

use std::collections::BTreeMap;

use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, Username};
use twinpool_core::import_job::{LONGEST_ROW, MFA_ENABLED, USERNAME, Verdict};
use twinpool_core::port::Class;
use twinpool_core::snapshot::Status;
use twinpool_core::value::{Attributes, Value};

use crate::pool::MemoryPool;

/// The values of a row: commas are escaped by a backslash, quotation marks are nothing special, white space is cut off.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_escaped = false;
    for c in row.chars() {
        let cell = cells.last_mut().expect("one at least");
        match c {
            '\\' if !is_escaped => is_escaped = true,
            ',' if !is_escaped => cells.push(String::new()),
            c => {
                is_escaped = false;
                cell.push(c);
            }
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Makes the user of a row.
pub(super) fn import(
    pool: &MemoryPool,
    columns: &[String],
    row: &str,
    passwordless: bool,
) -> Result<(), Verdict> {
    let cells = cells(row);
    if cells.len() != columns.len() || row.chars().count() > LONGEST_ROW || row.contains('"') {
        return Err(Verdict::Unfitting);
    }
    let values: BTreeMap<&str, &str> =
        columns.iter().map(String::as_str).zip(cells.iter().map(String::as_str)).collect();
    let value = |name: &str| values.get(name).copied().unwrap_or_default();
    let is_boolean = |name: &str| ["true", "false"].contains(&value(name).to_ascii_lowercase().as_str());
    if ![MFA_ENABLED, "email_verified", "phone_number_verified"].into_iter().all(is_boolean) {
        return Err(Verdict::Unfitting);
    }
    let has_form = |name: &str, form: fn(&str) -> bool| value(name).is_empty() || form(value(name));
    let is_date = |text: &str| {
        let parts: Vec<_> = text.split('/').map(str::len).collect();
        parts == [2, 2, 4]
    };
    if !has_form("birthdate", is_date) || !has_form("updated_at", |text| text.parse::<u64>().is_ok()) {
        return Err(Verdict::Unfitting);
    }
    let is_verified = |contact: &Contact| {
        value(contact.flag()).eq_ignore_ascii_case("true") && !value(contact.name()).is_empty()
    };
    if !pool.shape_now().verifies.iter().any(is_verified) {
        return Err(Verdict::NotVerified);
    }
    let required =
        |name: &AttributeName| pool.shape().attributes.get(name).is_some_and(|schema| schema.required);
    if pool.shape().attributes.keys().any(|name| required(name) && value(name.as_str()).is_empty()) {
        return Err(Verdict::Unfitting);
    }
    let username = Username::parse(value(USERNAME)).map_err(|_| Verdict::Unfitting)?;
    let mut attributes = Attributes::new();
    for (name, text) in values.iter().filter(|(name, text)| !name.starts_with("cognito:") && !text.is_empty())
    {
        let name = AttributeName::parse(*name).map_err(|_| Verdict::Unfitting)?;
        attributes.insert(name, Value::new(*text));
    }
    match pool.create(&username, &attributes) {
        Ok(sub) => {
            let status = if passwordless { Status::Confirmed } else { Status::ResetRequired };
            pool.edit(&sub, |person| person.status = status);
            Ok(())
        }
        Err(error) if error.class == Class::Taken => Err(Verdict::Exists),
        Err(_) => Err(Verdict::Unfitting),
    }
}
