//! Each check by itself.

use std::time::Duration;

use super::Verdict;
use super::facts::{Facts, Lag, Marker};
use crate::drain::{Ago, Drain};
use crate::id::{ClientId, Timestamp};
use crate::phase::{Phase, Standing, Step};

/// A change should be in the other pool by then.
const LATE: Duration = Duration::from_secs(60);

fn holds(what: impl Into<String>) -> Verdict {
    Verdict::Holds(what.into())
}

fn fails(why: impl Into<String>, remedy: impl Into<String>) -> Verdict {
    Verdict::Fails { why: why.into(), remedy: remedy.into() }
}

fn unknown(why: &str) -> Verdict {
    Verdict::Unknown(why.to_owned())
}

/// Named, the first few of many.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut out = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if names.len() > SHOWN {
        out += &format!("; and {} more", names.len() - SHOWN);
    }
    out
}

const RESTORED: &str = "the table was put back from a backup: what it says of the phase and of the links is of that time. Look at \
    `twinpool phase`, run `twinpool verify --repair`, take it as it is (`twinpool phase --take-table --why TEXT`), and verify again";

pub(super) fn table(standing: &Standing, facts: &Facts) -> Verdict {
    match &facts.younger {
        Ok(None) => {}
        Ok(Some(younger)) => return fails("the phase is older than its history", younger.to_string()),
        Err(why) => return unknown(&format!("the history: {why}")),
    }
    match (&standing.table, &facts.table) {
        (Some(written), Ok(Some(now))) if written != now => {
            fails("the phase was written in another table than this one", RESTORED)
        }
        (Some(_), Ok(Some(_))) => holds("the one that the phase was written in"),
        (None, Ok(Some(_))) if facts.restored => {
            fails("the backup is of before the first step: what was done since is not in it", RESTORED)
        }
        (None, Ok(Some(_))) => holds("its id is written down with this step"),
        (_, Ok(None)) => unknown("AWS tells no id of the table"),
        (_, Err(why)) => unknown(why),
    }
}

/// The twenty seconds before anybody is routed are counted by this clock, and by those of AWS's machines.
pub(super) fn clock(facts: &Facts) -> Verdict {
    const OFF: u64 = 2;
    match &facts.ahead {
        Ok(ahead) if ahead.unsigned_abs() <= OFF => holds(format!("within {OFF} s of AWS's")),
        Ok(ahead) => fails(
            format!(
                "this machine is {} s {} AWS",
                ahead.unsigned_abs(),
                if *ahead < 0 { "behind" } else { "ahead of" }
            ),
            "set the clock, best by NTP",
        ),
        Err(why) => unknown(why),
    }
}

pub(super) fn reverse_sync(facts: &Facts) -> Verdict {
    match &facts.reverse_sync {
        Ok(true) => holds("the mirror may write to the old pool"),
        Ok(false) => fails(
            "the mirror may not write to the old pool, so nothing leads back",
            "twinpool deploy --reverse-sync on",
        ),
        Err(why) => unknown(why),
    }
}

pub(super) fn marker(facts: &Facts) -> Verdict {
    match &facts.marker {
        Ok(Marker::Fine) => holds("the old pool has it, and nobody can change it"),
        Ok(Marker::Missing(remedy)) => fails(
            "the old pool lacks the marker attribute, so nobody who is born in the new pool can be made there",
            remedy,
        ),
        Ok(Marker::Changeable) => fails(
            "the marker attribute of the old pool can be changed, so it proves nothing",
            "add another one to both pools that is not mutable, and deploy with MarkerAttribute set to it",
        ),
        Err(why) => unknown(why),
    }
}

pub(super) fn way_back(standing: &Standing, facts: &Facts, now: Timestamp) -> Verdict {
    match (standing.proven, &facts.prover) {
        (_, Some(Err(why))) => fails(
            why.clone(),
            "name a test user of yours who is in both pools: --canary-user <sub or user id>",
        ),
        (_, Some(Ok(user))) => {
            holds(format!("will be proven with {user} first; unless that works, nobody else is sent"))
        }
        (Some(at), None) => {
            holds(format!("a change in the new pool was seen in the old one, {} ago", span(since(at, now))))
        }
        (None, None) => fails(
            "nobody has seen a change travel from the new pool to the old one",
            "name a test user of yours who is in both pools: --canary-user <sub or user id>",
        ),
    }
}

pub(super) fn heard(facts: &Facts) -> Verdict {
    match &facts.heard {
        Ok(true) => holds("the new pool is where the stack is"),
        Ok(false) => fails(
            "the new pool is in another account or Region, where no function tells of sign-ins: nobody knows who comes there and who \
             chooses a password, and the old pool keeps the say over everybody",
            "send nobody ahead: everybody at once (--percent 100), when you can do without what people do there before a rollback",
        ),
        Err(why) => unknown(why),
    }
}

/// After which moment a verify counts for a step, and what was then.
fn counts_after(step: &Step, standing: &Standing) -> Option<(Timestamp, &'static str)> {
    let step = match (step, standing.phase) {
        (Step::Complete, _) => Some((standing.since, "the cutover")),
        (Step::Switch { .. }, Phase::RolledBack) => Some((standing.since, "the rollback")),
        (Step::Switch { .. } | Step::Rollback | Step::Reopen, _) => None,
    };
    // What the backup knew of a verify is of its own time.
    let taken = standing.taken.map(|at| (at, "the table was taken as it is"));
    step.into_iter().chain(taken).max_by_key(|(at, _)| *at)
}

