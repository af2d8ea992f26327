//! Makes room for live traffic: what the account calls, less what twinpool calls itself, is what the governor leaves to others.

use std::collections::VecDeque;
use std::sync::Arc;

use twinpool_core::id::Timestamp;
use twinpool_core::quota::Category;

use crate::governor::Governor;

/// The minute that is told of is some minutes old.
const KEPT: u64 = 15 * 60 * 1_000;
const MINUTE: u64 = 60 * 1_000;

/// The rest of the account, as one process sees it.
#[derive(Debug)]
pub struct Neighbours {
    governor: Arc<Governor>,
    /// Our own calls up to then, by category.
    own: VecDeque<(Timestamp, [u64; Category::ALL.len()])>,
}

impl Neighbours {
    /// Of the process that this governor governs.
    #[must_use]
    pub fn of(governor: Arc<Governor>) -> Self {
        Self { governor, own: VecDeque::new() }
    }

    /// Notes how many calls were ours so far. Often enough, that a minute of the account can be compared: some times a minute.
    pub fn note(&mut self, now: Timestamp) {
        // A clock that was set back.
        if self.own.back().is_some_and(|(at, _)| *at >= now) {
            return;
        }
        let mut counts = [0; Category::ALL.len()];
        for state in self.governor.state() {
            counts[state.category as usize] = state.admitted;
        }
        while self.own.get(1).is_some_and(|(at, _)| at.0 + KEPT < now.0) {
            self.own.pop_front();
        }
        self.own.push_back((now, counts));
    }

    /// Tells the governor what is left. `account`: calls a second of the whole account in a minute, and when it began; `None`
    /// for a category that nobody has called, or of which nothing is known.
    pub fn hear(&self, account: impl Fn(Category) -> Option<(f64, Timestamp)>) {
        // The other processes of this budget do as we do.
        let processes = f64::from(self.governor.processes().get());
        for category in Category::ALL {
            let others = account(category).map_or(0.0, |(rps, minute)| {
                let ours = self.until(category, Timestamp(minute.0 + MINUTE)) - self.until(category, minute);
                (rps - ours / 60.0 * processes).max(0.0)
            });
            self.governor.others_use(category, others);
        }
    }

    /// Our calls up to this moment: between two notes, evenly.
    #[expect(clippy::cast_precision_loss, reason = "neither calls nor milliseconds come near 2^53")]
    fn until(&self, category: Category, moment: Timestamp) -> f64 {
        let count = |(_, counts): &(Timestamp, [u64; Category::ALL.len()])| counts[category as usize] as f64;
        let after = self.own.partition_point(|(at, _)| *at <= moment);
        match (after.checked_sub(1).and_then(|before| self.own.get(before)), self.own.get(after)) {
            (Some(before), Some(after)) => {
                let part = (moment.0 - before.0.0) as f64 / (after.0.0 - before.0.0) as f64;
                count(before) + (count(after) - count(before)) * part
            }
            (Some(only), None) | (None, Some(only)) => count(only),
            (None, None) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use tokio::time::{Instant, timeout_at};

    use super::*;
    use crate::governor::{Budget, Slower};

    const BEGIN: u64 = 1_795_219_200_000;

    fn governor(percent: u8, processes: u32) -> Arc<Governor> {
        Arc::new(Governor::new(Budget { percent, processes: NonZeroU32::new(processes).unwrap() }))
    }

    /// Calls as much as the governor lets through for so many minutes, and notes it every twenty seconds.
    async fn work(neighbours: &mut Neighbours, minutes: u64) {
        let start = Instant::now();
        for third in 0..=minutes * 3 {
            let end = start + Duration::from_secs(third * 20);
            while timeout_at(end, neighbours.governor.admit(Category::UserUpdate)).await.is_ok() {}
            neighbours.note(Timestamp(BEGIN + third * 20_000));
        }
    }

    fn hear(neighbours: &Neighbours, rps: f64, minute: u64) -> (f64, Option<Slower>) {
        let minute = Timestamp(BEGIN + minute * MINUTE);
        neighbours.hear(|category| (category == Category::UserUpdate).then_some((rps, minute)));
        let state = neighbours.governor.state();
        let lane = state.iter().find(|state| state.category == Category::UserUpdate).unwrap();
        (lane.ceiling, lane.slower)
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_calls_are_nobody_else_s() {
        let mut neighbours = Neighbours::of(governor(100, 1));
        work(&mut neighbours, 3).await;
        // The whole account calls as often as we do.
        let (ceiling, slower) = hear(&neighbours, 25.0 * 0.975, 1);
        assert!((ceiling - 25.0 * 0.975).abs() < 0.01 && slower.is_none(), "{ceiling} {slower:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_above_our_own_is_left_to_others() {
        let mut neighbours = Neighbours::of(governor(40, 1));
        work(&mut neighbours, 3).await;
        // 9.75 are ours; 25, less a tenth, less 15 of others, less the margin, is what is left.
        let (ceiling, slower) = hear(&neighbours, 24.75, 1);
        assert!((ceiling - 7.5 * 0.975).abs() < 0.1 && slower == Some(Slower::OthersUse), "{ceiling}");
        neighbours.hear(|_| None);
        assert_eq!(neighbours.governor.state()[4].slower, Some(Slower::Share));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_of_a_minute_before_we_began_are_others_even_if_the_clock_is_set_back() {
        let mut neighbours = Neighbours::of(governor(50, 1));
        work(&mut neighbours, 1).await;
        neighbours.note(Timestamp(BEGIN - 3 * MINUTE));
        let minute = Timestamp(BEGIN - 2 * MINUTE);
        neighbours.hear(|_| Some((20.0, minute)));
        assert_eq!(neighbours.governor.state()[4].slower, Some(Slower::OthersUse));
    }

    #[tokio::test(start_paused = true)]
    async fn two_processes_of_one_budget_do_not_take_each_other_for_others() {
        let mut neighbours = Neighbours::of(governor(80, 2));
        work(&mut neighbours, 3).await;
        let (_, slower) = hear(&neighbours, 25.0 * 0.8 * 0.975, 1);
        assert_eq!(slower, Some(Slower::Share));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_note_everything_is_others_and_nothing_breaks() {
        let neighbours = Neighbours::of(governor(50, 1));
        assert_eq!(hear(&neighbours, 20.0, 0).1, Some(Slower::OthersUse));
    }
}
