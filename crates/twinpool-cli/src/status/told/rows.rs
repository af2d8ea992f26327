//! The rows of the screen.

use std::time::Duration;

use twinpool_core::overview::{Mirror, Overview, People, Queue, Used};
use twinpool_core::phase::{Phase, Standing};
use twinpool_core::quota::Category;
use twinpool_core::verified::Verified;
use twinpool_core::words::hundredths;

use super::or_unknown;
use crate::progress::span;
use crate::show::{minute, rfc3339, thousands};
use crate::steps::moment;

/// So many parts of a list are shown.
const FEW: usize = 3;

/// How many characters the bar has.
const BAR: u64 = 20;

/// A walk that is older than this is not of now.
const NOW: Duration = Duration::from_mins(1);

/// Which move, when, and how the whole is.
pub(super) fn title(overview: &Overview, health: &str) -> String {
    let at = rfc3339(overview.at).replace('T', " ");
    let at = at.get(..19).unwrap_or_default();
    let far = if overview.is_all_known() { "" } else { ", as far as it is known" };
    format!("{} · {at} UTC · {health}{far}", overview.stack)
}

/// Names and texts.
pub(super) fn all(overview: &Overview) -> Vec<(&'static str, String)> {
    let mut rows =
        vec![("phase", or_unknown(&overview.standing, phase)), ("users", or_unknown(&overview.people, bar))];
    if let Ok(people) = &overview.people {
        rows.push(("", counts(people)));
        rows.extend(as_of(people, overview).map(|text| ("", text)));
    }
    rows.extend([
        ("lag", or_unknown(&overview.mirror, lag)),
        ("queue", or_unknown(&overview.queue, queue)),
        ("DLQ", dead_letters(overview)),
        ("conflicts", or_unknown(&overview.people, conflicts)),
        ("budget", or_unknown(&overview.budget, |budget| fullest(budget.iter()))),
        ("verdict", verdict(overview)),
        ("verify", or_unknown(&overview.verified, verified)),
    ]);
    rows
}

fn phase(standing: &Standing) -> String {
    let mut parts = vec![moment(standing.phase, standing.share)];
    if standing.since.0 > 0 {
        parts.push(format!("since {}", minute(standing.since)));
    }
    if standing.phase.is_two_way() {
        let proven = standing.proven.map(|at| format!("way back proven {}", day(&minute(at))));
        parts.push(proven.unwrap_or_else(|| "way back not proven".to_owned()));
    }
    parts.join(" · ")
}

fn day(minute: &str) -> String {
    minute.split(' ').next().unwrap_or_default().to_owned()
}

fn bar(people: &People) -> String {
    let Some(share) = people.share_linked() else {
        return "nobody is known yet".to_owned();
    };
    // Full is only what is whole, and empty only what is nothing.
    let full = (share * BAR / 10_000).max(u64::from(share > 0)).min(BAR);
    let signs = |sign: &str, number: u64| sign.repeat(usize::try_from(number).unwrap_or_default());
    let bar = signs("█", full) + &signs("░", BAR - full);
    let of = people.about().map_or_else(
        || "of those that are known".to_owned(),
        |all| format!("of about {} users of the old pool", thousands(all)),
    );
    format!("{bar} {} % {of}", hundredths(share))
}

fn counts(people: &People) -> String {
    let counted = [
        (people.linked, "linked"),
        (people.pending, "pending"),
        (people.in_conflict(), "in conflict"),
        (people.moved, "moved"),
        (people.came, "came"),
    ];
    counted.map(|(number, what)| format!("{} {what}", thousands(number))).join(" · ")
}

/// Where a large table was not walked over for this look.
fn as_of(people: &People, overview: &Overview) -> Option<String> {
    let age = Duration::from_millis(overview.at.0.saturating_sub(people.at.0));
    (age > NOW)
        .then(|| format!("as of {}: a walk takes {}", minute(people.at), span(people.took.as_secs_f64())))
}

fn lag(mirror: &Mirror) -> String {
    if mirror.stopped.is_some() {
        return "the mirror is stopped".to_owned();
    }
    let handled = mirror.handled.map(|handled| format!("{} handled in 5 min", thousands(handled)));
    let lag = mirror.lag.map(|lag| {
        let [p50, p95, p99] = [lag.p50, lag.p95, lag.p99].map(seconds);
        format!("p50 {p50} · p95 {p95} · p99 {p99}")
    });
    let told: Vec<_> = lag.into_iter().chain(handled).collect();
    if told.is_empty() { "- (nothing was counted in 5 min)".to_owned() } else { told.join(" · ") }
}

/// In tenths up to a minute.
fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 { format!("{seconds:.1} s") } else { span(seconds) }
}

fn queue(queue: &Queue) -> String {
    let oldest = queue.oldest.map(|oldest| format!(" · oldest {}", seconds(oldest))).unwrap_or_default();
    format!("{} waiting · {} at work{oldest}", thousands(queue.waiting), thousands(queue.under_way))
}

fn dead_letters(overview: &Overview) -> String {
    let one = |(of, held): (&&str, &_)| format!("{of} {}", or_unknown(held, |held: &u64| thousands(*held)));
    overview.dead_letters.iter().rev().map(one).collect::<Vec<_>>().join(" · ")
}

fn conflicts(people: &People) -> String {
    let mut open: Vec<_> = people.open().into_iter().collect();
    if open.is_empty() {
        return "none open".to_owned();
    }
    open.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let told = |(code, number): &(&str, u64)| format!("{} {code}", thousands(*number));
    few(open.iter().map(told).collect())
}

fn fullest<'a>(budget: impl Iterator<Item = (&'a Category, &'a Used)>) -> String {
    let mut all: Vec<_> = budget.collect();
    all.sort_by(|(_, one), (_, other)| other.share().total_cmp(&one.share()));
    let told = |(category, used): &(&Category, &Used)| {
        format!("{category} {:.0} % ({:.1} of {:.0}/s)", used.share() * 100.0, used.calls, used.quota)
    };
    if all.is_empty() {
        return "no calls in the last minutes".to_owned();
    }
    all.iter().take(2).map(told).collect::<Vec<_>>().join(" · ")
}

fn verdict(overview: &Overview) -> String {
    match overview.standing.as_ref().map(|standing| standing.phase) {
        Ok(Phase::DualWrite | Phase::RolledBack | Phase::Complete) => "- (nobody is being moved)".to_owned(),
        Ok(Phase::Canary | Phase::Cutover) | Err(_) => {
            or_unknown(&overview.judgement, |judgement| judgement.verdict.to_string())
        }
    }
}

fn verified(verified: &Option<Verified>) -> String {
    let Some(verified) = verified else {
        return "never".to_owned();
    };
    let equal = if verified.is_equal() {
        "equal".to_owned()
    } else if verified.differing == 0 {
        format!("{} were changing", thousands(verified.in_flight))
    } else {
        format!("{} differ", thousands(verified.differing))
    };
    format!("{} · {} users · {equal}", minute(verified.at), thousands(verified.users))
}

fn few(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(FEW);
    all.truncate(FEW);
    if more > 0 {
        all.push(format!("and {more} more"));
    }
    all.join(" · ")
}
