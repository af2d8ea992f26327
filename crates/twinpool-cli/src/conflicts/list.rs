//! `twinpool conflicts list`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::OldSub;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::Page;

use super::{Found, Whose, walk};
use crate::options::{self, Table};
use crate::{Exit, Outcome, show};

/// Which conflicts to list.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Only those with this reason, such as `twin` or `taken`.
    #[arg(long, value_parser = a_reason)]
    reason: Option<Reason>,
    /// At most so many. All are counted.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
    /// Also what waits for a first sign-in, what cannot move, and what was decided: merged users and all decisions.
    #[arg(long)]
    all: bool,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

/// A reason by its code.
pub(super) fn a_reason(text: &str) -> Result<Reason, String> {
    Reason::from_code(text).ok_or_else(|| {
        let codes = Reason::ALL.map(Reason::code).join(", ");
        format!("there is no such reason; the reasons are {codes}")
    })
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let mut found = Vec::new();
    let wanted = |found: &Found| match arguments.reason {
        Some(reason) => found.reason == reason,
        None => arguments.all || found.reason.is_open(),
    };
    let mut decided = Vec::new();
    let each = |page: Page| {
        found.extend(Found::on(&page).into_iter().filter(wanted));
        if arguments.all {
            decided.extend(page.links.iter().flat_map(Decided::of));
        }
    };
    let unreadable = walk(&links, each).await.map_err(|error| arguments.table.problem(error))?;
    decided.sort();
    found.sort_by(|one, other| {
        (one.reason, &one.whose, &one.subject).cmp(&(other.reason, &other.whose, &other.subject))
    });
    let list = List { counts: counts(&found), total: found.len(), unreadable, decided };
    found.truncate(arguments.limit.unwrap_or(usize::MAX));
    let text = if arguments.json { list.json(&found) } else { list.table(&found) };
    Ok((text, Exit::Done))
}

/// What is known of all, shown or not.
struct List {
    counts: BTreeMap<Reason, usize>,
    total: usize,
    unreadable: usize,
    decided: Vec<Decided>,
}

/// What was decided, and is no conflict any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Decided {
    old_sub: OldSub,
    what: String,
    decision: String,
    state: &'static str,
}

impl Decided {
    /// What stands in the list of conflicts is left out here.
    fn of(link: &Link) -> Vec<Self> {
        let listed: Vec<_> = Found::of(link).into_iter().map(|found| found.subject).collect();
        let one = |what: &Subject, decision: String| Self {
            old_sub: link.old_sub.clone(),
            what: what.to_string(),
            decision,
            state: show::state(link),
        };
        let decisions = link.decisions.iter().filter(|(subject, _)| !listed.contains(subject));
        let mut all: Vec<_> =
            decisions.map(|(subject, decision)| one(subject, decision.to_string())).collect();
        if let LinkState::Merged { into, .. } = &link.state
            && !link.decisions.contains_key(&Subject::User)
        {
            all.push(one(&Subject::User, format!("merge into {into}")));
        }
        all
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "old_sub": self.old_sub.as_str(),
            "what": self.what,
            "decision": self.decision,
            "state": self.state,
        })
    }
}

fn counts(found: &[Found]) -> BTreeMap<Reason, usize> {
    let mut counts = BTreeMap::new();
    for one in found {
        *counts.entry(one.reason).or_default() += 1;
    }
    counts
}

impl List {
    fn json(&self, shown: &[Found]) -> String {
        let counts: BTreeMap<_, _> =
            self.counts.iter().map(|(reason, count)| (reason.code(), count)).collect();
        let all = json!({
            "conflicts": shown.iter().map(Found::json).collect::<Vec<_>>(),
            "counts": counts,
            "total": self.total,
            "decided": self.decided.iter().map(Decided::json).collect::<Vec<_>>(),
            "unreadable": self.unreadable,
        });
        format!("{all:#}\n")
    }

    fn table(&self, shown: &[Found]) -> String {
        let mut out = String::new();
        if self.total == 0 {
            out.push_str("no open conflicts\n");
        } else {
            out.push_str(&show::table(&HEAD, &shown.iter().map(row).collect::<Vec<_>>()));
            out.push_str("\nwhat helps one of them: twinpool conflicts show <old sub>\n\n");
        }
        let rows = self.counts.iter().map(|(reason, count)| {
            vec![format!("{count:>7}"), reason.code().to_owned(), reason.remedy().to_owned()]
        });
        for row in rows {
            out.push_str(&format!("{}  {:<23}  {}\n", row[0], row[1], row[2]));
        }
        if shown.len() < self.total {
            out.push_str(&format!("{} of {} are shown\n", shown.len(), self.total));
        }
        if !self.decided.is_empty() {
            let row = |one: &Decided| {
                vec![one.old_sub.to_string(), one.what.clone(), one.decision.clone(), one.state.to_owned()]
            };
            let rows: Vec<_> = self.decided.iter().map(row).collect();
            out.push_str(&format!("\n{}", show::table(&["old sub", "what", "decided", "link"], &rows)));
        }
        if self.unreadable > 0 {
            let items = show::count(self.unreadable, "item");
            out.push_str(&format!(
                "{items} of the table cannot be read: damaged, or written by a newer twinpool\n"
            ));
        }
        out
    }
}

const HEAD: [&str; 6] = ["old sub", "what", "reason", "since, or seen", "held by", "decided"];

