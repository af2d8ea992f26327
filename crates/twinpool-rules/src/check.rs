//! Holds the rules against the schemas of both pools, before anything runs.
//!
//! What no rule speaks of is never refused, only warned of: each user for whom it matters is listed when it comes to that.

use std::collections::BTreeSet;

use twinpool_core::attribute::{Contact, travels};
use twinpool_core::id::AttributeName;
use twinpool_core::pool::PoolShape;

use crate::Rules;
use crate::model::{AttributeRule, Model};
use verdict::Findings;

mod action;
mod fit;
#[cfg(test)]
mod tests;
mod verdict;

pub use verdict::{Row, Verdict};

/// A pool has at most so many custom attributes, and none can be deleted (F§5).
const MOST_CUSTOM: usize = 50;

impl Rules {
    /// What becomes of each attribute that the old pool's schema has or a rule names, and whether it can work. `marker` is
    /// the attribute that twinpool itself writes.
    #[must_use]
    pub fn check(&self, old: &PoolShape, new: &PoolShape, marker: &AttributeName) -> Vec<Row> {
        let check = Check { model: &self.model, old, new, marker };
        let mut rows: Vec<_> = check.sources().into_iter().map(|source| check.row(source)).collect();
        rows.extend(check.unwritten());
        rows
    }

    /// The rows that are refused: with any of them nothing should run.
    #[must_use]
    pub fn refusals(&self, old: &PoolShape, new: &PoolShape, marker: &AttributeName) -> Vec<Row> {
        let refused = |row: &Row| matches!(row.verdict, Verdict::Refused(_));
        self.check(old, new, marker).into_iter().filter(refused).collect()
    }
}

struct Check<'a> {
    model: &'a Model,
    old: &'a PoolShape,
    new: &'a PoolShape,
    marker: &'a AttributeName,
}