pub(super) fn verified(step: &Step, standing: &Standing, facts: &Facts, now: Timestamp) -> Verdict {
    const REMEDY: &str = "twinpool verify, and whatever it says";
    let verified = match &facts.verified {
        Ok(Some(verified)) => verified,
        Ok(None) => return fails("nobody has compared everybody yet", "twinpool verify"),
        Err(why) => return unknown(why),
    };
    let age = since(verified.at, now);
    if verified.differing > 0 {
        let why = format!("{} of {} users differ", verified.differing, verified.users);
        return fails(why, REMEDY);
    }
    if !verified.is_equal() {
        let why = format!("{} of {} users were changing meanwhile", verified.in_flight, verified.users);
        return fails(why, "twinpool verify, again");
    }
    if age > facts.fresh {
        let why = format!("equal, but that was {} ago, and {} count", span(age), span(facts.fresh));
        return fails(why, "twinpool verify");
    }
    if let Some((_, what)) = counts_after(step, standing).filter(|(after, _)| verified.at <= *after) {
        return fails(format!("equal, but that was before {what}, {} ago", span(age)), "twinpool verify");
    }
    let held = match verified.held_back {
        0 => String::new(),
        held => format!("; {held} held back"),
    };
    holds(format!("{} users equal, {} ago{held}", verified.users, span(age)))
}

pub(super) fn queue(step: &Step, facts: &Facts) -> Verdict {
    match &facts.queue {
        Ok(Lag { waiting: 0, oldest: None }) => holds("nothing waits"),
        Ok(Lag { waiting, .. }) if *step == Step::Complete && *waiting > 0 => fails(
            format!("{waiting} wait, and what waits when the old pool is left is dropped"),
            "wait until nothing does; twinpool doctor says what holds the mirror up",
        ),
        Ok(Lag { waiting, oldest: None }) => unknown(&format!("{waiting} wait, and nobody knows how long")),
        Ok(Lag { waiting, oldest: Some(oldest) }) if *oldest > LATE => fails(
            format!("{waiting} wait, the oldest for {}", span(*oldest)),
            "twinpool doctor says what holds the mirror up",
        ),
        Ok(Lag { waiting, oldest: Some(oldest) }) => {
            holds(format!("{waiting} wait, the oldest for {}", span(*oldest)))
        }
        Err(why) => unknown(why),
    }
}

pub(super) fn dead_letters(facts: &Facts) -> Verdict {
    let all = match &facts.dead_letters {
        Ok(all) => all,
        Err(why) => return unknown(why),
    };
    let full: Vec<_> = all.iter().filter(|(_, waiting)| **waiting > 0).collect();
    match full.as_slice() {
        [] => holds("empty"),
        full => {
            let told: Vec<_> = full.iter().map(|(name, waiting)| format!("{waiting} in {name}")).collect();
            fails(told.join(", "), "twinpool dlq show says why, twinpool dlq redrive tries again")
        }
    }
}

pub(super) fn chain(facts: &Facts) -> Verdict {
    let chain = match &facts.chain {
        Ok(chain) => chain,
        Err(why) => return unknown(why),
    };
    match (chain.broken.as_slice(), chain.unseen.as_slice()) {
        ([], []) => holds(format!("{} parts of both pools are as they should be", chain.fine)),
        ([], unseen) => unknown(&format!("could not look: {}", few(unseen))),
        (broken, _) => fails(few(broken), "twinpool doctor says what to do"),
    }
}

pub(super) fn conflicts(facts: &Facts) -> Verdict {
    let open = match &facts.conflicts {
        Ok(open) => open,
        Err(why) => return unknown(why),
    };
    if open.unreadable > 0 {
        return unknown(&format!("{} links could not be read", open.unreadable));
    }
    if open.by_reason.is_empty() {
        return holds("none is open");
    }
    let told: Vec<_> =
        open.by_reason.iter().map(|(reason, count)| format!("{count} {}", reason.code())).collect();
    fails(format!("open: {}", told.join(", ")), "twinpool conflicts list")
}

pub(super) fn alarms(facts: &Facts) -> Verdict {
    match &facts.alarms {
        Ok(on) if on.is_empty() => holds("none is on"),
        Ok(on) => fails(few(on), "docs/runbook.md says what each means"),
        Err(why) => unknown(why),
    }
}

pub(super) fn drained(facts: &Facts) -> Verdict {
    let drain = match &facts.drain {
        Ok(drain) => drain,
        Err(why) => return unknown(why),
    };
    let total = drain.total();
    let (day, week) = (total.count(Ago::Day), total.count(Ago::Week));
    if day + week == 0 {
        return holds("nobody was seen in the old pool within 7 days");
    }
    let why = format!(
        "{} were seen in the old pool within 7 days, {day} of them within 24 h, by {}",
        day + week,
        few(&still_used(drain))
    );
    fails(
        why,
        "twinpool report drain shows who; what they change there afterwards never reaches the new pool",
    )
}

/// The app clients of the old pool by which somebody was seen of late.
fn still_used(drain: &Drain) -> Vec<String> {
    let used =
        drain.clients.iter().filter(|(_, served)| served.count(Ago::Day) + served.count(Ago::Week) > 0);
    let named = |id: &Option<ClientId>| match id {
        Some(id) => format!("the app client {}", id.as_str()),
        None => "an app client that no event named".to_owned(),
    };
    used.map(|(id, _)| named(id)).collect()
}

fn since(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(now.0.saturating_sub(at.0))
}

/// In the largest unit that says enough.
fn span(length: Duration) -> String {
    match length.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}
