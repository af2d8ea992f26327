//! An invented move: a canary of 25 percent, some days old.

use std::collections::BTreeMap;
use std::time::Duration;

use twinpool_core::criteria::{Criteria, Criterion};
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::overview::{Curve, Curves, Growth, Lag, Mirror, Overview, People, Queue, Used};
use twinpool_core::phase::{Change, Phase, Round, Share, Standing};
use twinpool_core::quota::Category;
use twinpool_core::readiness::{Because, NewOnly, Readiness};
use twinpool_core::verdict::{Fact, Measure, judge};
use twinpool_core::verified::Verified;

/// 2026-11-21 14:30:05 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_795_271_405_000);
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

pub(crate) fn ago(hours: u64) -> Timestamp {
    Timestamp(NOW.0 - hours * HOUR)
}

fn share(percent: &str) -> Share {
    Share::parse(percent).unwrap_or_default()
}

pub(crate) const WHO: &str = "arn:aws:sts::123456789012:assumed-role/move-operator/session";

pub(crate) fn history() -> Vec<Change> {
    let (none, five, quarter) = (Share::NONE, share("5"), share("25"));
    let steps = [
        (
            220,
            (Phase::DualWrite, none),
            (Phase::Canary, share("1")),
            "the team first <script>alert(1)</script>",
            vec![],
        ),
        (196, (Phase::Canary, share("1")), (Phase::RolledBack, none), "sign-ins fail since ten", vec![]),
        (
            148,
            (Phase::RolledBack, none),
            (Phase::Canary, five),
            "the client is mended",
            vec!["verified".to_owned()],
        ),
        (52, (Phase::Canary, five), (Phase::Canary, quarter), "four days without trouble", vec![]),
    ];
    let change =
        |(version, (hours, from, to, why, forced)): (usize, (u64, _, _, &str, Vec<String>))| Change {
            version: u64::try_from(version).unwrap_or_default() + 2,
            from,
            to,
            at: ago(hours),
            who: WHO.to_owned(),
            why: why.to_owned(),
            forced,
        };
    steps.into_iter().enumerate().map(change).collect()
}

pub(crate) fn standing() -> Standing {
    Standing {
        version: 5,
        phase: Phase::Canary,
        share: share("25"),
        round: Round(1),
        since: ago(52),
        two_way_since: Some(ago(220)),
        proven: Some(ago(148)),
        ..Standing::default()
    }
}

/// Grows fast at first, and then by and by.
fn growth(total: u64, hours: u64, fast: u64) -> Growth {
    let mut growth = Growth::default();
    for number in 0..total {
        let share = number * 1000 / total.max(1);
        let at = if share < 800 { hours * HOUR * share / 800 / fast } else { hours * HOUR * share / 1000 };
        growth.add(Timestamp(NOW.0 - hours * HOUR + at.min(hours * HOUR)));
    }
    growth
}

fn people() -> People {
    People {
        at: Timestamp(NOW.0 - 20_000),
        took: Duration::from_millis(3_400),
        in_old: Some(12_480),
        linked: 9_731,
        pending: 3,
        conflicts: BTreeMap::from([("twin", 2), ("unverified_sign_in_name", 14), ("no_sign_in_name", 5)]),
        left_out: 61,
        held_back: BTreeMap::from([("taken", 3), ("cannot_move", 118), ("not_in_schema", 7)]),
        deleted: 41,
        merged: 6,
        born: 12,
        moved: 1_902,
        came: 2_316,
        readiness: Readiness {
            fine: 9_480,
            reset: BTreeMap::from([(Because::Chosen, 231), (Because::Born, 20)]),
            put_to_reset: 4,
            new_only: BTreeMap::from([(NewOnly::Born, 12), (NewOnly::Deleted, 2)]),
            disabled: 38,
            behind: 7,
            unknown: 0,
            unreadable: 0,
        },
        linked_over_time: growth(9_731, 236, 4),
        came_over_time: growth(2_316, 220, 1),
        ..People::default()
    }
}

