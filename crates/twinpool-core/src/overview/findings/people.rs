//! What waits for somebody, from the walk over the table.

use super::Finding;
use crate::overview::words::{count, thousands};
use crate::overview::{Overview, People};

/// All of it.
pub(super) fn all(overview: &Overview) -> Vec<Finding> {
    let Ok(people) = &overview.people else {
        return Vec::new();
    };
    // Whoever waits in the queue arrives by itself.
    let waiting = overview.queue.as_ref().map_or(0, |queue| queue.waiting);
    let unlinked = unlinked(people, waiting).filter(|_| !overview.is_over());
    [open(people), unreadable(people), unlinked].into_iter().flatten().collect()
}

fn open(people: &People) -> Option<Finding> {
    let open = people.open();
    let total: u64 = open.values().sum();
    let by_reason: Vec<_> =
        open.iter().map(|(code, number)| format!("{} {code}", thousands(*number))).collect();
    let what = || format!("{} open: {}", count(total, "conflict"), by_reason.join(", "));
    (total > 0).then(|| Finding::look(what(), "twinpool conflicts list"))
}

fn unreadable(people: &People) -> Option<Finding> {
    let what = || {
        let items = count(people.unreadable, "item");
        format!("{items} of the table cannot be read: damaged, or written by a newer twinpool")
    };
    (people.unreadable > 0).then(|| Finding::look(what(), "the newest twinpool"))
}

fn unlinked(people: &People, waiting: u64) -> Option<Finding> {
    let left = people.not_yet().filter(|left| *left > waiting)?;
    let what = format!("about {} of the old pool not in the new one yet", count(left, "user"));
    Some(Finding::note(what, "twinpool backfill"))
}
