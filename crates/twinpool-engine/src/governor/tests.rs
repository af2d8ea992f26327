use std::time::Duration;

use tokio::time::{advance, sleep, sleep_until};

use super::*;

fn governor(percent: u8, processes: u32) -> Governor {
    Governor::new(Budget { percent, processes: NonZeroU32::new(processes).unwrap() })
}

async fn admitted_in(governor: &Governor, category: Category, window: Duration) -> u32 {
    let end = Instant::now() + window;
    let mut admitted = 0;
    while tokio::time::timeout_at(end, governor.admit(category)).await.is_ok() && Instant::now() < end {
        admitted += 1;
    }
    admitted
}

fn state(governor: &Governor, category: Category) -> LaneState {
    governor.state().into_iter().find(|state| state.category == category).unwrap()
}

/// Cognito as it counts: so many calls in each second of the clock, from wherever the second starts.
struct Counted {
    limit: u32,
    second: Duration,
    count: u32,
    refused: u32,
    taken: u32,
}

impl Counted {
    fn of(limit: u32) -> Self {
        Self { limit, second: Duration::ZERO, count: 0, refused: 0, taken: 0 }
    }

    fn take(&mut self, at: Duration) -> bool {
        let second = Duration::from_secs(at.as_secs());
        if second != self.second {
            (self.second, self.count) = (second, 0);
        }
        self.count += 1;
        let fits = self.count <= self.limit;
        *(if fits { &mut self.taken } else { &mut self.refused }) += 1;
        fits
    }
}

