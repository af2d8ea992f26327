//! A bug, and a file with bugs in it.

use anyhow::{Result, bail};

/// Stands in the wrong code for the condition that is true while the bug is in.
pub(super) const PLANTED: &str = "PLANTED";

/// Something a tired engineer could write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bug {
    /// For the command line and the table.
    pub(super) name: &'static str,
    /// What is wrong, for people.
    pub(super) what: &'static str,
    /// Which file it is in, from the top of the project.
    pub(super) file: &'static str,
    /// The right code: stands once in the file.
    pub(super) find: &'static str,
    /// The same with the wrong code where [`PLANTED`] holds.
    pub(super) replace: &'static str,
}

impl Bug {
    /// The wrong code with its condition.
    fn code(&self) -> String {
        let core = if self.file.starts_with("crates/twinpool-core/") { "crate" } else { "twinpool_core" };
        self.replace.replace(PLANTED, &format!("{core}::planted::is({:?})", self.name))
    }
}

/// A file's text with all of these bugs in it, each behind its condition.
///
/// # Errors
/// When a bug has no place in the text, or more than one, or the place of another, or no condition.
pub(super) fn plant(text: &str, bugs: &[&Bug]) -> Result<String> {
    let mut places = Vec::new();
    for bug in bugs {
        if !bug.replace.contains(PLANTED) {
            bail!("the planted bug {} would always be in: its code does not say {PLANTED}", bug.name);
        }
        let mut found = text.match_indices(bug.find);
        match (found.next(), found.next()) {
            (Some((place, _)), None) => places.push((place, *bug)),
            (None, _) => bail!(
                "the planted bug {} finds no place in {}, which has changed: look it through, and correct it in {LIST}",
                bug.name,
                bug.file
            ),
            (Some(_), Some(_)) => bail!(
                "the planted bug {} finds several places in {}: say more of the one that is meant, in {LIST}",
                bug.name,
                bug.file
            ),
        }
    }
    places.sort_by_key(|(place, _)| *place);
    let mut planted = String::with_capacity(text.len());
    let mut rest = 0;
    for (place, bug) in places {
        let Some(before) = text.get(rest..place) else {
            bail!("the planted bug {} has the place of another in {}", bug.name, bug.file);
        };
        planted.push_str(before);
        planted.push_str(&bug.code());
        rest = place + bug.find.len();
    }
    planted.push_str(text.get(rest..).unwrap_or_default());
    Ok(planted)
}

/// Where the bugs are listed.
const LIST: &str = "crates/xtask/src/simulate/planted/bugs";

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "if stored != read {\n    return stale();\n}\nwrite(next)";

    fn bug(find: &'static str, replace: &'static str) -> Bug {
        Bug { name: "a-bug", what: "", file: "crates/twinpool-engine/src/record.rs", find, replace }
    }

    #[test]
    fn each_bug_stands_in_its_place_behind_its_own_condition() {
        let fence = bug("stored != read", "stored != read && !PLANTED");
        let write = Bug {
            name: "other",
            file: "crates/twinpool-core/src/link.rs",
            ..bug("next", "if PLANTED { last } else { next }")
        };
        let planted = plant(TEXT, &[&write, &fence]).unwrap();
        assert_eq!(
            planted,
            "if stored != read && !twinpool_core::planted::is(\"a-bug\") {\n    return stale();\n}\n\
             write(if crate::planted::is(\"other\") { last } else { next })"
        );
    }

    #[test]
    fn a_place_that_is_gone_or_not_clear_is_refused_by_name() {
        for find in ["stored == read", "re"] {
            let refusal = plant(TEXT, &[&bug(find, "PLANTED")]).unwrap_err().to_string();
            assert!(refusal.contains("a-bug") && refusal.contains("record.rs"), "{refusal}");
        }
    }

    #[test]
    fn two_bugs_do_not_stand_in_one_place() {
        let (one, other) = (bug("stored != read", "PLANTED"), bug("!= read {", "PLANTED"));
        assert!(plant(TEXT, &[&one, &other]).is_err());
    }

    #[test]
    fn a_bug_that_would_always_be_in_is_refused() {
        assert!(plant(TEXT, &[&bug("stored != read", "false")]).is_err());
    }
}
