//! What the table says, for people, spreadsheets and programs. Counts only.

use serde_json::{Map, Value, json};
use twinpool_core::id::Timestamp;
use twinpool_engine::Tie;

use super::{Report, State};
use crate::show::{self, thousands};
use crate::temporary::DAY;

/// What is told over time.
const OVER_TIME: [State; 5] =
    [State::Bridged, State::Migrated, State::Passwordless, State::Otherwise, State::Invited];

fn words(state: State) -> &'static str {
    match state {
        State::Bridged => "old password, carried over",
        State::Migrated => "old password, made then",
        State::Passwordless => "one-time code",
        State::Otherwise => "came otherwise",
        State::Invited => "invited, and not come",
        State::NotYet => "not yet",
    }
}

fn tie(tie: Tie) -> (&'static str, &'static str) {
    match tie {
        Tie::Pair => ("linked", "in both pools"),
        Tie::Disabled => ("disabled", "disabled, and have not come"),
        Tie::Merged => ("merged", "one person with another user, who counts"),
        Tie::Deleted => ("deleted", "deleted from the old pool"),
        Tie::Conflict => ("conflict", "not in the new pool: `twinpool conflicts list` says why"),
        Tie::Unfinished => ("unfinished", "are being made"),
    }
}

fn day(begin: u64) -> String {
    show::rfc3339(Timestamp(begin)).chars().take(10).collect()
}

impl Report {
    fn at(&self, begin: u64, state: State) -> u64 {
        self.times.get(&begin).and_then(|counts| counts.get(&state)).copied().unwrap_or_default()
    }

    pub(super) fn csv(&self) -> String {
        let head: Vec<_> = OVER_TIME.iter().map(|state| state.code()).collect();
        let line = |begin: &u64| {
            let counts: Vec<_> = OVER_TIME.iter().map(|state| self.at(*begin, *state).to_string()).collect();
            format!("{},{}\n", day(*begin), counts.join(","))
        };
        let lines: String = self.times.keys().map(line).collect();
        format!("begin,{}\n{lines}", head.join(","))
    }

    pub(super) fn json(&self) -> String {
        let states: Map<_, _> =
            State::ALL.iter().map(|state| (state.code().to_owned(), self.count(*state).into())).collect();
        let mut ways: Map<String, Value> = Map::new();
        for ((state, way), count) in &self.ways {
            let of = ways.entry(state.code()).or_insert_with(|| json!({}));
            of[*way] = (*count).into();
        }
        let others: Map<_, _> =
            self.others.iter().map(|(one, count)| (tie(*one).0.to_owned(), (*count).into())).collect();
        let times: Vec<_> = self.times.keys().map(|begin| self.time(*begin)).collect();
        let all = json!({
            "linked": self.pairs(),
            "states": states,
            "ways": ways,
            "came_after_invitation": self.came_invited,
            "invitation_unfinished": self.halfway,
            "invitation_expired": self.pools.valid_for.map(|_| self.expired),
            "old_pool_users": self.pools.old_users,
            "with_link": self.with_link(),
            "not_linked": others,
            "born_in_new_pool": self.born_new,
            "times": times,
            "unreadable": self.unreadable,
        });
        format!("{all:#}\n")
    }

    fn time(&self, begin: u64) -> Value {
        let mut one = json!({ "begin": day(begin) });
        for state in OVER_TIME {
            one[state.code()] = self.at(begin, state).into();
        }
        one
    }

    pub(super) fn table(&self, names_providers: bool) -> String {
        let mut out = self.states_table();
        let (came, all) = (self.came(), self.pairs());
        out += &format!(
            "\n{} of {} linked users have come {}\n",
            thousands(came),
            thousands(all),
            share(came, all)
        );
        if let Some(users) = self.pools.old_users {
            let (users, linked) = (thousands(users), thousands(self.with_link()));
            out += &format!("about {users} users of the old pool, {linked} of them with a link\n");
        }
        let invited = self.came_invited + self.count(State::Invited);
        if invited > 0 {
            let (came, never) = (thousands(self.came_invited), thousands(self.count(State::Invited)));
            out += &format!("of {} who were invited {came} came and {never} did not\n", thousands(invited));
        }
        out += &self.locked_out();
        if self.halfway > 0 {
            out += &format!(
                "{} being invited when a run died: `twinpool invite --withdraw expired` lets them reset\n",
                thousands(self.halfway)
            );
        }
        if !self.times.is_empty() {
            out += &format!("\n{}", self.times_table());
        }
        out + &self.apart(names_providers)
    }

    /// Who can neither sign in nor reset.
    fn locked_out(&self) -> String {
        let invited = self.count(State::Invited);
        match self.pools.valid_for {
            Some(valid_for) if self.expired > 0 => {
                let days = valid_for.as_secs() / DAY.as_secs();
                format!(
                    "{} were invited over {days} days ago and can neither sign in nor reset:\n`twinpool invite --withdraw \
                     expired` gives the reset back\n",
                    thousands(self.expired)
                )
            }
            None if invited > 0 => {
                "the new pool does not tell how long a temporary password works: who came too late can \
                                    neither sign in\nnor reset until `twinpool invite --withdraw expired`\n"
                    .to_owned()
            }
            Some(_) | None => String::new(),
        }
    }

    fn states_table(&self) -> String {
        let ways = |state: State| {
            let of = self.ways.iter().filter(|((one, _), _)| *one == state);
            of.map(|((_, way), count)| format!("{way} {}", thousands(*count))).collect::<Vec<_>>().join(", ")
        };
        let row = |state: State| {
            let count = self.count(state);
            vec![words(state).to_owned(), thousands(count), share(count, self.pairs()), ways(state)]
        };
        show::table(&["state", "users", "", "way"], &State::ALL.map(row))
    }

    fn times_table(&self) -> String {
        let head: Vec<_> =
            std::iter::once("begin").chain(OVER_TIME.iter().map(|state| state.code())).collect();
        let row = |begin: &u64| {
            let counts = OVER_TIME.iter().map(|state| thousands(self.at(*begin, *state)));
            std::iter::once(day(*begin)).chain(counts).collect()
        };
        let rows: Vec<_> = self.times.keys().map(row).collect();
        show::table(&head, &rows)
    }

    /// Whom the states are not about.
    fn apart(&self, names_providers: bool) -> String {
        let mut out = String::from("\nnot counted above:\n");
        for (one, count) in &self.others {
            out += &format!("{:>9}  {}\n", thousands(*count), tie(*one).1);
        }
        if self.born_new > 0 {
            out += &format!("{:>9}  born in the new pool\n", thousands(self.born_new));
        }
        out += "and users whom twinpool has not seen. Who came before the sign-in function was attached to the\n";
        out += "new pool counts as not come\n";
        if names_providers {
            out += "policies by provider: the table tells only providers that wait for a first sign-in\n";
        }
        if self.unreadable > 0 {
            let items = show::count(self.unreadable, "item");
            out += &format!("{items} of the table: damaged, or written by a newer twinpool\n");
        }
        out
    }
}

fn share(part: u64, all: u64) -> String {
    (100 * part).checked_div(all).map_or(String::new(), |percent| format!("({percent} %)"))
}
