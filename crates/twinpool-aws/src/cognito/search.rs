//! Users by a contact that the pool itself does not take for this name.

use twinpool_core::attribute::Contact;
use twinpool_core::listing::ContactSearch;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use super::{CognitoPool, decode, once};
use crate::code::port_error;

const OPERATION: &str = "ListUsers";

/// The longest filter (F§4.6).
const LONGEST: usize = 256;

impl ContactSearch for CognitoPool {
    async fn with_contact(&self, contact: Contact, text: &Value) -> Answer<Vec<Snapshot>> {
        let Some(filter) = filter(contact, text.reveal()) else {
            return Ok(Vec::new());
        };
        // Anybody can cause it, and the quota is the production app's: one page, in one attempt.
        let call = self.client.list_users().user_pool_id(self.id()).filter(&filter).limit(60);
        let page = call.customize().config_override(once()).send().await;
        let page = page.map_err(|error| port_error(OPERATION, &error))?;
        let goes_on = page.pagination_token().is_some_and(|token| !token.is_empty());
        if goes_on && page.users().is_empty() {
            // Pages may be empty before the last (F§4.6): that somebody is not there is not said.
            return Err(PortError::new(Class::Unavailable, OPERATION, "EmptyPage"));
        }
        page.users().iter().map(|user| decode::listed(OPERATION, user)).collect()
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

    #[cfg(feature = "raw")]
    #[tokio::test]
    async fn a_search_is_one_call_whatever_the_pool_says() {
        use twinpool_core::id::PoolId;

        use crate::raw::stub::{Reply, config, server};

        const JANE: &str = r#"{"Users":[{"Username":"jane","Enabled":true,"UserStatus":"CONFIRMED",
            "Attributes":[{"Name":"sub","Value":"9441"},{"Name":"email","Value":"jane@example.com"}]}],"PaginationToken":"more"}"#;
        const EMPTY: &str = r#"{"Users":[],"PaginationToken":"more"}"#;
        const THROTTLED: &str = r#"{"__type":"TooManyRequestsException","message":"Rate exceeded"}"#;
        let replies: [(Reply, Result<usize, Class>); 5] = [
            ((200, "", r#"{"Users":[]}"#), Ok(0)),
            ((200, "", JANE), Ok(1)),
            // Nobody was found, and it is not said that nobody is there.
            ((200, "", EMPTY), Err(Class::Unavailable)),
            ((400, "", THROTTLED), Err(Class::Throttled)),
            ((500, "", "{}"), Err(Class::Unavailable)),
        ];
        for (reply, expected) in replies {
            let (address, seen) = server([reply, reply, reply]);
            let config = config(&address).await;
            let pool = CognitoPool::connect(&config, None, PoolId::parse("eu-west-1_Old").unwrap());
            let found = pool.with_contact(Contact::Email, &Value::new("jane@example.com")).await;
            assert_eq!(found.map(|users| users.len()).map_err(|error| error.class), expected);
            assert_eq!(seen.try_iter().count(), 1, "{expected:?}");
        }
    }
}
