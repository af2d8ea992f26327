//! `[sign_in]`: by which way people get into the new pool.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;

use super::node::{Fields, Node};
use super::{patterns, provider};
use crate::error::RulesError;
use crate::sign_in::{Policy, SignInPolicy};
use crate::time::age;

const CODE: &str = "{code}";

/// A mail gateway may cut longer lines; a text message of this length is several already.
const LONGEST: usize = 1000;

pub(super) fn read(node: &Node<'_>) -> Result<SignInPolicy, RulesError> {
    let fields = node.fields(&["way", "code_subject", "code_message", "policy"])?;
    Ok(SignInPolicy {
        way: fields.read("way", way)?,
        code_subject: fields.read("code_subject", |node| subject(node).map(Some))?,
        code_message: fields.read("code_message", |node| message(node).map(Some))?,
        policies: fields.read("policy", policies)?,
    })
}

fn way(node: &Node<'_>) -> Result<Way, RulesError> {
    node.choice(&Way::ALL.map(|way| (way.code(), way)))
}

fn subject(node: &Node<'_>) -> Result<String, RulesError> {
    match node.text()? {
        text if text.chars().any(char::is_control) => Err(node.error("a subject is one line of text")),
        text if text.contains(CODE) => {
            Err(node.error("a subject shows on locked screens: write {code} into code_message only"))
        }
        text => short(text, node),
    }
}

fn message(node: &Node<'_>) -> Result<String, RulesError> {
    let text = node.text()?;
    match text.matches(CODE).count() {
        1 => short(text, node),
        _ => Err(node.error("write {code} into it exactly once: the code is put there")),
    }
}

fn short(text: &str, node: &Node<'_>) -> Result<String, RulesError> {
    if text.chars().count() > LONGEST {
        return Err(node.error(format!("this is too long: {LONGEST} characters at most")));
    }
    Ok(text.to_owned())
}

fn policies(node: &Node<'_>) -> Result<Vec<Policy>, RulesError> {
    let mut all: Vec<Policy> = Vec::new();
    for (number, node) in node.tables("[[sign_in.policy]]")?.into_iter().enumerate() {
        let policy = policy(&node)?;
        if let Some(first) = all.iter().position(|first| first.covers(&policy)) {
            let which = if first + 1 == number {
                "the one before".to_owned()
            } else {
                format!("number {}", first + 1)
            };
            return Err(node.error(format!(
                "nobody gets to this policy: {which} fits everybody whom it fits; put it first, or take it out"
            )));
        }
        all.push(policy);
    }
    Ok(all)
}

fn policy(node: &Node<'_>) -> Result<Policy, RulesError> {
    let fields = node.fields(&["groups", "providers", "not_seen_for", "way"])?;
    let way = way(fields
        .get("way")
        .ok_or_else(|| node.error("say which way these users get: write way = \"...\""))?)?;
    let policy = Policy {
        groups: some(&fields, "groups", patterns)?,
        providers: some(&fields, "providers", |node| {
            node.list()?.into_iter().map(|(text, node)| provider(text, &node)).collect()
        })?,
        not_seen_for: fields.read("not_seen_for", |node| {
            age(node.text()?).map(Some).map_err(|problem| node.error(problem))
        })?,
        way,
    };
    if policy.groups.is_empty() && policy.providers.is_empty() && policy.not_seen_for.is_none() {
        return Err(node.error(
            "this policy is about everybody: name groups, providers or not_seen_for, or write the way under [sign_in]",
        ));
    }
    Ok(policy)
}

/// A list that is not empty, if it is there.
fn some<'a, T: Ord>(
    fields: &Fields<'a>,
    key: &str,
    read: impl FnOnce(&Node<'a>) -> Result<BTreeSet<T>, RulesError>,
) -> Result<BTreeSet<T>, RulesError> {
    fields.read(key, |node| match read(node)? {
        all if all.is_empty() => Err(node.error("name at least one, or take the line out")),
        all => Ok(all),
    })
}

#[cfg(test)]
mod tests;