#[tokio::test(start_paused = true)]
async fn all_processes_together_stay_in_the_share_of_the_quota() {
    for (percent, processes) in [(50, 2), (100, 1), (10, 5)] {
        let one = governor(percent, processes);
        let minute = admitted_in(&one, Category::UserUpdate, Duration::from_secs(60)).await;
        let allowed = 25 * 60 * u32::from(percent) / 100;
        assert!(minute * processes <= allowed + processes, "{minute} × {processes} > {allowed}");
        assert!(minute * processes * 10 >= allowed * 9, "{minute} × {processes} wastes {allowed}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_whole_quota_is_used_and_no_call_is_refused_whenever_aws_s_second_begins() {
    for category in [Category::UserUpdate, Category::UserRead, Category::UserPoolResourceRead] {
        for offset in [0, 137, 512, 999] {
            let governor = governor(100, 1);
            let limit = Quotas::default().reachable(category);
            let mut aws = Counted::of(limit);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(60) {
                governor.admit(category).await;
                // Between one and twelve milliseconds on the way.
                let way = 1 + aws.taken % 12;
                let fits = aws.take(start.elapsed() + Duration::from_millis(u64::from(offset + way)));
                governor.report(category, !fits);
            }
            assert_eq!(aws.refused, 0, "{category} at {offset}");
            assert!(aws.taken * 100 >= limit * 60 * 95, "{category} at {offset}: {}", aws.taken);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_not_followed_by_a_burst() {
    let governor = governor(100, 1);
    governor.admit(Category::UserUpdate).await;
    sleep(Duration::from_secs(60)).await;
    let in_a_second = admitted_in(&governor, Category::UserUpdate, Duration::from_secs(1)).await;
    assert!(in_a_second <= 25, "{in_a_second}");
}

#[tokio::test(start_paused = true)]
async fn refusals_slow_their_category_down_and_no_other() {
    let governor = governor(100, 1);
    for _ in 0..3 {
        governor.report(Category::UserUpdate, true);
        advance(Duration::from_secs(1)).await;
    }
    let slow = admitted_in(&governor, Category::UserUpdate, Duration::from_secs(10)).await;
    let normal = admitted_in(&governor, Category::UserRead, Duration::from_secs(10)).await;
    assert!((29..=32).contains(&slow), "{slow}");
    assert!(normal >= 1_165, "{normal}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_refused_together_count_once() {
    let governor = governor(100, 1);
    for _ in 0..30 {
        governor.report(Category::UserUpdate, true);
        advance(Duration::from_millis(30)).await;
    }
    let state = state(&governor, Category::UserUpdate);
    assert_eq!((state.throttled, state.slower), (30, Some(Slower::Throttled)));
    assert!(state.rate > state.ceiling * 0.49, "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_go_well_bring_the_pace_back_step_by_step() {
    let governor = governor(100, 1);
    governor.report(Category::UserUpdate, true);
    let mut rates = vec![state(&governor, Category::UserUpdate).rate];
    for _ in 0..6 {
        for _ in 0..10 {
            advance(Duration::from_millis(100)).await;
            governor.report(Category::UserUpdate, false);
        }
        rates.push(state(&governor, Category::UserUpdate).rate);
    }
    let ceiling = state(&governor, Category::UserUpdate).ceiling;
    // By the same step each second, to the ceiling and no further.
    for (seconds, rate) in rates.iter().enumerate() {
        let expected = (0.5 + 0.1 * f64::from(u32::try_from(seconds).unwrap())).min(1.0) * ceiling;
        assert!((rate - expected).abs() < 0.01, "{rates:?}");
    }
    assert_eq!(state(&governor, Category::UserUpdate).slower, None);
}

#[tokio::test(start_paused = true)]
async fn however_often_it_is_refused_a_lane_goes_on() {
    let governor = governor(50, 2);
    for _ in 0..100 {
        governor.report(Category::UserUpdate, true);
        advance(Duration::from_secs(1)).await;
    }
    assert!(admitted_in(&governor, Category::UserUpdate, Duration::from_secs(60)).await >= 10);
}

#[tokio::test(start_paused = true)]
async fn a_lane_beside_a_limit_that_others_hold_uses_most_of_it_and_is_seldom_refused() {
    // Half of the quota is somebody else's, and nobody says so.
    let governor = governor(100, 1);
    let mut aws = Counted::of(60);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(300) {
        governor.admit(Category::UserRead).await;
        let fits = aws.take(start.elapsed());
        governor.report(Category::UserRead, !fits);
    }
    assert!(aws.taken >= 60 * 300 * 7 / 10, "{}", aws.taken);
    assert!(aws.refused * 10 <= aws.taken, "{} of {}", aws.refused, aws.taken);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_waiting_costs_nobody_a_turn() {
    let governor = governor(50, 2);
    governor.admit(Category::UserUpdate).await;
    for _ in 0..10 {
        governor.report(Category::UserUpdate, true);
        advance(Duration::from_secs(1)).await;
    }
    // Batch after batch of more users than there is time for.
    for _ in 0..5 {
        let end = Instant::now() + Duration::from_secs(28);
        let work = (0..10).map(|_| timeout_at(end, governor.admit(Category::UserUpdate)));
        let admitted = futures_util::future::join_all(work).await.into_iter().filter(Result::is_ok).count();
        assert!(admitted >= 5, "{admitted}");
        assert_eq!(state(&governor, Category::UserUpdate).waiting, 0);
        sleep_until(end).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_others_use_is_left_to_them_and_taken_again_when_they_stop() {
    let governor = governor(100, 1);
    governor.others_use(Category::UserUpdate, 15.0);
    let beside = admitted_in(&governor, Category::UserUpdate, Duration::from_secs(10)).await;
    // 25, less a tenth, less 15.
    assert!((68..=75).contains(&beside), "{beside}");
    assert_eq!(state(&governor, Category::UserUpdate).slower, Some(Slower::OthersUse));
    governor.others_use(Category::UserUpdate, 200.0);
    assert!(admitted_in(&governor, Category::UserUpdate, Duration::from_secs(60)).await >= 40);
    governor.others_use(Category::UserUpdate, 0.0);
    assert!(admitted_in(&governor, Category::UserUpdate, Duration::from_secs(10)).await >= 240);
    assert_eq!(state(&governor, Category::UserUpdate).slower, None);
}

#[tokio::test(start_paused = true)]
async fn others_within_the_rest_cost_nothing() {
    let governor = governor(50, 1);
    governor.others_use(Category::UserUpdate, 9.0);
    let state = state(&governor, Category::UserUpdate);
    assert!((state.ceiling - 25.0 * 0.5 * 0.975).abs() < 0.01, "{state:?}");
    assert_eq!(state.slower, Some(Slower::Share));
}

#[tokio::test(start_paused = true)]
async fn a_new_share_counts_at_once_even_for_those_who_wait() {
    let governor = governor(1, 10);
    governor.admit(Category::UserPoolResourceUpdate).await;
    let start = Instant::now();
    let waits = governor.admit(Category::UserPoolResourceUpdate);
    let raises = async {
        sleep(Duration::from_secs(2)).await;
        assert_eq!(state(&governor, Category::UserPoolResourceUpdate).waiting, 1);
        governor.set_share(100, NonZeroU32::MIN);
    };
    futures_util::future::join(waits, raises).await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(state(&governor, Category::UserPoolResourceUpdate).admitted, 2);
}

#[tokio::test(start_paused = true)]
async fn raised_quotas_are_used() {
    let quotas: Quotas = ["UserCreation=200".parse().unwrap()].into_iter().collect();
    let governor = Governor::with_quotas(Budget { percent: 50, processes: NonZeroU32::MIN }, quotas);
    let admitted = admitted_in(&governor, Category::UserCreation, Duration::from_secs(10)).await;
    assert!((965..=1_000).contains(&admitted), "{admitted}");
}