impl<'a> Check<'a> {
    /// All that the old pool tells of or a rule names. Flags go with their contacts.
    fn sources(&self) -> BTreeSet<&'a AttributeName> {
        let told = self.old.attributes.keys().filter(|name| is_told(name));
        let ruled = self.model.attributes.keys().chain(self.model.users.leave_out_where.keys());
        let required = self.required().filter(|name| self.old.has(name));
        told.chain(ruled).chain(required).collect()
    }

    fn row(&self, source: &AttributeName) -> Row {
        let rule = self.model.attributes.get(source);
        let target = self.target(source);
        let mut found = Findings::of(rule.is_some());
        self.check_source(&mut found, source, rule);
        match target {
            Some(target) => self.check_target(&mut found, source, target, rule),
            None => self.check_dropped(&mut found, source),
        }
        Row {
            source: Some(source.clone()),
            target: target.cloned(),
            action: if source == self.marker { action::mark() } else { action::of(rule) },
            verdict: found.verdict(),
        }
    }

    /// Where an attribute of the old pool is written to, if it is.
    fn target<'b>(&'b self, source: &'b AttributeName) -> Option<&'b AttributeName> {
        match self.model.attributes.get(source) {
            Some(rule) => (!rule.drop).then(|| rule.target(source)),
            None => (source != self.marker && self.old.has(source)).then_some(source),
        }
    }

    fn check_source(&self, found: &mut Findings, source: &AttributeName, rule: Option<&AttributeRule>) {
        let makes_it_up = |rule: &AttributeRule| rule.constant.is_some() || rule.default.is_some();
        if source == self.marker && rule.is_some() {
            found.refuse("twinpool itself writes this attribute: take the rule out");
        }
        if !self.old.has(source) {
            if rule.is_some_and(|rule| !makes_it_up(rule)) {
                found.refuse("the old pool has no such attribute: correct the name");
            }
            if self.model.users.leave_out_where.contains_key(source) {
                found.refuse("the old pool has no such attribute: correct the name in users.leave_out_where");
            }
        }
    }

    fn check_target(
        &self,
        found: &mut Findings,
        source: &AttributeName,
        target: &AttributeName,
        rule: Option<&AttributeRule>,
    ) {
        if target == self.marker {
            found.refuse("twinpool itself writes to this attribute: choose another name");
        }
        if let Some(other) = self.other_source(source, target) {
            found.refuse(format!(
                "{other} of the old pool is written to {target} too: drop one of the two, or rename it"
            ));
        }
        if !self.new.has(target) {
            found.object(self.missing(target));
            return;
        }
        if !self.new.is_mutable(target) {
            found.warn("the new pool lets it be written at creation only: later changes are held back");
        }
        let fixed = rule.is_some_and(|rule| rule.constant.is_some() || rule.default.is_some());
        if fixed && self.new.sign_in.is_unique(target) {
            found.refuse("the new pool signs in with it, so two users cannot have the same value");
        }
        if self.is_required(target) && !self.always_gives(source, rule) {
            found.warn(
                "the new pool requires it at sign-up, and a user may have none: it is left out then, as administrators may, or give a default",
            );
        }
        fit::check(found, self.old.attributes.get(source), self.new.attributes.get(target), rule);
    }

    fn check_dropped(&self, found: &mut Findings, source: &AttributeName) {
        let Some(contact) = Contact::of(source).filter(|contact| self.new.sign_in.is_name(*contact)) else {
            return;
        };
        let is_left = |other: Contact| {
            self.new.sign_in.is_name(other) && self.target(&other.address_attribute()).is_some()
        };
        if Contact::ALL.into_iter().any(is_left) {
            found.warn(format!(
                "the new pool signs in with {}: users who have nothing else are held back",
                contact.name()
            ));
        } else {
            found.refuse("the new pool signs in with it: without it no user can be made");
        }
    }

    /// Another attribute of the old pool that is written to the same one: one that no rule speaks of, as the file cannot
    /// name two.
    fn other_source<'b>(
        &'b self,
        source: &'b AttributeName,
        target: &'b AttributeName,
    ) -> Option<&'b AttributeName> {
        if source == target {
            let ruled = self.model.writer(target).map(|(writer, _)| writer);
            return ruled.filter(|writer| *writer != source);
        }
        let is_plain = !self.model.attributes.contains_key(target);
        (is_plain && self.old.has(target)).then_some(target)
    }

    fn missing(&self, target: &AttributeName) -> String {
        let mut all: BTreeSet<_> = self.new.attributes.keys().filter(|name| is_custom(name)).collect();
        all.insert(self.marker);
        let sources = self.sources();
        all.extend(sources.iter().filter_map(|source| self.target(source)).filter(|name| is_custom(name)));
        let add = format!("the new pool has no such attribute: add {target} with add-custom-attributes");
        if all.len() <= MOST_CUSTOM {
            return add;
        }
        format!(
            "{add}; with all that is missing it would have {} custom attributes, of {MOST_CUSTOM} that Cognito allows: drop some by a rule",
            all.len()
        )
    }

    fn required(&self) -> impl Iterator<Item = &'a AttributeName> {
        self.new
            .attributes
            .iter()
            .filter(|(name, schema)| schema.required && is_told(name))
            .map(|(name, _)| name)
    }

    fn is_required(&self, target: &AttributeName) -> bool {
        self.required().any(|name| name == target)
    }

    fn always_gives(&self, source: &AttributeName, rule: Option<&AttributeRule>) -> bool {
        let made_up = rule.is_some_and(|rule| rule.constant.is_some() || rule.default.is_some());
        made_up || self.old.attributes.get(source).is_some_and(|schema| schema.required)
    }

    /// What the new pool requires and nothing is written to: administrators may leave it out (F§4.1).
    fn unwritten(&self) -> Vec<Row> {
        let sources = self.sources();
        let written: BTreeSet<_> = sources.iter().filter_map(|source| self.target(source)).collect();
        let row = |target: &AttributeName| {
            Row {
            source: None,
            target: Some(target.clone()),
            action: action::nothing(),
            verdict: Verdict::Warning(
                "the new pool requires it at sign-up, and nothing gives it: administrators may leave it out, or give a constant"
                    .to_owned(),
            ),
        }
        };
        self.required().filter(|target| !written.contains(target)).map(row).collect()
    }
}

fn is_told(name: &AttributeName) -> bool {
    travels(name.as_str()) && !Contact::is_flag(name)
}

fn is_custom(name: &AttributeName) -> bool {
    name.as_str().starts_with("custom:")
}