fn row(found: &Found) -> Vec<String> {
    let dash = || "-".to_owned();
    let whose = match &found.whose {
        Whose::User(sub) => sub.to_string(),
        // Not of a user: the group itself. Nor of one of the old pool.
        Whose::Group(_) | Whose::Born(_) => dash(),
    };
    let what = match &found.whose {
        Whose::User(_) => found.subject.to_string(),
        Whose::Group(name) => format!("group {name} itself"),
        Whose::Born(sub) => format!("nobody in the old pool for {sub}: {}", found.subject),
    };
    vec![
        whose,
        what,
        found.reason.code().to_owned(),
        show::minute(found.at),
        found.holder.as_ref().map_or_else(dash, ToString::to_string),
        found.decision.as_ref().map_or_else(dash, ToString::to_string),
    ]
}

#[cfg(test)]
mod tests {
    use twinpool_core::decision::Decision;
    use twinpool_core::digest::Digest;
    use twinpool_core::group::GroupRecord;
    use twinpool_core::id::GroupName;
    use twinpool_core::snapshot::Factor;

    use super::*;
    use crate::samples::{AT, attribute, conflict, in_state, old, pair};

    fn page() -> Page {
        let mut decided = conflict();
        decided.old_sub = old("old-3");
        decided.decisions.insert(Subject::User, Decision::MergeInto(old("old-9")));
        let name = GroupName::parse("staff").unwrap();
        let group = GroupRecord {
            new_name: name.clone(),
            name,
            made: true,
            old: Digest::stored("a"),
            new: Digest::stored("b"),
            held_back: Some(Reason::Refused),
            mirrored_at: AT,
            version: 1,
        };
        let held = [
            (attribute("email"), Reason::Taken),
            (attribute("nickname"), Reason::NewWins),
            (Subject::Factor(Factor::Totp), Reason::CannotMove),
        ];
        let links = vec![pair("old-1", &held), conflict(), decided];
        Page { links, groups: vec![group], ..Page::default() }
    }

    fn list(wanted: impl Fn(&Found) -> bool) -> (List, Vec<Found>) {
        let found: Vec<_> = Found::on(&page()).into_iter().filter(|one| wanted(one)).collect();
        (List { counts: counts(&found), total: found.len(), unreadable: 0, decided: Vec::new() }, found)
    }

    #[test]
    fn a_table_for_people() {
        let (list, found) = list(|found| found.reason.is_open());
        insta::assert_snapshot!(list.table(&found), @r"
        old sub  what                reason   since, or seen    held by  decided
        old-1    attribute email     taken    2026-11-21 00:00  -        -
        old-2    user                twin     2026-11-21 00:00  new-1    -
        old-3    user                twin     2026-11-21 00:00  new-1    merge into old-9
        -        group staff itself  refused  2026-11-21 00:00  -        -

        what helps one of them: twinpool conflicts show <old sub>

              1  refused                  the new pool refuses it: correct it in the old pool, or change what the new pool allows
              1  taken                    another user of the new pool signs in with the name, address or number: find out whose it is, and free it
              2  twin                     another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool
        ");
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let (list, found) = list(|_| true);
        let list = List { unreadable: 2, ..list };
        insta::assert_snapshot!(list.table(&found[..1]), @r"
        old sub  what             reason  since, or seen    held by  decided
        old-1    attribute email  taken   2026-11-21 00:00  -        -

        what helps one of them: twinpool conflicts show <old sub>

              1  refused                  the new pool refuses it: correct it in the old pool, or change what the new pool allows
              1  taken                    another user of the new pool signs in with the name, address or number: find out whose it is, and free it
              2  twin                     another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool
              1  new_wins                 the new pool's own value stands: a rule of twinpool.toml or a decision says so
              1  cannot_move              Cognito gives it to nobody: the user sets it up again in the new pool, and should be told
        1 of 6 are shown
        2 items of the table cannot be read: damaged, or written by a newer twinpool
        ");
        assert_eq!(
            List { counts: BTreeMap::new(), total: 0, unreadable: 0, decided: Vec::new() }.table(&[]),
            "no open conflicts\n"
        );
    }

    #[test]
    fn json_for_programs() {
        let (list, found) = list(|found| matches!(found.reason, Reason::Twin));
        insta::assert_snapshot!(list.json(&found[..1]), @r#"
        {
          "conflicts": [
            {
              "at": "2026-11-21T00:00:00.123Z",
              "born_in_new": null,
              "decision": null,
              "group": null,
              "holder": "new-1",
              "old_sub": "old-2",
              "open": true,
              "reason": "twin",
              "remedy": "another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool",
              "what": "user"
            }
          ],
          "counts": {
            "twin": 2
          },
          "decided": [],
          "total": 2,
          "unreadable": 0
        }
        "#);
    }

    #[test]
    fn merged_users_and_decisions_are_listed_too() {
        let merged = in_state("old-2", LinkState::Merged { into: old("old-1"), since: AT });
        let mut kept = pair("old-3", &[]);
        kept.decisions.insert(attribute("name"), Decision::KeepNew);
        // This one stands among the conflicts, with its decision.
        let mut listed = conflict();
        listed.decisions.insert(Subject::User, Decision::LeaveOut);
        let decided: Vec<_> = [merged, kept, listed].iter().flat_map(Decided::of).collect();
        let list = List { counts: BTreeMap::new(), total: 0, unreadable: 0, decided };
        insta::assert_snapshot!(list.table(&[]), @r"
        no open conflicts

        old sub  what            decided           link
        old-2    user            merge into old-1  merged
        old-3    attribute name  keep new          linked
        ");
    }

    #[test]
    fn an_unknown_reason_is_answered_with_the_reasons() {
        assert_eq!(a_reason("twin"), Ok(Reason::Twin));
        assert!(a_reason("twins").unwrap_err().contains("twin,"));
    }
}
