//! What was found, for people at 80 columns and for programs.

use serde_json::{Value, json};
use twinpool_setup::audit::{Finding, Report, Severity};

use crate::show::{self, thousands};

/// All that is to be told.
pub(super) struct Sheet<'a> {
    /// The old one and the new one.
    pub(super) pools: [&'a str; 2],
    /// How many were looked at; `None` where nobody looked.
    pub(super) users: Option<u64>,
    /// When, in UTC.
    pub(super) at: String,
    pub(super) report: &'a Report,
}

impl Sheet<'_> {
    /// Whether it may go on, in a sentence.
    pub(super) fn verdict(&self) -> String {
        let report = self.report;
        let (blocks, warns) = (report.open(Severity::Blocks), report.open(Severity::Warns));
        let accepted = match report.accepted() {
            0 => String::new(),
            number => format!("; {number} accepted"),
        };
        let verdict = match report.verdict() {
            Some(Severity::Blocks) => format!("must not go on: {blocks} block, {warns} warn"),
            Some(Severity::Warns) => format!("may go on, with {}", show::count(warns, "warning")),
            Some(Severity::Notes) | None => "nothing stands in the way".to_owned(),
        };
        format!("{verdict}{accepted}")
    }

    /// What was looked at, in a line.
    pub(super) fn basis(&self) -> String {
        let [old, new] = self.pools;
        let users = match self.users {
            Some(number) => format!("{} users", thousands(number)),
            None => "no users".to_owned(),
        };
        format!("audit of {old} and {new}: settings, and {users}")
    }

    /// A table, and more of whatever is open.
    pub(super) fn words(&self) -> String {
        let mut out = format!("{}\n\n", self.basis());
        let rows: Vec<_> = self.report.findings.iter().map(row).collect();
        out += &show::table(&["SEVERITY", "FINDING", "COUNT", "ABOUT"], &rows);
        let is_told = |one: &&Finding| !one.is_accepted && one.code.severity != Severity::Notes;
        for finding in self.report.findings.iter().filter(is_told) {
            out += &told(finding);
        }
        for finding in self.report.findings.iter().filter(|one| one.code.name == "nobody-is-messaged") {
            out.push('\n');
            out += &show::field("messages", &plain(&format!("{}: {}", finding.code.title, finding.detail)));
        }
        out + &format!("\n{}\n", self.verdict())
    }

    pub(super) fn json(&self) -> String {
        let [old, new] = self.pools;
        let all = json!({
            "old_pool": old,
            "new_pool": new,
            "users": self.users,
            "at": self.at,
            "verdict": self.report.verdict().map_or("fine", Severity::word),
            "findings": self.report.findings.iter().map(finding_json).collect::<Vec<_>>(),
        });
        format!("{all:#}\n")
    }
}

fn finding_json(finding: &Finding) -> Value {
    let example =
        |one: &twinpool_setup::audit::Example| json!({ "sub": one.sub.as_str(), "shows": one.shows });
    json!({
        "code": finding.code.name,
        "severity": finding.code.severity.word(),
        "accepted": finding.is_accepted,
        "title": finding.code.title,
        "detail": finding.detail,
        "count": finding.count,
        "names": finding.names,
        "examples": finding.examples.iter().map(example).collect::<Vec<_>>(),
        "effect": finding.code.effect,
        "fix": finding.fix,
    })
}

/// What a column of 80 takes beside the others.
const ABOUT: usize = 27;

fn row(finding: &Finding) -> Vec<String> {
    let word = if finding.is_accepted { "accepted" } else { finding.code.severity.word() };
    let count = finding.count.map_or("-".to_owned(), thousands);
    let about = plain(&finding.names.join(" "));
    let about = match about.char_indices().nth(ABOUT) {
        Some(_) => format!("{}…", about.chars().take(ABOUT - 1).collect::<String>()),
        None => about,
    };
    vec![word.to_owned(), finding.code.name.to_owned(), count, about]
}

fn told(finding: &Finding) -> String {
    let mut what = finding.code.title.to_owned();
    if !finding.detail.is_empty() {
        what += &format!("; {}", finding.detail);
    }
    let mut out = format!("\n{}: {}\n", finding.code.severity, finding.code.name);
    out += &show::field("what", &plain(&what));
    if !finding.names.is_empty() {
        out += &show::field("about", &plain(&finding.names.join(", ")));
    }
    out += &show::field("for users", finding.code.effect);
    out += &show::field("do", &plain(&finding.fix));
    for example in &finding.examples {
        out += &show::field("such as", &plain(&format!("{} {}", example.sub, example.shows)));
    }
    out
}

/// Names are their owners' texts: none may move the terminal's cursor.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '·' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
