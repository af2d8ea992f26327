//! The estimate, for people at 80 columns and for programs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_aws::usage::Load;
use twinpool_core::forecast::{Forecast, Mau, Way, rate};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Class, PortError};
use twinpool_core::quota::{Category, Quotas};

use super::look::Found;
use super::notice::{everywhere, notice};
use crate::show;

/// Where a quota is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The command line.
    Given,
    /// Service Quotas.
    Account,
    /// AWS's default.
    Default,
}

#[derive(Debug)]
pub(super) struct Sheet {
    /// The old and the new one.
    pub(super) pools: (PoolId, PoolId),
    pub(super) found: Found,
    pub(super) percent: u8,
    pub(super) quotas: Quotas,
    pub(super) sources: BTreeMap<Category, Source>,
    /// Why Service Quotas did not tell.
    pub(super) problem: Option<PortError>,
    /// What the account uses of the quotas now; empty if CloudWatch does not tell.
    pub(super) in_use: BTreeMap<Category, Load>,
    /// Whether each pool has quotas of its own: reads are then of the old pool's, writes of the new one's.
    pub(super) are_two: bool,
    pub(super) ways: Vec<Forecast>,
}

impl Sheet {
    pub(super) fn to_text(&self) -> String {
        let mut out = self.head();
        out += &format!("\n{}\n{}\n", self.times(), self.calls());
        for way in &self.ways {
            out += &show::field(name(way.way), &format!("{}.", notice(way.way)));
        }
        out += &show::field("all", &format!("{}.", self.everywhere().join("; ")));
        out += &show::field("MAU", "users who become active, and billable, because of it.");
        out +=
            &show::field("TIME", "the least that the share allows. Import jobs take their own time on top.");
        out
    }

    fn everywhere(&self) -> Vec<String> {
        everywhere(&self.found.crowd, self.found.unreachable)
    }

    fn head(&self) -> String {
        let crowd = &self.found.crowd;
        let about = if self.found.basis.groups_of.is_some() { "about " } else { "" };
        let mut out = show::field(
            "old pool",
            &format!(
                "{}: {} users, {} groups, {about}{} memberships",
                self.pools.0,
                short(crowd.users),
                short(crowd.groups),
                short(crowd.memberships)
            ),
        );
        out += &show::field("new pool", self.pools.1.as_str());
        let mut coming = format!("{} users", short(crowd.coming()));
        if crowd.known > 0 {
            coming += &format!("; {} are in the table already", short(crowd.known));
        }
        if crowd.waiting > 0 {
            coming +=
                &format!("; {} wait for a step of their own (unconfirmed, federated)", short(crowd.waiting));
        }
        out += &show::field("to come", &coming);
        out += &show::field("counted", &self.basis());
        out +=
            &show::field("budget", &format!("{} % of each quota; {}", self.percent, self.quotas_in_words()));
        if self.are_two {
            out += &show::field(
                "accounts",
                "two accounts or Regions: reads count against the old pool's quotas, writes against the new one's",
            );
        }
        let in_use = self.in_use();
        if !in_use.is_empty() {
            out += &show::field("in use", &in_use);
        }
        out
    }

    /// What the account uses now, where it is known.
    fn in_use(&self) -> String {
        let mut words = Vec::new();
        for (category, load) in &self.in_use {
            let quota = f64::from(self.quotas.of(*category));
            let mut said = format!("{category} {:.1} of {quota} a second", load.calls);
            if load.throttled > 0.0 {
                said += &format!(", {:.1} of them refused", load.throttled);
            }
            if load.calls + rate(*category, &self.quotas, self.percent) > quota {
                said += ", which does not leave the share";
            }
            words.push(said);
        }
        words.join("; ")
    }

    fn basis(&self) -> String {
        let users = self.found.basis.users.map(|number| format!("by the first {number} users"));
        let groups = self.found.basis.groups_of.map(|number| format!("by the groups of {number} users"));
        match (users, groups) {
            (None, None) => "all".to_owned(),
            (None, Some(groups)) => format!("all users; memberships judged {groups}: --exact counts them"),
            (users, groups) => {
                let basis: Vec<_> = users.into_iter().chain(groups).collect();
                format!("judged {}: --exact counts all", basis.join(", "))
            }
        }
    }

    fn quotas_in_words(&self) -> String {
        let count = |wanted| self.sources.values().filter(|source| **source == wanted).count();
        let mut words = Vec::new();
        for (source, said) in [
            (Source::Account, if self.are_two { "your accounts'" } else { "your account's" }),
            (Source::Given, "given by you"),
            (Source::Default, "AWS's defaults"),
        ] {
            match count(source) {
                0 => {}
                number if number == self.sources.len() => words.push(said.to_owned()),
                number => words.push(format!("{number} {said}")),
            }
        }
        let why = self.problem.as_ref().map(|error| match error.class {
            Class::Denied => " (your role lacks servicequotas:ListServiceQuotas)".to_owned(),
            _ => format!(" (Service Quotas did not answer: {})", error.code),
        });
        format!("quotas: {}{}", words.join(", "), why.unwrap_or_default())
    }

