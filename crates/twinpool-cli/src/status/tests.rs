//! One screen, for a move that goes well, for one that does not, and for one of which little is known.

use std::collections::BTreeMap;

use twinpool_core::criteria::{Criteria, Criterion};
use twinpool_core::id::Timestamp;
use twinpool_core::overview::{Curves, Lag, Mirror, People, Queue, Used};
use twinpool_core::phase::{Phase, Share, Standing};
use twinpool_core::quota::Category;
use twinpool_core::verdict::{Fact, Measure, judge};
use twinpool_core::verified::Verified;

use super::*;
use crate::show::WIDTH;

const NOW: Timestamp = Timestamp(1_795_219_200_000);
const HOUR: u64 = 3_600_000;
const PLAIN: Paint = Paint { colour: false };

fn measure(criterion: Criterion, fact: Fact) -> Measure {
    Measure { criterion, place: None, fact }
}

fn measures(age: u64) -> [Measure; 5] {
    [
        measure(Criterion::SignInSuccess, Fact::Share { part: 99, of: 100 }),
        measure(Criterion::MirrorAge, Fact::Amount(age)),
        measure(Criterion::Conflicts, Fact::Amount(0)),
        measure(Criterion::DeadLetters, Fact::Amount(0)),
        measure(Criterion::ResolverErrors, Fact::Share { part: 0, of: 100 }),
    ]
}

fn used(calls: f64) -> Used {
    Used { calls, throttled: 0.0, quota: 50.0 }
}

fn well() -> Overview {
    let [p50, p95, p99] = [850, 2_400, 90_000].map(Duration::from_millis);
    let pools = ["eu-west-1_Old", "eu-west-1_New"].map(|id| PoolId::parse(id).unwrap());
    Overview {
        at: NOW,
        stack: "prod".to_owned(),
        pools: Ok(Some(pools.into())),
        standing: Ok(Standing {
            phase: Phase::Canary,
            share: Share::from_hundredths(2_500).unwrap(),
            since: Timestamp(NOW.0 - HOUR),
            proven: Some(Timestamp(NOW.0 - 24 * HOUR)),
            ..Standing::default()
        }),
        history: Ok(Vec::new()),
        people: Ok(People {
            at: NOW,
            took: Duration::from_millis(300),
            in_old: Some(12_345),
            linked: 12_333,
            pending: 2,
            merged: 10,
            moved: 1_204,
            came: 1_500,
            held_back: [("cannot_move", 40)].into(),
            ..People::default()
        }),
        verified: Ok(Some(Verified {
            at: Timestamp(NOW.0 - 2 * HOUR),
            users: 12_333,
            ..Verified::default()
        })),
        queue: Ok(Queue {
            waiting: 120,
            under_way: 10,
            oldest: Some(Duration::from_secs(4)),
            stands_for: None,
        }),
        dead_letters: BTreeMap::from([("mirror", Ok(0)), ("audit trail", Ok(0))]),
        mirror: Ok(Mirror { stopped: None, handled: Some(1_234), lag: Some(Lag { p50, p95, p99 }) }),
        judgement: Ok(judge(&Criteria::default(), &measures(4))),
        budget: Ok([
            (Category::UserRead, used(1.0)),
            (Category::UserCreation, used(31.25)),
            (Category::UserUpdate, used(20.0)),
        ]
        .into()),
        alarms: Ok(Vec::new()),
        curves: Ok(Curves::default()),
    }
}

pub(super) fn bad() -> Overview {
    let stopped = Some("the function prod-Mirror-1X2Y is not there".to_owned());
    Overview {
        people: Ok(People {
            at: Timestamp(NOW.0 - 5 * 60_000),
            took: Duration::from_secs(45),
            in_old: Some(12_345),
            linked: 6_100,
            pending: 30,
            conflicts: [("twin", 3), ("no_sign_in_name", 1)].into(),
            held_back: [("taken", 12), ("not_in_schema", 2)].into(),
            unreadable: 1,
            ..People::default()
        }),
        verified: Ok(Some(Verified { at: NOW, users: 6_100, differing: 17, ..Verified::default() })),
        queue: Ok(Queue {
            waiting: 4_321,
            under_way: 0,
            oldest: Some(Duration::from_mins(7)),
            stands_for: Some(Duration::from_secs(40)),
        }),
        dead_letters: BTreeMap::from([("mirror", Ok(3)), ("audit trail", Ok(0))]),
        mirror: Ok(Mirror { stopped, ..Mirror::default() }),
        judgement: Ok(judge(&Criteria::default(), &measures(420))),
        budget: Ok([(Category::UserUpdate, Used { calls: 24.0, throttled: 1.5, quota: 25.0 })].into()),
        alarms: Ok(vec!["prod-ChangeEventsLate-1A2B".to_owned(), "prod-CaptureFails-3C4D".to_owned()]),
        ..well()
    }
}

pub(super) fn unknown() -> Overview {
    let denied = || "GetMetricData failed: AccessDeniedException".to_owned();
    let stack = || "ListStackResources failed: AccessDenied".to_owned();
    Overview {
        standing: Ok(Standing::default()),
        people: Err("the walk over the table is under way".to_owned()),
        verified: Ok(None),
        queue: Err(stack()),
        dead_letters: BTreeMap::from([("mirror", Err(stack())), ("audit trail", Err(stack()))]),
        mirror: Err(stack()),
        judgement: Err(denied()),
        budget: Err(denied()),
        alarms: Err("no answer in 5 s".to_owned()),
        ..well()
    }
}

