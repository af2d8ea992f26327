//! `twinpool report sign-in`: who has come into the new pool, and how, and how that went.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use twinpool_core::arrival::{Invitation, Stage, Way};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::port::Clock as _;
use twinpool_engine::{Comer, Standing, Standings, Tie, way_of};
use twinpool_rules::Rules;

use crate::clock::SystemClock;
use crate::conflicts::walk;
use crate::options::{self, RulesFile, Table};
use crate::place::Place;
use crate::{Exit, Outcome};

mod pools;
mod told;

use pools::Pools;

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// For spreadsheets: how many came by which way, one line per day or week.
    #[arg(long, conflicts_with_all = ["json", "list"])]
    csv: bool,
    /// For programs: one JSON object.
    #[arg(long, conflicts_with = "list")]
    json: bool,
    /// The old subs of all users in one state, one a line.
    #[arg(long, value_enum, value_name = "STATE")]
    list: Option<State>,
    /// How the time is cut.
    #[arg(long, value_enum, default_value_t = By::Week)]
    by: By,
    #[command(flatten)]
    rules: RulesFile,
    #[command(flatten)]
    table: Table,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Week,
}

/// A state, as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum State {
    /// The old password was carried over by the bridge.
    Bridged,
    /// Made at the first sign-in, with the old password.
    Migrated,
    /// With a one-time code of twinpool's.
    Passwordless,
    /// By a reset, an identity provider, a code of Cognito's.
    Otherwise,
    /// Was invited, and has not come.
    Invited,
    /// Was not invited, and has not come.
    NotYet,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Bridged, Self::Migrated, Self::Passwordless, Self::Otherwise, Self::Invited, Self::NotYet];

    fn of(stage: Stage) -> Self {
        match stage {
            Stage::Bridged => Self::Bridged,
            Stage::Migrated => Self::Migrated,
            Stage::Passwordless => Self::Passwordless,
            Stage::Came => Self::Otherwise,
            Stage::Invited => Self::Invited,
            Stage::NotYet => Self::NotYet,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Bridged => "bridged",
            Self::Migrated => "migrated",
            Self::Passwordless => "passwordless",
            Self::Otherwise => "otherwise",
            Self::Invited => "invited",
            Self::NotYet => "not_yet",
        }
    }

    fn has_come(self) -> bool {
        !matches!(self, Self::Invited | Self::NotYet)
    }
}

/// What the table says.
#[derive(Debug, Default)]
pub(super) struct Report {
    states: BTreeMap<State, u64>,
    /// Of those who have not come, by state and the way that the policy gives.
    ways: BTreeMap<(State, &'static str), u64>,
    /// Who came after an invitation.
    came_invited: u64,
    /// Whose invitation was begun, and nobody lived to say that it was sent.
    halfway: u64,
    /// Who was sent a temporary password that works no more.
    expired: u64,
    /// What the pools say.
    pools: Pools,
    /// Links that are no pair.
    others: BTreeMap<Tie, u64>,
    /// Who came and was born in the new pool.
    born_new: u64,
    /// Who came by which way, or was first invited, in the day or week that begins then.
    times: BTreeMap<u64, BTreeMap<State, u64>>,
    unreadable: usize,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (rules, _) = arguments.rules.read()?;
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let now = SystemClock.now();
    let mut all = Standings::default();
    let unreadable = walk(&links, |page| {
        page.links.iter().for_each(|link| all.add(link, way(&rules, link, now)));
        page.arrivals.iter().for_each(|(who, arrival)| all.add_arrival(who, arrival));
    });
    let unreadable = unreadable.await.map_err(|error| arguments.table.problem(error))?;
    if let Some(state) = arguments.list {
        return Ok((listed(all.all(), state), Exit::Done));
    }
    let pools = match links.pools().await {
        Ok(Some(pools)) => Pools::ask(arguments, &config, pools).await,
        Ok(None) | Err(_) => Pools::default(),
    };
    let mut report = Report { unreadable, pools, ..Report::default() };
    all.all().for_each(|standing| report.add(&standing, arguments.by, now));
    let text = match (arguments.csv, arguments.json) {
        (true, _) => report.csv(),
        (false, true) => report.json(),
        (false, false) => report.table(rules.sign_in().names_providers()),
    };
    Ok((text, Exit::Done))
}

fn way(rules: &Rules, link: &Link, now: Timestamp) -> Way {
    way_of(rules, Comer { link: Some(link), old: None, providers: &[].into() }, now)
}

fn is_in(standing: &Standing, state: State) -> bool {
    let state_is = State::of(standing.stage) == state;
    match standing.tie {
        Some((Tie::Pair, _)) => state_is,
        Some((Tie::Disabled, _)) => state_is && state.has_come(),
        _ => false,
    }
}

fn listed(all: impl Iterator<Item = Standing>, state: State) -> String {
    let mut subs: Vec<Sub> = all.filter(|one| is_in(one, state)).map(|one| one.who).collect();
    subs.sort_unstable();
    subs.iter().map(|sub| format!("{sub}\n")).collect()
}

impl Report {
    fn add(&mut self, standing: &Standing, by: By, now: Timestamp) {
        let state = State::of(standing.stage);
        let way = match standing.tie {
            None => return self.born_new += 1,
            Some((Tie::Pair, way)) => way,
            Some((Tie::Disabled, way)) if state.has_come() => way,
            Some((tie, _)) => return *self.others.entry(tie).or_default() += 1,
        };
        *self.states.entry(state).or_default() += 1;
        if state.has_come() {
            self.came_invited += u64::from(standing.invited_at.is_some());
        } else {
            *self.ways.entry((state, way.code())).or_default() += 1;
            self.halfway += u64::from(matches!(standing.invitation, Invitation::Begun(_)));
            let is_sent = !standing.is_settled && matches!(standing.invitation, Invitation::Sent(_));
            let is_over = |valid_for| standing.invitation.is_over(valid_for, now);
            self.expired += u64::from(is_sent && self.pools.valid_for.is_some_and(is_over));
        }
        let times = [(state, standing.came_at), (State::Invited, standing.invited_at)];
        for (what, at) in times {
            if let Some(at) = at {
                *self.times.entry(begin(at, by)).or_default().entry(what).or_default() += 1;
            }
        }
    }

    fn pairs(&self) -> u64 {
        self.states.values().sum()
    }

    /// Users of the old pool whom the table ties to somebody, or says why not.
    fn with_link(&self) -> u64 {
        let others = self.others.iter().filter(|(tie, _)| **tie != Tie::Deleted);
        self.pairs() + others.map(|(_, count)| count).sum::<u64>()
    }

    fn count(&self, state: State) -> u64 {
        self.states.get(&state).copied().unwrap_or_default()
    }

    fn came(&self) -> u64 {
        State::ALL.into_iter().filter(|state| state.has_come()).map(|state| self.count(state)).sum()
    }
}

/// When the day, or the week (a Monday), of this moment begins, in milliseconds.
fn begin(at: Timestamp, by: By) -> u64 {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let day = at.0 / DAY;
    // 1970 began on a Thursday.
    let begin = match by {
        By::Day => day,
        By::Week => day - (day + 3) % 7,
    };
    begin * DAY
}

#[cfg(test)]
mod tests;