    fn times(&self) -> String {
        let mau = |mau| match mau {
            Mau::Of(number) => short(number),
            Mau::WhoActs(_) => "who acts".to_owned(),
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        for way in &self.ways {
            let (time, bound) = match way.takes {
                Some((time, category)) => (span(time), category.to_string()),
                None if way.way.is_walk() => ("nothing".to_owned(), "-".to_owned()),
                None => ("-".to_owned(), "the users themselves".to_owned()),
            };
            rows.push(vec![name(way.way).to_owned(), time, bound, mau(way.mau_old), mau(way.mau_new)]);
        }
        aligned(&["WAY", "TIME", "BOUND BY", "OLD MAU", "NEW MAU"], rows, &[1, 3, 4])
    }

    fn calls(&self) -> String {
        let mut rows = Vec::new();
        for category in Category::ALL {
            let numbers = self.ways.iter().map(|way| way.calls.get(&category).copied().unwrap_or_default());
            let numbers: Vec<_> = numbers.collect();
            if numbers.iter().all(|number| *number == 0) {
                continue;
            }
            let rate = rate(category, &self.quotas, self.percent);
            let mut row =
                vec![category.to_string(), format!("{rate:.1} of {}", self.quotas.reachable(category))];
            row.extend(
                numbers.into_iter().map(|number| if number == 0 { "-".to_owned() } else { short(number) }),
            );
            rows.push(row);
        }
        let heads: Vec<_> = self.ways.iter().map(|way| name(way.way).to_uppercase()).collect();
        let mut head = vec!["CALLS", "A SECOND"];
        head.extend(heads.iter().map(String::as_str));
        aligned(&head, rows, &[1, 2, 3, 4, 5])
    }

    pub(super) fn to_json(&self) -> String {
        let Found { crowd, unreachable, basis } = &self.found;
        let quota = |(category, source): (&Category, &Source)| {
            let source = match source {
                Source::Given => "given",
                Source::Account => "account",
                Source::Default => "default",
            };
            let value = json!({
                "rps": self.quotas.of(*category),
                "reachable_rps": self.quotas.reachable(*category),
                "source": source,
            });
            (category.name().to_owned(), value)
        };
        let in_use = |(category, load): (&Category, &Load)| {
            (category.name().to_owned(), json!({ "rps": load.calls, "throttled_rps": load.throttled }))
        };
        let all = json!({
            "old_pool": {
                "id": self.pools.0.as_str(),
                "users": crowd.users,
                "known": crowd.known,
                "waiting": crowd.waiting,
                "groups": crowd.groups,
                "memberships": crowd.memberships,
                "grouped_users": crowd.grouped,
                "disabled_users": crowd.disabled,
                "users_without_verified_contact": unreachable,
                "has_factors": crowd.has_factors,
            },
            "new_pool": { "id": self.pools.1.as_str() },
            "coming": crowd.coming(),
            "judged_by": { "users": basis.users, "groups_of_users": basis.groups_of },
            "percent": self.percent,
            "quotas_of_two": self.are_two,
            "quotas": self.sources.iter().map(quota).collect::<serde_json::Map<_, _>>(),
            "quotas_problem": self.problem.as_ref().map(|error| error.code.as_str()),
            "users_notice": self.everywhere(),
            "in_use": self.in_use.iter().map(in_use).collect::<serde_json::Map<_, _>>(),
            "ways": self.ways.iter().map(|way| self.way_json(way)).collect::<Vec<_>>(),
        });
        format!("{all:#}\n")
    }

    fn way_json(&self, way: &Forecast) -> Value {
        let mau = |mau| match mau {
            Mau::Of(number) => json!({ "users": number }),
            Mau::WhoActs(most) => json!({ "who_acts": true, "at_most": most }),
        };
        let calls = way.calls.iter().map(|(category, number)| (category.name().to_owned(), json!(number)));
        json!({
            "way": name(way.way),
            "calls": calls.collect::<serde_json::Map<_, _>>(),
            "seconds": way.takes.map(|(time, _)| time.as_secs()),
            "bound_by": way.takes.map(|(_, category)| category.name()),
            "mau_old": mau(way.mau_old),
            "mau_new": mau(way.mau_new),
            "users_notice": notice(way.way),
        })
    }
}

fn name(way: Way) -> &'static str {
    match way {
        Way::Events => "events",
        Way::Create => "backfill",
        Way::Csv => "csv",
        Way::FirstSignIn => "sign-in",
    }
}

/// As [`show::table`], with numbers to the right.
fn aligned(head: &[&str], mut rows: Vec<Vec<String>>, right: &[usize]) -> String {
    let mut head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    for column in right {
        let cells = rows.iter_mut().chain([&mut head]).filter_map(|row| row.get_mut(*column));
        let cells: Vec<&mut String> = cells.collect();
        let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or_default();
        cells.into_iter().for_each(|cell| *cell = format!("{cell:>width$}"));
    }
    show::table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

/// `1,234,567`; from ten million on `12.3 M`.
pub(super) fn short(number: u64) -> String {
    if number >= 10_000_000 {
        return format!("{}.{} M", number / 1_000_000, number / 100_000 % 10);
    }
    show::thousands(number)
}

fn span(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match minutes {
        0..60 => format!("{minutes} min"),
        60..6_000 => format!("{}.{} h", minutes / 60, minutes % 60 / 6),
        _ => format!("{} days", minutes.div_ceil(60 * 24)),
    }
}

#[cfg(test)]
mod tests;
