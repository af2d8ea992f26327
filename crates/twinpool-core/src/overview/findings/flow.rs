//! Whether changes arrive: the phase, the mirror, its queue, what was given up, and what the criteria make of it.

use std::time::Duration;

use super::Finding;
use crate::criteria::Criterion;
use crate::overview::words::{count, span};
use crate::overview::{Mirror, Overview, Queue};
use crate::phase::Busy;
use crate::verdict::Verdict;

/// Messages that nobody works on for so long do not wait for a cold start only.
const STANDS: Duration = Duration::from_secs(20);

/// Where the criteria say nothing of the age of the oldest change event.
const OLD: Duration = Duration::from_mins(5);

/// A command that has not said for so long that it lives is taken for dead.
const LIVES: Duration = Duration::from_mins(5);

const DOCTOR: &str = "twinpool doctor";

/// Whether the phase is known, and whether a command is at work on it.
pub(super) fn phase(overview: &Overview) -> Vec<Finding> {
    let standing = match &overview.standing {
        Ok(standing) => standing,
        Err(why) => {
            let what = format!("where the move stands cannot be read: {why}");
            return vec![Finding::act(what, "twinpool phase")];
        }
    };
    let lives = |busy: &&Busy| u128::from(overview.at.0.abs_diff(busy.at.0)) < LIVES.as_millis();
    let busy = standing.busy.as_ref().filter(lives);
    let note =
        busy.map(|busy| Finding::note(format!("a command is at work: {}", busy.what), "twinpool phase"));
    note.into_iter().collect()
}

/// Whether the mirror works.
pub(super) fn mirror(overview: &Overview) -> Vec<Finding> {
    // Nothing follows any more.
    if overview.is_over() {
        return Vec::new();
    }
    let queue = overview.queue.as_ref().ok();
    let stopped = overview.mirror.as_ref().ok().and_then(|mirror: &Mirror| mirror.stopped.as_deref());
    let late = queue.and_then(|queue| late(queue, limit(overview)));
    let stands = match stopped {
        Some(why) => Some(format!("nothing is mirrored: {why}{}", queue.map(waiting).unwrap_or_default())),
        None => queue.and_then(stands),
    };
    let all = stands.into_iter().chain(late);
    all.map(|what| Finding::act(what, DOCTOR)).collect()
}

fn waiting(queue: &Queue) -> String {
    if queue.waiting == 0 { String::new() } else { format!("; {} waiting", count(queue.waiting, "message")) }
}

fn stands(queue: &Queue) -> Option<String> {
    let time = queue.stands_for.filter(|time| *time >= STANDS && queue.waiting > 0)?;
    let waiting = count(queue.waiting, "message");
    Some(format!("{waiting} waiting, and nobody has worked on any for {}", span(time)))
}

fn late(queue: &Queue, limit: Duration) -> Option<String> {
    let oldest = queue.oldest.filter(|oldest| *oldest > limit)?;
    Some(format!("the oldest change event has waited {}: longer than {}", span(oldest), span(limit)))
}

/// How old the oldest change event may be.
fn limit(overview: &Overview) -> Duration {
    let rows = overview.judgement.as_ref().map_or(&[][..], |judgement| judgement.rows.as_slice());
    let row = rows.iter().find(|row| row.measure.criterion == Criterion::MirrorAge);
    let limit = row.and_then(|row| row.limits.roll_back.or(row.limits.hold));
    limit.map_or(OLD, Duration::from_secs)
}

/// What was given up.
pub(super) fn dead_letters(overview: &Overview) -> Vec<Finding> {
    let full = overview.dead_letters.iter().filter_map(|(of, held)| Some((*of, *held.as_ref().ok()?)));
    let full = full.filter(|(_, held)| *held > 0);
    let one = |(of, held)| {
        let remedy = match of {
            "mirror" => "twinpool dlq show",
            _ => "twinpool sweep finds what they told; then empty it: docs/runbook.md",
        };
        Finding::act(format!("{} in the DLQ of the {of}", count(held, "message")), remedy)
    };
    full.map(one).collect()
}

/// What the criteria say, while people are moved.
pub(super) fn verdict(overview: &Overview) -> Vec<Finding> {
    let Some(judgement) = overview.judgement.as_ref().ok().filter(|_| overview.moves()) else {
        return Vec::new();
    };
    let reasons = judgement.reasons_of(judgement.verdict).join("; ");
    match judgement.verdict {
        Verdict::GoOn => Vec::new(),
        Verdict::Hold => {
            vec![Finding::look(format!("the verdict is \"hold\": {reasons}"), "twinpool watch --once")]
        }
        Verdict::RollBack => {
            vec![Finding::act(format!("the verdict is \"roll back\": {reasons}"), "twinpool rollback")]
        }
    }
}
