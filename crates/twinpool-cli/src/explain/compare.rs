//! Both sides of one user side by side: what the old pool says, what the rules make of it, and what the new pool says.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::attribute::Contact;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::link::Link;
use twinpool_core::plan::GroupMode;
use twinpool_core::pool::PoolShape;
use twinpool_core::snapshot::{Factor, Snapshot, Status};
use twinpool_core::value::Value;
use twinpool_rules::{Rules, View, masked};

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Such as `attribute`.
    pub(super) kind: &'static str,
    /// In the new pool.
    pub(super) name: String,
    /// What the old pool says, masked.
    pub(super) old: String,
    /// What the new pool says, masked.
    pub(super) new: String,
    /// What the rules make of it, where that is something else.
    pub(super) rule: Option<String>,
    /// Whether the new pool does not say what it should, though nothing is known to stand in the way.
    pub(super) differs: bool,
    /// Why not, or why it is all right.
    pub(super) verdict: String,
}

/// What the comparison is made of.
pub(super) struct Sides<'a> {
    pub(super) old: &'a Snapshot,
    pub(super) new: Option<&'a Snapshot>,
    pub(super) link: Option<&'a Link>,
    pub(super) rules: &'a Rules,
    pub(super) new_shape: &'a PoolShape,
    /// What the rules make of the old side.
    pub(super) view: View,
}

const NONE: &str = "-";

