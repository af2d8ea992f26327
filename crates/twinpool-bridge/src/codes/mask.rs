//! An address or a number that its owner knows again, and nobody else learns much from.

use twinpool_core::attribute::Contact;
use twinpool_core::value::Value;

/// `jane@example.com` is `j***@e***.com`; `+15550100042` is `***42`.
pub(super) fn mask(by: Contact, address: &Value) -> Value {
    Value::new(match by {
        Contact::Email => email(address.reveal()),
        Contact::Phone => number(address.reveal()),
    })
}

fn email(address: &str) -> String {
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let ending = domain.rsplit_once('.').map_or(String::new(), |(_, ending)| format!(".{ending}"));
    format!("{}***@{}***{ending}", first(name), first(domain))
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

fn number(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(2)).collect();
    format!("***{last}")
}
