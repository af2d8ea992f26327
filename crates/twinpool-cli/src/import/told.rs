//! What an import says.

use serde_json::json;
use twinpool_engine::Selection;

use super::check::Checked;
use crate::carry::Also;
use crate::show::{minute, prose, rfc3339, thousands};

/// Which lines are left out.
pub(super) fn broken_lines(checked: &Checked) -> Option<String> {
    let mut lines: Vec<_> =
        checked.named.iter().map(|(line, flaw)| format!("line {line} is left out: {flaw}")).collect();
    let more = checked.broken - checked.named.len() as u64;
    if more > 0 {
        lines.push(format!("and {} more lines", thousands(more)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Before anything is done.
pub(super) fn intent(checked: &Checked, list_tells_all: bool, percent: u8) -> String {
    let (users, at) = (thousands(checked.users), minute(checked.head.started_at));
    let mut out = format!(
        "The file holds {users} users of the old pool as they were at {at}. Whoever is not in the new pool yet is made \
         there as the file says, and counts as an active user of it this month; nobody is messaged. Groups are read in the \
         old pool, so nobody is made who was deleted there since. What else has changed since is not in the file.\n"
    );
    if !list_tells_all {
        out += "The old pool has second factors, passkeys or devices, so each new user is read there and counts as active.\n";
    }
    if checked.unreadable > 0 {
        out += &format!(
            "Not in the file: {} users whom the export could not read.\n",
            thousands(checked.unreadable)
        );
    }
    prose(&(out + &format!("At most {percent} % of each Cognito quota is used.\n")))
}

/// The same for the same selection of the same file: a run goes on only where it is. A line that was corrected makes another.
pub(super) fn scope(selection: &Selection, checked: &Checked) -> String {
    let head = &checked.head;
    format!("{selection} of {} as of {}, {} users", head.pool, rfc3339(head.started_at), checked.users)
}

/// At the end.
pub(super) fn ending(checked: &Checked) -> Also {
    let head = &checked.head;
    let words = prose(&format!(
        "What has changed in the old pool since {} is not in the file: `twinpool backfill` brings it.\n\n",
        minute(head.started_at)
    ));
    let json = json!({
        "pool": head.pool.as_str(),
        "as_of": rfc3339(head.started_at),
        "users": checked.users,
        "broken_lines": checked.broken,
        "unreadable": checked.unreadable,
    });
    Also { words, json: Some(("file", json)), is_warning: checked.unreadable > 0 }
}
