//! What a rehearsal will do, and what came of it.

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_engine::{Row, Verdict};
use twinpool_setup::rehearse::Scratch;

use super::work::Result;
use crate::show;

/// So many users who are not as they should be are named; with `--json`, all.
const NAMED: usize = 20;

pub(super) fn intent(
    users: usize,
    old: &PoolId,
    new: &PoolId,
    scratch: &Scratch,
    rules: &str,
    left: &[PoolId],
) -> String {
    let who = show::count(users, "user");
    let left_out = scratch.left_out.join("; ");
    let mut out = format!(
        "{who} of the old pool {old} are read, and written by {rules} into a scratch pool like {new}, which is removed afterwards. Nobody is messaged. It makes {who} active this month in the scratch pool, and in the old one. Not rehearsed: {left_out}.\n"
    );
    for pool in left {
        out.push_str(&format!(
            "The scratch pool {pool} was left over by an earlier rehearsal, and is removed first.\n"
        ));
    }
    show::prose(&out)
}

pub(super) fn words(done: &Result, note: Option<&str>) -> String {
    let mut out = String::new();
    for verdict in Verdict::ALL {
        let count = done.summary.count(verdict);
        if count > 0 {
            out.push_str(&format!("{count:>6} {}\n", verdict.code().replace('_', " ")));
        }
    }
    let reasons: Vec<_> = done.summary.reasons.iter().collect();
    if !reasons.is_empty() {
        out.push('\n');
        for ((verdict, reason), count) in reasons {
            out.push_str(&format!("{count:>6} {}: {reason}\n", verdict.code().replace('_', " ")));
        }
    }
    for (sub, problem) in &done.failed {
        out.push_str(&show::beside(10, "failed", &format!("{sub}: {problem}")));
    }
    let named = done.rows.iter().take(NAMED);
    for row in named {
        let who = row.old_sub.as_ref().map_or("", |sub| sub.as_str());
        out.push_str(&format!("\n{who}: {}\n", row.verdict.code().replace('_', " ")));
        for finding in &row.findings {
            out.push_str(&show::beside(4, "", &format!("{}: {}", finding.what, finding.why.code())));
        }
    }
    if done.rows.len() > NAMED {
        out.push_str(&format!("\n… and {} more: --json names all\n", done.rows.len() - NAMED));
    }
    out.push('\n');
    if let Some(note) = note {
        out.push_str(&show::beside(0, "", note));
    }
    out.push_str("the scratch pool is removed\n");
    out
}

pub(super) fn json(done: &Result, pool: &PoolId, note: Option<&str>) -> String {
    let verdicts: Value = done
        .summary
        .verdicts
        .iter()
        .map(|(verdict, count)| (verdict.code().to_owned(), json!(count)))
        .collect();
    let rows: Vec<_> = done.rows.iter().map(row).collect();
    let failed: Vec<_> = done
        .failed
        .iter()
        .map(|(sub, problem)| json!({ "old_sub": sub.as_str(), "why": problem.to_string() }))
        .collect();
    let told = json!({ "scratch_pool": pool.as_str(), "verdicts": verdicts, "not_equal": rows, "failed": failed, "note": note });
    format!("{told:#}\n")
}

fn row(row: &Row) -> Value {
    let findings: Vec<_> = row
        .findings
        .iter()
        .map(|finding| json!({ "what": finding.what.to_string(), "why": finding.why.code() }))
        .collect();
    json!({ "old_sub": row.old_sub.as_ref().map(|sub| sub.as_str()), "verdict": row.verdict.code(), "findings": findings })
}
