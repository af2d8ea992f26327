//! `twinpool report mfa`: whom the owner has to tell that something cannot move.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{OldSub, Timestamp, UserId};
use twinpool_core::link::Link;
use twinpool_core::snapshot::Factor;

use crate::conflicts::walk;
use crate::options::{self, Table};
use crate::show::{self, rfc3339};
use crate::{Exit, Outcome};

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// For spreadsheets: one line per user.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

/// What the links say of factors that cannot move.
#[derive(Debug, Default)]
struct Report {
    users: Vec<User>,
    /// All who are in both pools.
    linked: usize,
    unreadable: usize,
}

#[derive(Debug)]
struct User {
    old_sub: OldSub,
    user_id: UserId,
    factors: Vec<Factor>,
    mirrored_at: Timestamp,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let mut report = Report::default();
    let unreadable = walk(&links, |page| page.links.iter().for_each(|link| report.add(link)))
        .await
        .map_err(|error| arguments.table.problem(error))?;
    report.unreadable = unreadable;
    report.users.sort_by(|one, other| one.old_sub.cmp(&other.old_sub));
    let text = match (arguments.csv, arguments.json) {
        (true, _) => report.csv(),
        (false, true) => report.json(),
        (false, false) => report.table(),
    };
    Ok((text, Exit::Done))
}

impl Report {
    fn add(&mut self, link: &Link) {
        let Some(linked) = link.linked() else {
            return;
        };
        self.linked += 1;
        let factors = linked.held_back.iter().filter_map(|held| match (&held.subject, held.reason) {
            (Subject::Factor(factor), Reason::CannotMove) => Some(*factor),
            _ => None,
        });
        let factors: Vec<_> = factors.collect();
        if !factors.is_empty() {
            self.users.push(User {
                old_sub: link.old_sub.clone(),
                user_id: link.user_id.clone(),
                factors,
                mirrored_at: linked.mirrored_at,
            });
        }
    }

    fn counts(&self) -> BTreeMap<Factor, usize> {
        let mut counts = BTreeMap::new();
        for factor in self.users.iter().flat_map(|user| &user.factors) {
            *counts.entry(*factor).or_default() += 1;
        }
        counts
    }

    /// The users who were looked at first and last.
    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.users.iter().map(|user| user.mirrored_at);
        times().min().zip(times().max())
    }

    fn csv(&self) -> String {
        let line = |user: &User| {
            format!("{},{},{},{}\n", user.old_sub, user.user_id, user.words(), rfc3339(user.mirrored_at))
        };
        let lines: String = self.users.iter().map(line).collect();
        format!("old_sub,user_id,factors,as_of\n{lines}")
    }

    fn json(&self) -> String {
        let one = |user: &User| {
            json!({
                "old_sub": user.old_sub.as_str(),
                "user_id": user.user_id.as_str(),
                "factors": user.factors.iter().map(|factor| factor.code()).collect::<Vec<_>>(),
                "as_of": rfc3339(user.mirrored_at),
            })
        };
        let counts: BTreeMap<_, _> =
            self.counts().into_iter().map(|(factor, count)| (factor.code(), count)).collect();
        let all = json!({
            "users": self.users.iter().map(one).collect::<Vec<_>>(),
            "counts": counts,
            "linked": self.linked,
            "unreadable": self.unreadable,
        });
        format!("{all:#}\n")
    }

    fn table(&self) -> String {
        let mut out = String::new();
        if !self.users.is_empty() {
            let row = |user: &User| {
                let ids = [user.old_sub.to_string(), user.user_id.to_string()];
                ids.into_iter().chain([user.words(), show::minute(user.mirrored_at)]).collect()
            };
            let rows: Vec<_> = self.users.iter().map(row).collect();
            out.push_str(&show::table(&["old sub", "user id", "cannot move", "as of"], &rows));
            out.push('\n');
        }
        for (factor, count) in self.counts() {
            out.push_str(&format!("{count:>7}  {factor}\n"));
        }
        let linked = show::count(self.linked, "linked user");
        out.push_str(&format!(
            "{} of {linked} must set something up again in the new pool\n",
            self.users.len()
        ));
        if let Some((first, last)) = self.span() {
            let (first, last) = (show::minute(first), show::minute(last));
            out.push_str(&format!("as each was at its last mirror, from {first} to {last}\n"));
        }
        out.push_str("what a user set up since, without another change or sign-in, is not seen yet;\n");
        out.push_str("users whom twinpool has not seen yet are not in it\n");
        if self.unreadable > 0 {
            let items = show::count(self.unreadable, "item");
            out.push_str(&format!(
                "{items} of the table cannot be read: damaged, or written by a newer twinpool\n"
            ));
        }
        out
    }
}

impl User {
    fn words(&self) -> String {
        self.factors.iter().map(|factor| factor.code()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{attribute, conflict, pair};

    fn report() -> Report {
        let held = |factors: &[Factor]| -> Vec<_> {
            factors.iter().map(|factor| (Subject::Factor(*factor), Reason::CannotMove)).collect()
        };
        let off = (Subject::Factor(Factor::Sms), Reason::MfaOff);
        let mut report = Report::default();
        for link in [
            pair("old-1", &held(&[Factor::Totp, Factor::Passkeys])),
            pair("old-3", &held(&[Factor::Totp])),
            pair("old-4", &[off, (attribute("email"), Reason::CannotMove)]),
            conflict(),
        ] {
            report.add(&link);
        }
        report
    }

    #[test]
    fn a_table_for_people() {
        insta::assert_snapshot!(report().table(), @r"
        old sub  user id  cannot move    as of
        old-1    old-1    totp passkeys  2026-11-21 00:00Z
        old-3    old-3    totp           2026-11-21 00:00Z

              2  totp
              1  passkeys
        2 of 3 linked users must set something up again in the new pool
        as each was at its last mirror, from 2026-11-21 00:00Z to 2026-11-21 00:00Z
        what a user set up since, without another change or sign-in, is not seen yet;
        users whom twinpool has not seen yet are not in it
        ");
        insta::assert_snapshot!(Report::default().table(), @r"
        0 of 0 linked users must set something up again in the new pool
        what a user set up since, without another change or sign-in, is not seen yet;
        users whom twinpool has not seen yet are not in it
        ");
    }

    #[test]
    fn csv_for_spreadsheets() {
        insta::assert_snapshot!(report().csv(), @r"
        old_sub,user_id,factors,as_of
        old-1,old-1,totp passkeys,2026-11-21T00:00:00.123Z
        old-3,old-3,totp,2026-11-21T00:00:00.123Z
        ");
    }

    #[test]
    fn json_for_programs() {
        insta::assert_snapshot!(report().json(), @r#"
        {
          "counts": {
            "passkeys": 1,
            "totp": 2
          },
          "linked": 3,
          "unreadable": 0,
          "users": [
            {
              "as_of": "2026-11-21T00:00:00.123Z",
              "factors": [
                "totp",
                "passkeys"
              ],
              "old_sub": "old-1",
              "user_id": "old-1"
            },
            {
              "as_of": "2026-11-21T00:00:00.123Z",
              "factors": [
                "totp"
              ],
              "old_sub": "old-3",
              "user_id": "old-3"
            }
          ]
        }
        "#);
    }
}
