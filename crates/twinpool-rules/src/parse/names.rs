//! Names of attributes that rules can be about.

use twinpool_core::attribute::{Contact, STANDARD, travels};
use twinpool_core::id::AttributeName;

use super::node::Node;
use crate::error::RulesError;

/// A name that an attribute of a pool can have.
pub(super) fn source(text: &str, node: &Node<'_>) -> Result<AttributeName, RulesError> {
    if !travels(text) {
        return Err(node.error("this attribute is the pool's own and cannot be written: take it out"));
    }
    if !can_exist(text) {
        let problem =
            "no pool has such an attribute: write a standard attribute, or \"custom:\" before the name";
        return Err(node.error(problem));
    }
    AttributeName::parse(text).map_err(|error| node.error(format!("no attribute can be called so: {error}")))
}

/// Whether a pool can have an attribute of this name.
pub(crate) fn can_exist(text: &str) -> bool {
    STANDARD.contains(&text) || text.strip_prefix("custom:").is_some_and(|rest| !rest.is_empty())
}

/// A name to be written to under another name than its own. Contacts cannot: nobody proved that they are the user's.
pub(super) fn new_name(text: &str, node: &Node<'_>) -> Result<AttributeName, RulesError> {
    let name = source(text, node)?;
    match Contact::of(&name) {
        Some(contact) => Err(node.error(format!(
            "{} cannot be made of another attribute: it would be an address that nobody verified; write it in the old pool instead",
            contact.name()
        ))),
        None => Ok(name),
    }
}
