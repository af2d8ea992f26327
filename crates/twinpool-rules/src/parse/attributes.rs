//! The table `[attributes]`, and the settings in it that cannot be meant together.

use std::collections::BTreeMap;

use twinpool_core::attribute::Contact;
use twinpool_core::id::AttributeName;

use super::names;
use super::node::{Fields, Node};
use crate::error::RulesError;
use crate::model::AttributeRule;
use crate::phone::Country;

const KEYS: [&str; 10] =
    ["drop", "map", "map_only", "prefix", "fold_case", "e164", "rename", "default", "constant", "wins"];

/// What takes the place of `second` where it stands beside it, and why one of the two must go.
const NOT_TOGETHER: [(&str, &[&str], &str); 3] = [
    (
        "drop",
        &["map", "map_only", "prefix", "fold_case", "e164", "rename", "default", "constant", "wins"],
        "a dropped attribute is not written, so nothing else can stand beside drop",
    ),
    (
        "constant",
        &["map", "map_only", "prefix", "fold_case", "e164", "default"],
        "a constant is written whatever the old value is",
    ),
    ("e164", &["prefix", "fold_case"], "a number in E.164 has digits only"),
];

pub(super) fn read(node: &Node<'_>) -> Result<BTreeMap<AttributeName, AttributeRule>, RulesError> {
    let mut all: BTreeMap<AttributeName, AttributeRule> = BTreeMap::new();
    let mut written: BTreeMap<AttributeName, String> = BTreeMap::new();
    for (name, node) in node.entries()? {
        let source = names::source(name, &node)?;
        let fields = node.fields(&KEYS)?;
        let rule = rule(&fields)?;
        sense(&source, &rule, &node, &fields)?;
        if !rule.drop {
            let place = fields.get("rename").unwrap_or(&node);
            if let Some(other) = written.insert(rule.target(&source).clone(), node.path().to_owned()) {
                return Err(place.error(format!(
                    "{other} is written to this attribute too: give one of the two another name, or drop it"
                )));
            }
        }
        if rule != AttributeRule::default() {
            all.insert(source, rule);
        }
    }
    Ok(all)
}

fn rule(fields: &Fields<'_>) -> Result<AttributeRule, RulesError> {
    let text = |node: &Node<'_>| node.text().map(|text| Some(text.to_owned()));
    Ok(AttributeRule {
        drop: fields.read("drop", Node::flag)?,
        map: fields.read("map", |node| {
            let entries = node.entries()?;
            let pair = |(from, node): (&str, Node<'_>)| Ok((from.to_owned(), node.text()?.to_owned()));
            entries.into_iter().map(pair).collect()
        })?,
        map_only: fields.read("map_only", Node::flag)?,
        prefix: fields.read("prefix", text)?,
        fold_case: fields.read("fold_case", Node::flag)?,
        e164: fields.read("e164", |node| {
            let country = Country::parse(node.text()?).map(Some);
            country.ok_or_else(|| {
                node.error("this must be the code of a country in two capitals, such as \"DE\"")
            })
        })?,
        rename: fields.read("rename", |node| names::new_name(node.text()?, node).map(Some))?,
        default: fields.read("default", text)?,
        constant: fields.read("constant", text)?,
        new_wins: fields.read("wins", |node| node.choice(&[("new", true), ("old", false)]))?,
    })
}

/// Whether the settings make sense beside each other and for this attribute.
fn sense(
    source: &AttributeName,
    rule: &AttributeRule,
    node: &Node<'_>,
    fields: &Fields<'_>,
) -> Result<(), RulesError> {
    if let Some(contact) = Contact::of(source) {
        contact_sense(contact, source, node, fields)?;
    }
    let is_on = |key: &str| match key {
        "drop" => rule.drop,
        "fold_case" => rule.fold_case,
        "map_only" => rule.map_only,
        key => fields.get(key).is_some(),
    };
    for (first, others, why) in NOT_TOGETHER {
        let beside = others.iter().filter(|key| is_on(first) && is_on(key)).find_map(|key| fields.get(key));
        if let Some(node) = beside {
            return Err(
                node.error(format!("this cannot stand beside {first}: {why}; take one of the two out"))
            );
        }
    }
    if let Some(node) = fields.get("map_only").filter(|_| rule.map_only && rule.map.is_empty()) {
        return Err(node.error("without a map no value would be left: write a map, or take this out"));
    }
    if let Some(node) = fields.get("rename").filter(|_| rule.rename.as_ref() == Some(source)) {
        return Err(node.error("the attribute has this name already: take the rename out"));
    }
    Ok(())
}

/// An address is one person's and travels with its flag: only its form may change.
fn contact_sense(
    contact: Contact,
    source: &AttributeName,
    node: &Node<'_>,
    fields: &Fields<'_>,
) -> Result<(), RulesError> {
    let address = contact.name();
    if source.as_str() != address {
        return Err(node.error(format!(
            "this flag goes with {address} and follows its rule: take it out, or write the rule for {address}"
        )));
    }
    let renamed = "an address travels with its flag, and under another name neither could be signed in with; drop it or keep its name";
    let changed =
        "an address that is changed is nobody's, and its flag would say that it was verified; take it out";
    let shared = "an address belongs to one user, so no value fits many; take it out";
    let form = match contact {
        Contact::Email => ("e164", "an e-mail address is no phone number; take it out"),
        Contact::Phone => ("fold_case", "a phone number has no case; write e164 with a country instead"),
    };
    let refused = [
        ("rename", renamed),
        ("map", changed),
        ("map_only", changed),
        ("prefix", changed),
        ("default", shared),
        ("constant", shared),
        form,
    ];
    match refused.iter().find_map(|(key, why)| fields.get(key).map(|node| (node, why))) {
        Some((node, why)) => Err(node.error(format!("{address} cannot have this: {why}"))),
        None => Ok(()),
    }
}
