//! `twinpool report passwords`: what would await people in the old pool, and who would need a password reset there.

use clap::{Args, ValueEnum};
use serde_json::json;
use twinpool_core::phase::PhaseReader as _;
use twinpool_core::port::Clock as _;
use twinpool_core::readiness::{InOld, NewOnly, OldPassword};
use twinpool_engine::{Awaited, Awaits};

use crate::clock::SystemClock;
use crate::options::{self, Table};
use crate::place::Place;
use crate::readiness::{self, Heard, Walked};
use crate::{Exit, Outcome};

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// The subs of all users of whom this is so, one a line, and why. Old subs; of users who are in the new pool only and were born
    /// there, new ones.
    #[arg(long, value_enum, value_name = "WHAT")]
    list: Option<What>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    new_place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Would need a password reset in the old pool, which does not ask for it yet.
    NeedReset,
    /// The old pool asks them for a reset.
    PutToReset,
    /// Are in the new pool only.
    NewOnly,
}

impl What {
    /// Why, in one word, if it is so of this user.
    fn reason(self, what: Awaits) -> Option<&'static str> {
        match (self, what) {
            (Self::NeedReset, Awaits::Old(InOld::Own | InOld::Made, OldPassword::Reset(because)))
            | (Self::PutToReset, Awaits::Old(InOld::Own | InOld::Made, OldPassword::PutToReset(because))) => {
                Some(because.code())
            }
            (Self::NewOnly, Awaits::NewOnly(why)) => Some(why.code()),
            (Self::NewOnly, Awaits::Old(InOld::Gone, _)) => Some(NewOnly::Deleted.code()),
            _ => None,
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let problem = |error| arguments.table.problem(error);
    let standing = links.standing().await.map_err(problem)?;
    let pools = links.pools().await.map_err(problem)?;
    let region = config.region().map(AsRef::as_ref);
    let heard = Heard::of_table(&standing, &arguments.new_place, region, pools.as_ref());
    let mut walked = Walked::over(&links, SystemClock.now()).await.map_err(problem)?;
    let exit = if walked.unreadable > 0 { Exit::Warned } else { Exit::Done };
    let text = match (arguments.list, arguments.json) {
        (Some(what), as_json) => listed(walked.ways.all(), what, as_json),
        (None, true) => format!("{:#}\n", readiness::json(&walked.readiness(heard))),
        (None, false) => readiness::table(&walked.readiness(heard)),
    };
    Ok((text, exit))
}

fn listed(all: impl Iterator<Item = Awaited>, what: What, as_json: bool) -> String {
    let mut found: Vec<_> =
        all.filter_map(|one| what.reason(one.what).map(|reason| (one.who, reason))).collect();
    found.sort();
    if as_json {
        let one = |(who, reason): &(_, &str)| {
            let who: &twinpool_core::id::Sub = who;
            json!({ "sub": who.as_str(), "because": reason })
        };
        let users: Vec<_> = found.iter().map(one).collect();
        return format!("{:#}\n", json!({ "users": users }));
    }
    found.iter().map(|(who, reason)| format!("{who} {reason}\n")).collect()
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::Sub;
    use twinpool_core::readiness::Because;

    use super::*;

    #[test]
    fn each_list_has_whom_it_is_of_and_why() {
        let one = |who: &str, what| Awaited { who: Sub::parse(who).unwrap(), what };
        let old = |where_to, password| Awaits::Old(where_to, password);
        let (reset, put) = (OldPassword::Reset(Because::Chosen), OldPassword::PutToReset(Because::Born));
        let all = [
            one("old-3", old(InOld::Own, reset)),
            one("old-2", old(InOld::Made, put)),
            one("old-1", old(InOld::Own, OldPassword::Works)),
            one("old-4", old(InOld::Disabled, reset)),
            one("old-5", old(InOld::Gone, reset)),
            one("new-6", Awaits::NewOnly(NewOnly::Born)),
        ];
        let list = |what| listed(all.iter().cloned(), what, false);
        assert_eq!(list(What::NeedReset), "old-3 chosen\n");
        assert_eq!(list(What::PutToReset), "old-2 born\n");
        assert_eq!(list(What::NewOnly), "new-6 born\nold-5 deleted\n");
    }
}
