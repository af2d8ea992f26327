//! The exported links, held against the table and the new pool.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::local::Link;

/// Both files.
pub(super) struct Exported<'a> {
    /// The JSON lines.
    pub(super) rows: &'a [Value],
    pub(super) sql: &'a str,
}

impl Exported<'_> {
    /// Both say the same.
    fn agree(&self) -> Result<()> {
        let sorted = |rows: &[Value]| {
            let mut rows: Vec<_> = rows.iter().map(Value::to_string).collect();
            rows.sort();
            rows
        };
        let (one, other) = (sorted(self.rows), sorted(&sql_rows(self.sql)?));
        let differs = one.iter().zip(&other).find(|(one, other)| one != other);
        ensure!(
            one.len() == other.len() && differs.is_none(),
            "{} JSON lines and {} rows of SQL: {differs:?}",
            one.len(),
            other.len()
        );
        Ok(())
    }
}

/// The rows of a script, as the JSON lines have them.
fn sql_rows(sql: &str) -> Result<Vec<Value>> {
    let rows = sql.lines().filter_map(|line| line.strip_prefix("  ('"));
    rows.map(|line| {
        let row = line.trim_end_matches([',', ';']).strip_suffix("')").context("a row of SQL is cut off")?;
        let row = format!("'{row}'");
        let cells = row.split(", ").map(|cell| match cell {
            "NULL" => Value::Null,
            text => text.trim_matches('\'').into(),
        });
        let [user_id, old_sub, new_sub, state] = <[Value; 4]>::try_from(cells.collect::<Vec<_>>())
            .map_err(|cells| anyhow::anyhow!("a row of SQL has {} columns", cells.len()))?;
        Ok(json!({ "user_id": user_id, "old_sub": old_sub, "new_sub": new_sub, "state": state }))
    })
    .collect()
}

/// Each link of the table is exported, and no other; and who is nobody of the old pool has left the new one (`alive`), or is listed as
/// somebody for whom nobody can be made. Gives it in words.
pub(super) fn compare(
    exported: &Exported<'_>,
    links: &[Link],
    alive: &BTreeSet<String>,
    conflicts: &Value,
) -> Result<String> {
    exported.agree()?;
    let (of_old, apart): (Vec<_>, Vec<_>) = exported.rows.iter().partition(|row| row["old_sub"].is_string());
    let (exported, known) = (of_old.len(), links.len());
    ensure!(exported == known, "{exported} links were exported, and the table has {known}");
    for link in links {
        let is_told = of_old.iter().any(|row| {
            let is_new = row["new_sub"].as_str() == link.new_sub.as_deref();
            row["user_id"] == link.user_id.as_str() && row["old_sub"] == link.old_sub.as_str() && is_new
        });
        ensure!(is_told, "the link of {} was not exported as it is", link.old_sub);
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
            new_sub: (state == "linked").then(|| format!("{sub}-new")),
            state: state.to_owned(),
        };
        vec![link("old-1", "linked"), link("old-2", "tombstone: deleted")]
    }

    fn rows(apart: &[&str]) -> Vec<Value> {
        let of_old = [("old-1", Some("old-1-new"), "linked"), ("old-2", None, "tombstone")];
        let of_old = of_old.map(
            |(sub, new, state)| json!({ "user_id": sub, "old_sub": sub, "new_sub": new, "state": state }),
        );
        let apart = apart
            .iter()
            .map(|sub| json!({ "user_id": sub, "old_sub": null, "new_sub": sub, "state": "born" }));
        of_old.into_iter().chain(apart).collect()
    }

    /// As `twinpool export links --sql` writes it.
    fn sql(rows: &[Value]) -> String {
        let cell = |cell: &Value| cell.as_str().map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"));
        let row = |row: &Value| {
            let cells = ["user_id", "old_sub", "new_sub", "state"].map(|name| cell(&row[name]));
            format!("  ({})", cells.join(", "))
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        format!("-- Who\nINSERT INTO x VALUES\n{};\n-- the end\n", rows.join(",\n"))
    }

    fn compared(rows: &[Value]) -> Result<String> {
        compared_with(rows, &sql(rows))
    }

    fn compared_with(rows: &[Value], sql: &str) -> Result<String> {
        let alive = BTreeSet::from(["listed".to_owned(), "alive".to_owned()]);
        let conflicts = json!({ "conflicts": [{ "old_sub": "old-1" }, { "born_in_new": "listed" }] });
        compare(&Exported { rows, sql }, &links(), &alive, &conflicts)
    }

    #[test]
    fn who_left_or_is_listed_may_be_nobody_of_the_old_pool() {
        assert_eq!(compared(&rows(&[])).unwrap(), "2 links exported");
        let told = compared(&rows(&["gone", "listed"])).unwrap();
        assert_eq!(told, "2 links exported, and 2 accounts that are nobody of the old pool");
        assert!(compared(&rows(&["gone", "alive"])).unwrap_err().to_string().contains("not listed"));
    }

    #[test]
    fn each_link_is_exported_as_it_is_and_no_other() {
        for name in ["user_id", "new_sub"] {
            let mut rows = rows(&["gone"]);
            rows[1][name] = json!("old-9");
            assert!(compared(&rows).unwrap_err().to_string().contains("of old-2 was not"), "{name}");
        }
        let mut rows = rows(&["gone"]);
        rows.remove(1);
        let told = compared(&rows).unwrap_err().to_string();
        assert_eq!(told, "1 links were exported, and the table has 2");
    }

    #[test]
    fn both_files_say_the_same() {
        let rows = rows(&["gone"]);
        let whole = sql(&rows);
        for wrong in [
            whole.replace("'old-1-new'", "'old-2-new'"),
            whole.replace("NULL, 'tombstone'", "'old-2-new', 'tombstone'"),
            whole.replace("'born')", "'born"),
            sql(&rows[..2]),
            String::new(),
        ] {
            assert!(compared_with(&rows, &wrong).is_err(), "{wrong}");
        }
    }
}
