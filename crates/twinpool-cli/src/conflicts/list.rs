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
        for (reason, count) in &self.counts {
            out.push_str(&show::beside(33, &format!("{count:>7}  {}", reason.code()), reason.remedy()));
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
mod tests;
