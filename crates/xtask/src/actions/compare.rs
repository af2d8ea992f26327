//! What roles allow, held against what was called. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

/// That a role may call an action on something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Permission {
    /// As the template calls it, such as `MirrorRole`.
    pub role: String,
    /// Such as `sqs:SendMessage`.
    pub action: String,
    /// The resource or the parameter of the template, such as `Links` or `OldPoolId`; empty where a call names nothing that the
    /// template has a name for.
    pub on: String,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = if self.on.is_empty() { "something without a name" } else { &self.on };
        write!(f, "{} {} on {on}", self.role, self.action)
    }
}

/// That it was called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// Who called what.
    #[serde(flatten)]
    pub what: Permission,
    /// Whether the role let it pass.
    pub allowed: bool,
}

/// Why permissions are there that no test of the local AWS can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excuse {
    /// Whose; `*` for every role's.
    pub role: &'static str,
    /// Which actions: one, or with `*` at the end all that begin so.
    pub action: &'static str,
    /// On what; `*` for anything.
    pub on: &'static str,
    /// The reason, for people.
    pub why: &'static str,
}

impl Excuse {
    fn covers(&self, one: &Permission) -> bool {
        let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(start) => text.starts_with(start),
            None => text == pattern,
        };
        fits(self.role, &one.role) && fits(self.action, &one.action) && fits(self.on, &one.on)
    }
}

/// What one role allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub role: String,
    /// How many permissions there are.
    pub allowed: usize,
    /// How many of them were used.
    pub called: usize,
    /// How many were not, with a reason.
    pub excused: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// A row for each role.
    pub rows: Vec<Row>,
    /// All of them together.
    pub sum: Row,
    /// Everything that is not as it should be, one sentence each.
    pub findings: Vec<String>,
}

/// Compares. Every call has to be allowed, every permission used or excused, and every excuse needed.
#[must_use]
pub fn compare(allowed: &BTreeSet<Permission>, calls: &[Call], excuses: &[Excuse]) -> Held {
    let mut findings = BTreeSet::new();
    let mut used = BTreeSet::new();
    for Call { what, allowed: passed } in calls {
        let meant = meant(allowed, what);
        if !passed {
            findings.insert(format!("denied: {what}"));
        } else if meant.is_empty() {
            findings.insert(format!("called, and in no template: {what}"));
        } else {
            used.extend(meant);
        }
    }
    let mut rows = BTreeMap::new();
    for one in allowed {
        let row = rows.entry(&one.role).or_insert_with(|| Row { role: one.role.clone(), ..Row::default() });
        let excuse = excuses.iter().find(|excuse| excuse.covers(one));
        row.allowed += 1;
        match (used.contains(one), excuse) {
            (true, None) => row.called += 1,
            (false, Some(_)) => row.excused += 1,
            (true, Some(excuse)) => {
                row.called += 1;
                findings.insert(format!("excused, and yet called: {one} ({})", excuse.why));
            }
            (false, None) => {
                findings.insert(format!("allowed, and never called: {one}"));
            }
        }
    }
    for excuse in excuses.iter().filter(|excuse| !allowed.iter().any(|one| excuse.covers(one))) {
        findings.insert(format!(
            "excused, and in no template: {} {} on {}",
            excuse.role, excuse.action, excuse.on
        ));
    }
    let rows: Vec<_> = rows.into_values().collect();
    let sum = rows.iter().fold(Row { role: "all".to_owned(), ..Row::default() }, |sum, row| Row {
        allowed: sum.allowed + row.allowed,
        called: sum.called + row.called,
        excused: sum.excused + row.excused,
        ..sum
    });
    Held { rows, sum, findings: findings.into_iter().collect() }
}

/// The permissions that a call has used: where it names nothing, the only one of this action.
fn meant<'a>(allowed: &'a BTreeSet<Permission>, call: &Permission) -> Vec<&'a Permission> {
    let of_action = allowed.iter().filter(|one| (&one.role, &one.action) == (&call.role, &call.action));
    let of_action: Vec<_> = of_action.collect();
    match of_action.as_slice() {
        [_] if call.on.is_empty() => of_action,
        _ => of_action.into_iter().filter(|one| one.on == call.on).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(text: &str) -> Permission {
        let mut words = text.split(' ').map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        Permission { role: next(), action: next(), on: next() }
    }

    fn held(allowed: &[&str], calls: &[(&str, bool)], excuses: &[Excuse]) -> Held {
        let allowed = allowed.iter().map(|text| permission(text)).collect();
        let calls: Vec<_> =
            calls.iter().map(|&(text, allowed)| Call { what: permission(text), allowed }).collect();
        compare(&allowed, &calls, excuses)
    }

    const LOGS: Excuse = Excuse { role: "*", action: "logs:*", on: "*", why: "Lambda writes them" };

    #[test]
    fn what_is_called_excused_or_both_is_counted_for_each_role() {
        let allowed = ["A sqs:Send Q", "A logs:Put L", "B db:Get T", "B db:Put T"];
        let calls =
            [("A sqs:Send Q", true), ("B db:Get T", true), ("B db:Get T", true), ("B db:Put T", true)];
        let held = held(&allowed, &calls, &[LOGS]);
        assert_eq!(held.findings, [""; 0]);
        let row = |role: &str, allowed, called, excused| Row { role: role.into(), allowed, called, excused };
        assert_eq!(held.rows, [row("A", 2, 1, 1), row("B", 2, 2, 0)]);
        assert_eq!(held.sum, row("all", 4, 3, 1));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let allowed = ["A sqs:Send Q", "A idp:Read Old", "A idp:Read New", "A logs:Put L"];
        let calls = [
            ("A db:Scan T", false),
            ("A idp:Read Old", true),
            ("A idp:Write Old", true),
            ("A logs:Put L", true),
        ];
        let kms = Excuse { role: "A", action: "kms:Decrypt", on: "Key", why: "no key here" };
        let findings = held(&allowed, &calls, &[LOGS, kms]).findings;
        let expected = [
            "allowed, and never called: A idp:Read on New",
            "allowed, and never called: A sqs:Send on Q",
            "called, and in no template: A idp:Write on Old",
            "denied: A db:Scan on T",
            "excused, and in no template: A kms:Decrypt on Key",
            "excused, and yet called: A logs:Put on L (Lambda writes them)",
        ];
        assert_eq!(findings, expected);
    }

    #[test]
    fn a_call_that_names_nothing_stands_for_the_only_permission_of_its_action() {
        assert_eq!(held(&["A ses:Send arn"], &[("A ses:Send", true)], &[]).findings, [""; 0]);
        let two = held(&["A idp:Read Old", "A idp:Read New"], &[("A idp:Read", true)], &[]);
        assert_eq!(two.findings.len(), 3, "{:?}", two.findings);
        let other = held(&["A ses:Send arn"], &[("B ses:Send", true)], &[]);
        assert_eq!(other.findings.len(), 2, "{:?}", other.findings);
    }

    #[test]
    fn an_excuse_covers_what_it_names_and_no_more() {
        let covers = |excuse: Excuse, text| excuse.covers(&permission(text));
        let one = Excuse { role: "A", action: "idp:Read", on: "Old", why: "" };
        assert!(covers(one, "A idp:Read Old"));
        for text in ["B idp:Read Old", "A idp:ReadAll Old", "A idp:Read New", "A idp:Read"] {
            assert!(!covers(one, text), "{text}");
        }
        assert!(covers(LOGS, "B logs:Put L") && !covers(LOGS, "B sqs:Send L"));
    }
}
