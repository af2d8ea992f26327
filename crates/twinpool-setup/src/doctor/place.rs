//! The clock, and the table of links.

use serde_json::Value;

use super::facts::{Facts, text};
use super::step::{Part, Step, faults_or};

/// AWS refuses signatures that are five minutes off, some services a quarter of an hour.
const OFF: u64 = 60;

/// This machine's clock beside AWS's.
pub(super) fn clock(facts: &Facts) -> Vec<Step> {
    let part = Part::Clock;
    let ahead = match &facts.ahead {
        Ok(ahead) => *ahead,
        Err(blind) => return vec![Step::blind(part, "the clock of AWS", blind, "check the network")],
    };
    let off = ahead.unsigned_abs();
    let way = if ahead < 0 { "behind" } else { "ahead of" };
    vec![if off < OFF {
        Step::fine(part, format!("{off} s {way} AWS"))
    } else {
        let why = format!("this machine is {off} s {way} AWS, which refuses calls from five minutes on");
        Step::broken(part, why, "set the clock, best by NTP")
    }]
}

/// The table of links.
pub(super) fn table(facts: &Facts) -> Vec<Step> {
    let part = Part::Table;
    let mut faults = Vec::new();
    match &facts.table {
        Ok(table) => {
            if let Some(status) = text(table, "TableStatus").filter(|status| *status != "ACTIVE") {
                faults.push(Step::broken(
                    part,
                    format!("the table of links is {status}"),
                    "wait a minute and look again",
                ));
            }
            let key = table.get("KeySchema").and_then(|keys| keys.get(0)?.get("AttributeName")?.as_str());
            if key.is_some_and(|key| key != "pk") {
                faults.push(Step::broken(
                    part,
                    "the table is no table of links: its key is not pk",
                    "correct --table / TWINPOOL_LINKS_TABLE",
                ));
            }
        }
        Err(blind) => faults.push(Step::blind(
            part,
            "the table of links",
            blind,
            "correct --table / TWINPOOL_LINKS_TABLE, or deploy the stack: twinpool deploy",
        )),
    }
    let (old, new) = (&facts.expected.old_pool, &facts.expected.new_pool);
    let fine = match &facts.pools {
        Ok(None) => "there; nothing was mirrored yet".to_owned(),
        Ok(Some((of, to))) if (of, to) == (old, new) => "there, and of these two pools".to_owned(),
        Ok(Some((of, to))) => {
            let why = format!(
                "the table is of the old pool {of} and the new pool {to}: the mirror refuses to start"
            );
            faults.push(Step::broken(
                part,
                why,
                "correct the pools, or deploy another stack for other pools",
            ));
            String::new()
        }
        Err(blind) => {
            if faults.is_empty() {
                faults.push(Step::blind(
                    part,
                    "what the table is of",
                    blind,
                    "correct --table / TWINPOOL_LINKS_TABLE",
                ));
            }
            String::new()
        }
    };
    let protected = facts.table.as_ref().ok().and_then(|table| table.get("DeletionProtectionEnabled"));
    let note = if protected == Some(&Value::Bool(false)) { "; anybody who may can delete it" } else { "" };
    faults_or(part, faults, format!("{fine}{note}"))
}
