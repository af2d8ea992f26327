//! The exported links, held against the table and the new pool.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::local::Link;

/// Each link of the table is exported, and no other; and who is nobody of the old pool has left the new one (`alive`), or is listed as
/// somebody for whom nobody can be made. Gives it in words.
pub(super) fn compare(
    rows: &[Value],
    links: &[Link],
    alive: &BTreeSet<String>,
    conflicts: &Value,
) -> Result<String> {
    let (of_old, apart): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["old_sub"].is_string());
    let (exported, known) = (of_old.len(), links.len());
    ensure!(exported == known, "{exported} links were exported, and the table has {known}");
    for link in links {
        let is_told = of_old
            .iter()
            .any(|row| row["user_id"] == link.user_id.as_str() && row["old_sub"] == link.old_sub.as_str());
        ensure!(is_told, "the link of {} was not exported", link.old_sub);
    }
    let listed = conflicts["conflicts"].as_array().map(Vec::as_slice).unwrap_or_default();
    for row in &apart {
        let sub = row["new_sub"].as_str().unwrap_or_default();
        let is_listed = listed.iter().any(|conflict| conflict["born_in_new"] == sub);
        ensure!(
            !sub.is_empty() && (is_listed || !alive.contains(sub)),
            "{row}: in the new pool, nobody of the old one, and not listed"
        );
    }
    Ok(match apart.len() {
        0 => format!("{exported} links exported"),
        apart => format!("{exported} links exported, and {apart} accounts that are nobody of the old pool"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn links() -> Vec<Link> {
        let link = |sub: &str, state: &str| Link {
            user_id: sub.to_owned(),
            old_sub: sub.to_owned(),
            new_sub: None,
            state: state.to_owned(),
        };
        vec![link("old-1", "linked"), link("old-2", "tombstone: deleted")]
    }

    fn rows(apart: &[&str]) -> Vec<Value> {
        let of_old = ["old-1", "old-2"].map(|sub| json!({ "user_id": sub, "old_sub": sub, "new_sub": null }));
        let apart = apart.iter().map(|sub| json!({ "user_id": sub, "old_sub": null, "new_sub": sub }));
        of_old.into_iter().chain(apart).collect()
    }

    fn compared(rows: &[Value]) -> Result<String> {
        let alive = BTreeSet::from(["listed".to_owned(), "alive".to_owned()]);
        let conflicts = json!({ "conflicts": [{ "old_sub": "old-1" }, { "born_in_new": "listed" }] });
        compare(rows, &links(), &alive, &conflicts)
    }

    #[test]
    fn who_left_or_is_listed_may_be_nobody_of_the_old_pool() {
        assert_eq!(compared(&rows(&[])).unwrap(), "2 links exported");
        let told = compared(&rows(&["gone", "listed"])).unwrap();
        assert_eq!(told, "2 links exported, and 2 accounts that are nobody of the old pool");
        assert!(compared(&rows(&["gone", "alive"])).unwrap_err().to_string().contains("not listed"));
    }

    #[test]
    fn each_link_is_exported_and_no_other() {
        let mut rows = rows(&["gone"]);
        rows[1]["user_id"] = json!("old-9");
        assert!(compared(&rows).unwrap_err().to_string().contains("of old-2 was not"));
        rows.remove(1);
        let told = compared(&rows).unwrap_err().to_string();
        assert_eq!(told, "1 links were exported, and the table has 2");
    }
}