/// By the minute over six hours; `wave` gives each minute its value, or none.
fn curve(wave: impl Fn(u64) -> Option<f64>) -> Curve {
    let points = (0..360_u64)
        .filter_map(|minute| wave(minute).map(|value| (Timestamp(NOW.0 - (360 - minute) * MINUTE), value)));
    points.collect()
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn curves() -> Curves {
    let hill = |minute: u64| {
        if (140..165).contains(&minute) { (25 - minute.abs_diff(152).min(25)) as f64 } else { 0.0 }
    };
    let noise = |minute: u64, by: u64| ((minute.wrapping_mul(2_654_435_761) >> 7) % by) as f64;
    Curves {
        lag: curve(|minute| {
            (!(200..230).contains(&minute)).then(|| 0.6 + noise(minute, 9) / 10.0 + hill(minute) / 2.0)
        }),
        backlog: curve(|minute| Some(noise(minute, 4) + hill(minute) * 9.0)),
        handled: curve(|minute| Some(20.0 + noise(minute, 30))),
        errors: curve(|minute| (minute % 61 == 7 || (145..160).contains(&minute)).then_some(2.0)),
        sign_ins_old: curve(|minute| Some(14.0 + noise(minute, 11))),
        sign_ins_new: curve(|minute| Some(5.0 + noise(minute + 5, 7) + (minute / 120) as f64)),
    }
}

fn measures() -> Vec<Measure> {
    let one = |criterion, place, fact| Measure { criterion, place, fact };
    vec![
        one(Criterion::SignInSuccess, None, Fact::Share { part: 412, of: 418 }),
        one(Criterion::MirrorAge, None, Fact::Amount(2)),
        one(Criterion::Conflicts, None, Fact::Amount(1)),
        one(Criterion::DeadLetters, Some("mirror"), Fact::Amount(0)),
        one(Criterion::DeadLetters, Some("audit trail"), Fact::Amount(0)),
        one(Criterion::ResolverErrors, None, Fact::Share { part: 0, of: 31 }),
    ]
}

pub(crate) fn overview() -> Overview {
    let pool = |id: &str| PoolId::parse(id).ok();
    let used = |calls, throttled, quota| Used { calls, throttled, quota };
    Overview {
        at: NOW,
        stack: "shop-move".to_owned(),
        pools: Ok(pool("eu-west-1_AbCdEfGhI").zip(pool("eu-west-1_JkLmNoPqR"))),
        standing: Ok(standing()),
        history: Ok(history()),
        people: Ok(people()),
        verified: Ok(Some(Verified { at: ago(6), users: 9_718, differing: 3, held_back: 128, in_flight: 1 })),
        queue: Ok(Queue {
            waiting: 4,
            under_way: 2,
            oldest: Some(Duration::from_millis(1_800)),
            stands_for: None,
        }),
        dead_letters: BTreeMap::from([("mirror", Ok(2)), ("audit trail", Ok(0))]),
        mirror: Ok(Mirror {
            stopped: None,
            handled: Some(187),
            lag: Some(Lag {
                p50: Duration::from_millis(640),
                p95: Duration::from_millis(1_900),
                p99: Duration::from_millis(4_200),
            }),
        }),
        judgement: Ok(judge(&Criteria::default(), &measures())),
        budget: Ok(BTreeMap::from([
            (Category::UserRead, used(31.4, 0.0, 120.0)),
            (Category::UserCreation, used(2.0, 0.0, 50.0)),
            (Category::UserUpdate, used(21.2, 0.3, 25.0)),
            (Category::UserPoolResourceUpdate, used(0.0, 0.0, 15.0)),
        ])),
        alarms: Ok(vec!["shop-move-DeadLettersWait-1QK7VJ2M9XLZ".to_owned()]),
        curves: Ok(curves()),
    }
}

/// Nobody can look at anything.
pub(crate) fn unknown() -> Overview {
    let why = || "AccessDeniedException: this role may not".to_owned();
    Overview {
        pools: Err(why()),
        standing: Err(why()),
        history: Err(why()),
        people: Err(why()),
        verified: Err(why()),
        queue: Err(why()),
        dead_letters: BTreeMap::from([("mirror", Err(why()))]),
        mirror: Err(why()),
        judgement: Err(why()),
        budget: Err(why()),
        alarms: Err(why()),
        curves: Err(why()),
        ..overview()
    }
}