/// It fits, whatever is said.
fn screen(overview: &Overview) -> String {
    let text = told::screen(overview, PLAIN);
    assert!(text.lines().count() <= 24, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    text
}

#[test]
fn a_move_that_goes_well() {
    insta::assert_snapshot!(screen(&well()), @r"
    prod · 2026-11-21 00:00:00 UTC · all is well
    phase      canary, 25 % · since 2026-11-20 23:00Z · way back proven 2026-11-20
    users      ███████████████████░ 99.9 % of about 12,345 users of the old pool
               12,333 linked · 2 pending · 0 in conflict · 1,204 moved · 1,500 came
    lag        p50 0.8 s · p95 2.4 s · p99 2 min · 1,234 handled in 5 min
    queue      120 waiting · 10 at work · oldest 4.0 s
    DLQ        mirror 0 · audit trail 0
    conflicts  none open
    budget     UserCreation 62 % (31.2 of 50/s) · UserUpdate 40 % (20.0 of 50/s)
    verdict    go on
    verify     2026-11-20 22:00Z · 12,333 users · equal
    ");
    assert_eq!(exit(&well()), Exit::Done);
}

#[test]
fn a_move_of_which_the_mirror_has_died() {
    insta::assert_snapshot!(screen(&bad()), @r#"
    prod · 2026-11-21 00:00:00 UTC · somebody must act
    phase      canary, 25 % · since 2026-11-20 23:00Z · way back proven 2026-11-20
    users      █████████░░░░░░░░░░░ 49.41 % of about 12,345 users of the old pool
               6,100 linked · 30 pending · 4 in conflict · 0 moved · 0 came
               as of 2026-11-20 23:55Z: a walk takes 45 s
    lag        the mirror is stopped
    queue      4,321 waiting · 0 at work · oldest 7 min
    DLQ        mirror 3 · audit trail 0
    conflicts  12 taken · 3 twin · 2 not_in_schema · and 1 more
    budget     UserUpdate 96 % (24.0 of 25/s)
    verdict    roll back
    verify     2026-11-21 00:00Z · 6,100 users · 17 differ

    ✗ nothing is mirrored: the function prod-Mirror-1X2Y is not there; 4,321
      messages waiting → twinpool doctor
    ✗ the oldest change event has waited 7 min: longer than 5 min → twinpool doctor
    ✗ 3 messages in the DLQ of the mirror → twinpool dlq show
    ✗ the alarm CaptureFails is on → twinpool detach
    ✗ the verdict is "roll back": age of the oldest change event: 7 min, above 5 min
      → twinpool rollback
    ! the alarm ChangeEventsLate is on → twinpool doctor
    ! 18 conflicts open: 1 no_sign_in_name, 2 not_in_schema, 12 taken, 3 twin →
      twinpool conflicts list
    and 5 more: twinpool status --json
    "#);
    assert_eq!(exit(&bad()), Exit::Blocked);
}

#[test]
fn a_move_of_which_little_is_known() {
    insta::assert_snapshot!(screen(&unknown()), @r"
    prod · 2026-11-21 00:00:00 UTC · somebody should look, as far as it is known
    phase      dual-write
    users      ?
    lag        ?
    queue      ?
    DLQ        mirror ? · audit trail ?
    conflicts  ?
    budget     ?
    verdict    - (nobody is being moved)
    verify     never

    ! not known: queue, mirror, DLQ of the audit trail, DLQ of the mirror
      (ListStackResources failed: AccessDenied)
    · nobody has compared everybody in both pools yet → twinpool verify
    · not known: users (the walk over the table is under way)
    · not known: verdict, budget (GetMetricData failed: AccessDeniedException)
    · not known: alarms (no answer in 5 s)
    ");
    assert_eq!(exit(&unknown()), Exit::Warned, "nobody knows whether changes arrive");
    let carried = Overview {
        queue: well().queue,
        mirror: well().mirror,
        dead_letters: well().dead_letters,
        ..unknown()
    };
    assert_eq!(exit(&carried), Exit::Done, "nobody is moved yet");
    let standing = well().standing;
    assert_eq!(exit(&Overview { standing, ..unknown() }), Exit::Warned, "and here they are");
}

#[test]
fn colour_adds_nothing_and_takes_no_room() {
    for overview in [well(), bad(), unknown()] {
        let coloured = told::screen(&overview, Paint { colour: true });
        let parts: Vec<_> = coloured.split("\x1b[").collect();
        assert!(parts.len() > 1, "{coloured}");
        let plain: String = parts[0].to_owned()
            + &parts[1..].iter().map(|part| part.split_once('m').unwrap().1).collect::<String>();
        assert_eq!(plain, screen(&overview));
    }
}

#[test]
fn looks_follow_in_place_on_a_terminal_and_elsewhere_one_below_the_other() {
    let screen = |is_terminal, json| Screen { json, is_terminal, paint: PLAIN };
    let terminal = screen(true, false);
    assert!(terminal.again(&well(), true).starts_with("\x1b[2J\x1b[H"));
    let again = terminal.again(&well(), false);
    assert!(again.starts_with("\x1b[Hprod") && again.ends_with("\x1b[J"), "{again:?}");
    assert!(again.matches("\x1b[K\n").count() == again.lines().count() - 1, "{again:?}");
    let elsewhere = screen(false, false);
    let text = told::screen(&well(), PLAIN);
    assert_eq!(elsewhere.again(&well(), true) + &elsewhere.again(&well(), false), format!("{text}\n{text}"));
    let lines = screen(false, true).again(&well(), false);
    assert_eq!((lines.lines().count(), lines.starts_with('{')), (1, true));
}

#[test]
fn a_look_is_not_taken_too_often() {
    assert_eq!(an_interval("2s"), Ok(Duration::from_secs(2)));
    for odd in ["1s", "often", ""] {
        assert!(an_interval(odd).is_err(), "{odd}");
    }
}