impl Sides<'_> {
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = self.attributes();
        lines.extend(self.groups());
        lines.extend(self.identities());
        lines.extend(self.factors());
        lines.push(self.enabled());
        lines
    }

    /// Why something is not as the old pool has it, if a decision, the link or the rules say so.
    fn known(&self, subject: &Subject) -> Option<String> {
        let decided = self.link.and_then(|link| link.decisions.get(subject));
        if let Some(decision @ (Decision::KeepNew | Decision::LeaveOut)) = decided {
            return Some(format!("decided: {decision}"));
        }
        let on_link = self.link.and_then(Link::linked).into_iter().flat_map(|linked| &linked.held_back);
        let mut all = on_link.chain(&self.view.held_back);
        // The rest of somebody with an old sign-in name follows; a provider's first sign-in is told in other words.
        let tells = |reason| !matches!(reason, Reason::SignInNameFixed | Reason::Federated);
        let held = all.find(|held| held.subject == *subject && tells(held.reason))?;
        Some(format!("held back: {}", held.reason.code()))
    }

    fn line(
        &self,
        subject: &Subject,
        kind: &'static str,
        name: String,
        sides: (String, String),
        same: bool,
    ) -> Line {
        let known = self.known(subject);
        let differs = !same && known.is_none() && self.new.is_some();
        let verdict = match (&known, same) {
            (_, true) => "same".to_owned(),
            (Some(known), false) => known.clone(),
            (None, false) if self.new.is_none() => "not there".to_owned(),
            (None, false) if sides.1 == NONE => "missing".to_owned(),
            (None, false) => "differs".to_owned(),
        };
        Line { kind, name, old: sides.0, new: sides.1, rule: None, differs, verdict }
    }

    fn attributes(&self) -> Vec<Line> {
        let nothing = BTreeMap::new();
        let new = self.new.map_or(&nothing, |new| &new.attributes);
        let wanted = &self.view.snapshot.attributes;
        let names: BTreeSet<&AttributeName> = wanted.keys().chain(new.keys()).collect();
        let told = |name: &AttributeName, value: &Value| {
            // Whether somebody proved a contact says nothing of a person.
            if Contact::is_flag(name) && is_yes_or_no(value) {
                value.reveal().to_owned()
            } else {
                masked(value.reveal())
            }
        };
        let show = |name: &AttributeName, value: Option<&Value>| {
            value.map_or(NONE.to_owned(), |value| told(name, value))
        };
        let unproved = Value::new("false");
        let mut shown = BTreeSet::new();
        let mut lines = Vec::new();
        for name in names {
            let source = self.view.terms.made_of.get(name).unwrap_or(name);
            let left_alone = self.view.terms.left_alone.attributes.contains(name);
            let old = self.old.attributes.get(source);
            let (want, have) = (wanted.get(name), new.get(name));
            // A contact whose flag is missing counts as unproved, and so the mirror writes it.
            let assumed = |side: &BTreeMap<AttributeName, Value>| {
                let contact = Contact::of(name).filter(|_| Contact::is_flag(name));
                contact.is_some_and(|contact| side.contains_key(&contact.address_attribute()))
            };
            let want = want.or_else(|| assumed(wanted).then_some(&unproved));
            let have = have.or_else(|| assumed(new).then_some(&unproved));
            shown.insert(source.clone());
            let subject = Subject::Attribute(name.clone());
            let sides = (show(source, old), show(name, new.get(name)));
            let same = self.new_shape.is_same(name, want, have);
            let mut line = self.line(&subject, "attribute", name.to_string(), sides, same);
            if want.is_none() {
                let announced = self.link.is_some_and(|link| link.announced.attributes.contains(name));
                let is_gone = announced && !left_alone && old.is_none() && self.known(&subject).is_none();
                line.differs = is_gone && !have.is_some_and(|value| self.is_marker(value));
                // The marker says whose counterpart it is.
                let is_ours = have.is_some_and(|value| self.is_marker(value));
                line.verdict = match (left_alone, line.differs) {
                    _ if is_ours => "twinpool's mark".to_owned(),
                    (true, _) => self.known(&subject).unwrap_or_else(|| "left out by a rule".to_owned()),
                    (false, true) => "to be deleted".to_owned(),
                    (false, false) => "the new pool's own".to_owned(),
                };
            } else if self.view.terms.target_wins.contains(name) && have.is_some() && !same {
                line.differs = false;
                line.verdict = "the new pool's wins".to_owned();
            }
            let written = wanted.get(name);
            let made = (written != old).then(|| show(name, written)).filter(|_| written.is_some());
            let from = (source != name).then(|| format!("from {source}"));
            line.rule = match (from, made) {
                (Some(from), Some(made)) => Some(format!("{from}, as {made}")),
                (Some(from), None) => Some(from),
                (None, Some(made)) => Some(format!("as {made}")),
                (None, None) => None,
            };
            lines.push(line);
        }
        for (name, value) in self.old.attributes.iter().filter(|(name, _)| !shown.contains(*name)) {
            let sides = (told(name, value), NONE.to_owned());
            let known = self.known(&Subject::Attribute(name.clone()));
            let verdict = known.unwrap_or_else(|| "left out by a rule".to_owned());
            let (kind, name) = ("attribute", name.to_string());
            lines.push(Line { kind, name, old: sides.0, new: sides.1, rule: None, differs: false, verdict });
        }
        lines
    }

    fn is_marker(&self, value: &Value) -> bool {
        value.reveal().split_once('.').is_some_and(|(sub, _)| sub == self.old.sub.as_str())
    }

    fn groups(&self) -> Vec<Line> {
        let nothing = BTreeSet::new();
        let new = self.new.map_or(&nothing, |new| &new.groups);
        let mode = self.rules.group_mode();
        let mut lines = Vec::new();
        let mut named = BTreeSet::new();
        for old in &self.old.groups {
            let Some(name) = self.rules.group(old) else {
                let is_in = yes(new.contains(old));
                lines.push(left_out("group", old.to_string(), is_in));
                named.insert(old.clone());
                continue;
            };
            let subject = Subject::Group(name.clone());
            let is_in = new.contains(&name);
            let mut line = self.line(&subject, "group", name.to_string(), (yes(true), yes(is_in)), is_in);
            line.rule = (name != *old).then(|| format!("from {old}"));
            lines.push(line);
            named.insert(name);
        }
        let announced = |name: &GroupName| self.link.is_some_and(|link| link.announced.groups.contains(name));
        for name in new.difference(&named) {
            let subject = Subject::Group(name.clone());
            let mut line = self.line(&subject, "group", name.to_string(), (yes(false), yes(true)), false);
            let stays = self.view.terms.left_alone.groups.contains(name) || mode != GroupMode::Mirror;
            line.differs = announced(name) && !stays && self.known(&subject).is_none();
            let verdict = if line.differs { "to be left" } else { "the new pool's own" };
            verdict.clone_into(&mut line.verdict);
            lines.push(line);
        }
        lines
    }

    /// By provider: who somebody is there is nobody's business.
    fn identities(&self) -> Vec<Line> {
        let providers = |user: &Snapshot| -> BTreeSet<ProviderName> {
            user.identities.iter().map(|identity| identity.provider.clone()).collect()
        };
        let (ahead, new) = (providers(&self.view.snapshot), self.new.map(providers).unwrap_or_default());
        let mut lines = Vec::new();
        for old in providers(self.old) {
            let name = self.rules.provider(&old);
            let is_there = new.contains(&name);
            let subject = Subject::Identity(name.clone());
            let mut line =
                self.line(&subject, "identity", name.to_string(), (yes(true), yes(is_there)), is_there);
            if !is_there && !ahead.contains(&name) && self.known(&subject).is_none() {
                line.differs = false;
                "waits for a sign-in".clone_into(&mut line.verdict);
            }
            line.rule = (name != old).then(|| format!("from {old}"));
            lines.push(line);
        }
        lines
    }

    fn factors(&self) -> Vec<Line> {
        let has = |user: &Snapshot, factor| user.mfa.has(factor) || user.factors.contains(&factor);
        let all = Factor::ALL.into_iter().filter_map(|factor| {
            let (old, new) = (has(self.old, factor), self.new.is_some_and(|new| has(new, factor)));
            if !old && !new {
                return None;
            }
            let subject = Subject::Factor(factor);
            let mut line =
                self.line(&subject, "factor", factor.to_string(), (yes(old), yes(new)), old == new);
            if !old && new {
                line.differs = false;
                "the new pool's own".clone_into(&mut line.verdict);
            } else if old
                && !new
                && !matches!(factor, Factor::Sms | Factor::Email)
                && self.known(&subject).is_none()
            {
                line.differs = false;
                "cannot move".clone_into(&mut line.verdict);
            }
            Some(line)
        });
        all.collect()
    }

    fn enabled(&self) -> Line {
        let new = self.new.map(|new| new.enabled);
        let same = new == Some(self.old.enabled);
        let word = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let sides = (word(self.old.enabled), new.map_or(NONE.to_owned(), word));
        self.line(&Subject::User, "", "enabled".to_owned(), sides, same)
    }
}

fn is_yes_or_no(value: &Value) -> bool {
    ["true", "false"].contains(&value.reveal())
}

fn yes(is: bool) -> String {
    if is { "yes" } else { NONE }.to_owned()
}

fn left_out(kind: &'static str, name: String, new: String) -> Line {
    let verdict = "left out by a rule".to_owned();
    Line { kind, name, old: yes(true), new, rule: None, differs: false, verdict }
}

/// The status, as Cognito names it.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Unconfirmed => "UNCONFIRMED",
        Status::Confirmed => "CONFIRMED",
        Status::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
        Status::ResetRequired => "RESET_REQUIRED",
        Status::ExternalProvider => "EXTERNAL_PROVIDER",
        Status::Other => "unknown",
    }
}
