//! Users by a contact that is no name to sign in with.

use twinpool_core::attribute::Contact;
use twinpool_core::listing::ContactSearch;
use twinpool_core::port::Answer;
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use super::{CognitoPool, decode};
use crate::code::port_error;

const OPERATION: &str = "ListUsers";

/// The longest filter (F§4.6).
const LONGEST: usize = 256;

/// Pages may be empty before the last (F§4.6).
const MOST_PAGES: usize = 5;

impl ContactSearch for CognitoPool {
    async fn with_contact(&self, contact: Contact, text: &Value) -> Answer<Vec<Snapshot>> {
        let Some(filter) = filter(contact, text.reveal()) else {
            return Ok(Vec::new());
        };
        let (mut found, mut token) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let call = self.client.list_users().user_pool_id(self.id()).filter(&filter).limit(60);
            let page = call.set_pagination_token(token).send().await;
            let page = page.map_err(|error| port_error(OPERATION, &error))?;
            for user in page.users() {
                found.push(decode::listed(OPERATION, user)?);
            }
            token = page.pagination_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// `None` for what no contact is. Quotes and backslashes would end the text.
fn filter(contact: Contact, text: &str) -> Option<String> {
    let is_odd = |c: char| c.is_control() || c == '\\';
    let filter = format!("{} = \"{}\"", contact.name(), text.replace('"', "\\\""));
    (!text.contains(is_odd) && filter.len() <= LONGEST).then_some(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_the_filter() {
        assert_eq!(
            filter(Contact::Email, "o'neil@example.com").as_deref(),
            Some("email = \"o'neil@example.com\"")
        );
        assert_eq!(
            filter(Contact::Email, "\"a b\"@example.com").as_deref(),
            Some("email = \"\\\"a b\\\"@example.com\"")
        );
        for text in ["a\\\" or sub ^= \"", "a\n@example.com", &"a".repeat(256)] {
            assert_eq!(filter(Contact::Email, text), None);
        }
    }
}
