//! What is said at the end.

use serde_json::{Value, json};
use twinpool_engine::{Finding, Row, Summary, Verdict};

use super::watch::Found;
use crate::show::{count, field, thousands};

/// What came of a repair.
#[derive(Debug)]
pub(super) struct Repaired {
    /// Users who could not be mirrored, and why.
    pub(super) failed: Vec<String>,
    /// The same users, looked at afterwards.
    pub(super) after: Summary,
}

pub(super) fn intent(users: usize) -> String {
    format!("{} will be read again and mirrored, as the mirror does with an event.\n", count(users, "user"))
}

/// When there is no going on.
pub(super) fn broken(has_rows: bool) -> &'static str {
    if has_rows {
        "not everybody was compared; the same command with --resume reads nobody again whom it has read"
    } else {
        "not everybody was compared; nothing was changed, so start it again"
    }
}

fn in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Equal => "equal",
        Verdict::HeldBack => "held back",
        Verdict::InFlight => "in flight",
        Verdict::Differs => "differs",
        Verdict::OnlyInOld => "only in old",
        Verdict::OnlyInNew => "only in new",
        Verdict::Unreadable => "unreadable",
    }
}

pub(super) fn words(summary: &Summary, found: &Found, repaired: Option<&Repaired>) -> String {
    let mut out = counted(summary);
    let all: u64 = found.differing.len() as u64 + found.strangers + summary.count(Verdict::InFlight);
    if !found.shown.is_empty() {
        out.push('\n');
        found.shown.iter().for_each(|row| out += &shown(row));
    }
    if all > found.shown.len() as u64 {
        out += &format!("… and more: --rows FILE names all {}\n", thousands(all));
    }
    if summary.unlooked > 0 {
        out += &format!(
            "{} would have had to be read and were not: of them the lists alone speak\n",
            thousands(summary.unlooked)
        );
    }
    if summary.unreadable > 0 {
        out += &format!("{} entries of lists could not be read\n", thousands(summary.unreadable));
    }
    if let Some(Repaired { failed, after }) = repaired {
        out += "\nafter the repair:\n";
        out += &counted(after);
        failed.iter().for_each(|problem| out += &field("failed", problem));
    }
    out
}

fn counted(summary: &Summary) -> String {
    let mut out = field("users", &thousands(summary.users()));
    for (verdict, users) in &summary.verdicts {
        out += &field(in_words(*verdict), &thousands(*users));
        let reasons = summary.reasons.iter().filter(|((of, _), _)| of == verdict);
        for ((_, reason), users) in reasons {
            out += &field("", &format!("{} {reason}", thousands(*users)));
        }
    }
    out
}

fn shown(row: &Row) -> String {
    let old = row.old_sub.as_ref().map(ToString::to_string);
    let who = old.or_else(|| row.new_sub.as_ref().map(ToString::to_string)).unwrap_or_default();
    let what: Vec<_> = row.findings.iter().map(one).collect();
    let marker = match (row.verdict, row.marked) {
        (Verdict::OnlyInNew, Some(marked)) => format!("; marker: {}", marked.code()),
        _ => String::new(),
    };
    format!("{who} {}: {}{marker}\n", in_words(row.verdict), what.join(", "))
}

fn one(finding: &Finding) -> String {
    let said = format!("{} {}", finding.what, finding.why.code());
    match &finding.masked {
        Some([old, new]) => {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
            format!("{said} ({} | {})", text(old), text(new))
        }
        None => said,
    }
}

/// `not_noted`: why it is not written down for `twinpool switch`.
pub(super) fn json(summary: &Summary, repaired: Option<&Repaired>, not_noted: Option<&str>) -> String {
    let mut all = object(summary);
    all["not_noted"] = json!(not_noted);
    if let Some(Repaired { failed, after }) = repaired {
        all["repaired"] = object(after);
        all["repaired"]["failed"] = json!(failed);
    }
    format!("{all:#}\n")
}

fn object(summary: &Summary) -> Value {
    let verdicts: serde_json::Map<_, _> = Verdict::ALL
        .map(|verdict| (verdict.code().to_owned(), json!(summary.count(verdict))))
        .into_iter()
        .collect();
    let reasons: Vec<_> = summary
        .reasons
        .iter()
        .map(|((verdict, reason), users)| json!({ "verdict": verdict.code(), "reason": reason, "users": users }))
        .collect();
    json!({
        "users": summary.users(),
        "is_equal": summary.is_equal(),
        "verdicts": verdicts,
        "reasons": reasons,
        "unreadable_entries": summary.unreadable,
        "not_read": summary.unlooked,
    })
}

#[cfg(test)]
mod tests;
