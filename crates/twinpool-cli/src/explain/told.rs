//! What is told of one user, for people and for programs.

use serde_json::{Value, json};
use twinpool_core::account::Accounts;
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::snapshot::{Snapshot, Status};

use super::compare::{Line, Sides, status};
use super::password;
use super::{Differences, Whole};
use crate::conflicts::Found;
use crate::resolve;
use crate::show::{self, field, rfc3339};

impl Whole {
    pub(super) fn lines(&self) -> Vec<Line> {
        // A merged user's own values go nowhere.
        let Some(old) = self.old.as_ref().filter(|_| self.merged_into().is_none()) else {
            return Vec::new();
        };
        let (link, new) = (self.link.as_ref(), self.new.as_ref());
        let view = self.rules.view(old);
        Sides { old, new, link, rules: &self.rules, new_shape: &self.new_shape, view }.lines()
    }

    pub(super) fn differences(&self) -> Differences {
        let lines = self.lines();
        let name = |line: &Line| format!("{} {}", line.kind, line.name).trim().to_owned();
        let held =
            |line: &Line| Some(format!("{} ({})", name(line), line.verdict.strip_prefix("held back: ")?));
        Differences {
            differs: lines.iter().filter(|line| line.differs).map(name).collect(),
            held_back: lines.iter().filter_map(held).collect(),
        }
    }

    pub(super) fn merged_into(&self) -> Option<&OldSub> {
        match &self.link.as_ref()?.state {
            LinkState::Merged { into, .. } => Some(into),
            LinkState::Pending { .. }
            | LinkState::Linked(_)
            | LinkState::Conflict { .. }
            | LinkState::Tombstone { .. } => None,
        }
    }

    pub(super) fn text(&self) -> String {
        let lines = self.lines();
        let mut out = match (&self.link, &self.old) {
            (Some(link), _) => resolve::to_table(link, self.primary.as_ref()),
            (None, Some(old)) => field("old sub", old.sub.as_str()) + &field("link", "none yet"),
            (None, None) => String::new(),
        };
        if let Some(aliases) = &self.aliases {
            let names: Vec<_> = aliases.iter().map(OldSub::as_str).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(" ") };
            out.push_str(&field("aliases", &names));
        }
        if let Some(Accounts { old, new, .. }) =
            self.accounts.as_ref().filter(|all| all.old.len() > 1 || all.new.len() > 1)
        {
            let names = |subs: Vec<&str>| if subs.is_empty() { "none".to_owned() } else { subs.join(" ") };
            out.push_str(&field("all old", &names(old.iter().map(OldSub::as_str).collect())));
            out.push_str(&field("all new", &names(new.iter().map(NewSub::as_str).collect())));
        }
        out.push_str(&field("in short", &self.why(&lines)));
        out.push('\n');
        out.push_str(&self.sides(&lines));
        out.push_str(&self.passwords());
        out.push_str(&self.history());
        out.push('\n');
        out.push_str(&field("rules", &self.rules_note()));
        out.push_str(&field("cost", COST));
        out
    }

    /// The comparison.
    fn sides(&self, lines: &[Line]) -> String {
        let mut out = String::new();
        let says = |user: &Option<Snapshot>| match user {
            Some(user) if user.enabled => status(user.status).to_owned(),
            Some(user) => format!("{}, disabled", status(user.status)),
            None => "not there".to_owned(),
        };
        out.push_str(&field("old pool", &says(&self.old)));
        let new = match (self.merged_into(), &self.new) {
            (Some(into), Some(_)) => format!("{} (as {into})", says(&self.new)),
            _ => says(&self.new),
        };
        out.push_str(&field("new pool", &new));
        if lines.is_empty() {
            return out;
        }
        out.push('\n');
        out.push_str(&table(lines));
        out.push('\n');
        out
    }

    fn passwords(&self) -> String {
        let mut out = String::new();
        // Nobody signs in any more.
        if self.link.as_ref().is_some_and(|link| matches!(link.state, LinkState::Tombstone { .. })) {
            return out;
        }
        if let Some(old) = &self.old {
            out.push_str(&field("old password", password::in_the_old_pool(old.status)));
        }
        if let Some(new) = &self.new {
            out.push_str(&field("new password", password::in_the_new_pool(new.status)));
        }
        out
    }

    fn history(&self) -> String {
        let Some(link) = &self.link else {
            return String::new();
        };
        let mut out = String::new();
        for entry in link.history.entries() {
            let what = format!("{}: {}", entry.cause.as_str(), entry.did);
            out.push_str(&show::beside(17, &show::minute(entry.at), &what));
        }
        if out.is_empty() { out } else { format!("\nhistory\n{out}") }
    }

    /// Why it is as it is, in one sentence.
    pub(super) fn why(&self, lines: &[Line]) -> String {
        let differs = lines.iter().filter(|line| line.differs).count();
        let Some(link) = &self.link else {
            return match self.old.as_ref().map(|old| old.status) {
                Some(Status::Unconfirmed) => "not mirrored: the sign-up is not confirmed".to_owned(),
                _ => "twinpool has not seen this user yet: the next sign-in brings the user over".to_owned(),
            };
        };
        let sub = &link.old_sub;
        let open = Found::of(link).iter().filter(|found| found.reason.is_open()).count();
        match &link.state {
            LinkState::Linked(_) if self.new.is_none() => {
                format!("the user is gone from the new pool: twinpool conflicts show {sub} says what helps")
            }
            LinkState::Linked(_) if self.old.is_none() => {
                format!(
                    "the user is gone from the old pool, and twinpool has not been told: twinpool sync {sub} looks again"
                )
            }
            LinkState::Linked(_) if differs > 0 => {
                let things = if differs == 1 {
                    "1 thing differs".to_owned()
                } else {
                    format!("{differs} things differ")
                };
                format!(
                    "{things}, and nothing is known to stand in the way: twinpool sync {sub} brings the user into step"
                )
            }
            LinkState::Linked(_) if open > 0 => {
                let things = show::count(open, "thing");
                format!("in step but for {things} held back: twinpool conflicts show {sub} says what helps")
            }
            LinkState::Linked(_) => "in step".to_owned(),
            LinkState::Conflict { reason, .. } if reason.is_open() => {
                format!("not mirrored: twinpool conflicts show {sub} says what helps")
            }
            LinkState::Conflict { .. } => "not mirrored, and nothing has to be decided".to_owned(),
            LinkState::Pending { .. } => {
                format!("being made; if that lasts, twinpool sync {sub} finishes it")
            }
            LinkState::Merged { into, .. } => {
                format!(
                    "its own values are not mirrored: those of {into} are; twinpool explain {into} tells them"
                )
            }
            LinkState::Tombstone { by, .. } => format!("deleted from the {by}; the user id stays taken"),
        }
    }

    fn rules_note(&self) -> String {
        let other = self
            .link
            .as_ref()
            .and_then(Link::linked)
            .is_some_and(|linked| linked.rules != self.rules.fingerprint());
        if other {
            format!(
                "{}: the last mirror of this user had others, so it may do something else",
                self.rules_are
            )
        } else {
            self.rules_are.clone()
        }
    }

    pub(super) fn json(&self) -> Value {
        let lines = self.lines();
        let side = |user: &Option<Snapshot>, says: fn(Status) -> &'static str| {
            user.as_ref().map(|user| {
                json!({
                    "sub": user.sub.as_str(),
                    "status": status(user.status),
                    "enabled": user.enabled,
                    "password": says(user.status),
                })
            })
        };
        let line = |line: &Line| {
            json!({
                "what": format!("{} {}", line.kind, line.name).trim(),
                "old": line.old,
                "new": line.new,
                "rule": line.rule,
                "differs": line.differs,
                "now": line.verdict,
            })
        };
        let history =
            self.link.iter().flat_map(|link| link.history.entries()).map(
                |entry| json!({ "at": rfc3339(entry.at), "cause": entry.cause.as_str(), "did": entry.did }),
            );
        json!({
            "link": self.link.as_ref().map(|link| resolve::to_json(link, self.primary.as_ref())),
            "aliases": self.aliases.as_ref().map(|all| all.iter().map(OldSub::as_str).collect::<Vec<_>>()),
            "accounts": self.accounts.as_ref().map(|all| json!({
                "old": all.old.iter().map(OldSub::as_str).collect::<Vec<_>>(),
                "new": all.new.iter().map(NewSub::as_str).collect::<Vec<_>>(),
            })),
            "in_short": self.why(&lines),
            "old": side(&self.old, password::in_the_old_pool),
            "new": side(&self.new, password::in_the_new_pool),
            "compared": lines.iter().map(line).collect::<Vec<_>>(),
            "held_back": self.link.iter().flat_map(Found::of).map(|found| found.json()).collect::<Vec<_>>(),
            "history": history.collect::<Vec<_>>(),
            "rules": self.rules_note(),
        })
    }
}

