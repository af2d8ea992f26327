//! Reads `twinpool.toml`. Strict: what is not understood is not passed over.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};
use twinpool_core::criteria::Criteria;
use twinpool_core::id::{GroupName, ProviderName};

use self::node::{Fields, Node};
use crate::accepted::Accepted;
use crate::error::{RulesError, line_of};
use crate::model::{DELETED, Federation, Groups, MODES, Model, Users};
use crate::pattern::Pattern;
use crate::sign_in::SignInPolicy;
use crate::site::Site;

mod attributes;
mod audit;
pub(crate) mod names;
mod node;
mod rollback;
mod sign_in;
mod site;
#[cfg(test)]
mod tests;

/// What says what travels, what the owner knows of, by which way people get in, and when they go back.
const RULES: [&str; 7] = ["users", "groups", "attributes", "federation", "audit", "sign_in", "rollback"];

/// What a file says.
pub(crate) struct Parsed {
    pub(crate) model: Model,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) sign_in: SignInPolicy,
    pub(crate) criteria: Criteria,
}

pub(crate) fn parse(text: &str) -> Result<Parsed, RulesError> {
    let root = tree(text)?;
    let fields = root_fields(text, &root)?;
    site::read(&fields)?;
    let model = Model {
        users: fields.read("users", users)?,
        groups: fields.read("groups", groups)?,
        attributes: fields.read("attributes", attributes::read)?,
        federation: fields.read("federation", federation)?,
    };
    Ok(Parsed {
        model,
        accepted: fields.read("audit", audit::accepted)?,
        sign_in: fields.read("sign_in", sign_in::read)?,
        criteria: fields.read("rollback", rollback::read)?,
    })
}

/// What says where things are.
pub(crate) fn site(text: &str) -> Result<Site, RulesError> {
    let root = tree(text)?;
    site::read(&root_fields(text, &root)?)
}

fn tree(text: &str) -> Result<DeValue<'_>, RulesError> {
    let table = DeTable::parse(text).map_err(|error| RulesError::Syntax {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    Ok(DeValue::Table(table.into_inner()))
}

fn root_fields<'a>(text: &'a str, root: &'a DeValue<'a>) -> Result<Fields<'a>, RulesError> {
    Node::root(text, root).fields(&[RULES.as_slice(), &site::KEYS].concat())
}

fn users(node: &Node<'_>) -> Result<Users, RulesError> {
    let fields = node.fields(&["deleted", "leave_out_groups", "leave_out_where"])?;
    Ok(Users {
        deleted: fields.read("deleted", |node| node.choice(&DELETED))?,
        leave_out_groups: fields.read("leave_out_groups", patterns)?,
        leave_out_where: fields.read("leave_out_where", |node| {
            let mut all = BTreeMap::new();
            for (name, node) in node.entries()? {
                let values: BTreeSet<String> =
                    node.list()?.into_iter().map(|(value, _)| value.to_owned()).collect();
                if values.is_empty() {
                    return Err(node.error("name at least one value, or take the line out"));
                }
                all.insert(names::source(name, &node)?, values);
            }
            Ok(all)
        })?,
    })
}

fn groups(node: &Node<'_>) -> Result<Groups, RulesError> {
    let fields = node.fields(&["mode", "leave_out", "rename"])?;
    let leave_out = fields.read("leave_out", patterns)?;
    let mut rename: BTreeMap<GroupName, GroupName> = BTreeMap::new();
    let entries = fields.read("rename", Node::entries)?;
    for (from, node) in entries {
        let (from, to) = (group(from, &node)?, group(node.text()?, &node)?);
        let is_out = |name: &GroupName| leave_out.iter().any(|pattern: &Pattern| pattern.fits(name.as_str()));
        if is_out(&from) {
            return Err(
                node.error("groups.leave_out leaves this group out: rename it or leave it out, not both")
            );
        }
        if is_out(&to) {
            return Err(node.error("groups.leave_out leaves the new name out: choose another name"));
        }
        if rename.values().any(|taken| *taken == to) {
            let problem =
                "another group gets this name already: two groups cannot become one, choose another name";
            return Err(node.error(problem));
        }
        rename.insert(from, to);
    }
    rename.retain(|from, to| from != to);
    Ok(Groups { mode: fields.read("mode", |node| node.choice(&MODES))?, leave_out, rename })
}

fn patterns(node: &Node<'_>) -> Result<BTreeSet<Pattern>, RulesError> {
    let pattern = |(text, node): (&str, Node<'_>)| group(text, &node).map(|_| Pattern::new(text));
    node.list()?.into_iter().map(pattern).collect()
}

fn group(text: &str, node: &Node<'_>) -> Result<GroupName, RulesError> {
    GroupName::parse(text).map_err(|error| node.error(format!("no group can be called so: {error}")))
}

fn provider(text: &str, node: &Node<'_>) -> Result<ProviderName, RulesError> {
    ProviderName::parse(text).map_err(|error| node.error(format!("no provider can be called so: {error}")))
}

fn federation(node: &Node<'_>) -> Result<BTreeMap<ProviderName, Federation>, RulesError> {
    let mut all = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (name, node) in node.entries()? {
        let old = provider(name, &node)?;
        let fields = node.fields(&["policy", "provider", "trust_email"])?;
        let rule = Federation {
            link: fields.read("policy", |node| node.choice(&[("link", true), ("first_sign_in", false)]))?,
            provider: fields.read("provider", |node| provider(node.text()?, node).map(Some))?,
            trust_email: fields.read("trust_email", Node::flag)?,
        };
        if let Some(node) = fields.get("trust_email").filter(|_| rule.trust_email && !rule.link) {
            let problem =
                "this counts only for users who are linked ahead: write policy = \"link\", or take it out";
            return Err(node.error(problem));
        }
        if !taken.insert(rule.provider.clone().unwrap_or_else(|| old.clone())) {
            let node = fields.get("provider").unwrap_or(&node);
            let problem =
                "another provider has this name in the new pool already: two providers cannot become one";
            return Err(node.error(problem));
        }
        all.insert(old.clone(), Federation { provider: rule.provider.filter(|new| *new != old), ..rule });
    }
    all.retain(|_, rule| *rule != Federation::default());
    Ok(all)
}