/// The comparison in columns. What is too long for its column gets a line of its own.
fn table(lines: &[Line]) -> String {
    const LONGEST: usize = 26;
    let name = |line: &Line| format!("{} {}", line.kind, line.name).trim().to_owned();
    let length = |text: &str| text.chars().count();
    let values = |line: &Line| length(&line.old).max(8) + length(&line.new).max(8);
    let names = lines.iter().map(|line| length(&name(line))).filter(|length| *length <= LONGEST);
    let taken = names.max().unwrap_or_default() + lines.iter().map(values).max().unwrap_or_default() + 6;
    let room = show::WIDTH.saturating_sub(taken);
    let mut cells = Vec::new();
    // After which line of the table what stands alone.
    let mut alone: Vec<(usize, String)> = Vec::new();
    for line in lines {
        let mut name = name(line);
        if length(&name) > LONGEST {
            alone.push((cells.len(), std::mem::replace(&mut name, "  ...".to_owned())));
        }
        let is_long = length(&line.verdict) > room;
        let verdict = if is_long { String::new() } else { line.verdict.clone() };
        cells.push(vec![name, line.old.clone(), line.new.clone(), verdict]);
        let below = line.rule.iter().chain(is_long.then_some(&line.verdict));
        alone.extend(below.map(|text| (cells.len(), format!("  {text}"))));
    }
    let mut out = String::new();
    for (number, line) in show::table(&["what", "old pool", "new pool", "now"], &cells).lines().enumerate() {
        out.push_str(&format!("{line}\n"));
        for (_, text) in alone.iter().filter(|(after, _)| *after == number) {
            out.push_str(&format!("{text}\n"));
        }
    }
    out
}

/// F§0.4.
const COST: &str = "each pool was read: Cognito counts a user who is read so as active this month (MAU)";

#[cfg(test)]
mod tests;
