use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::criteria::{Criteria, Criterion};
use crate::id::Timestamp;
use crate::overview::{Curves, Mirror, People, Queue, Used};
use crate::phase::{Busy, Share, Standing};
use crate::quota::Category;
use crate::verdict::{Fact, Measure, judge};
use crate::verified::Verified;

const NOW: Timestamp = Timestamp(1_795_219_200_000);
const HOUR: u64 = 3_600_000;

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

/// A move that goes as it should: a quarter of the users is sent to the new pool.
fn well() -> Overview {
    let share = Share::from_hundredths(2_500).unwrap();
    Overview {
        at: NOW,
        stack: "prod".to_owned(),
        pools: Ok(None),
        standing: Ok(Standing { phase: Phase::Canary, share, ..Standing::default() }),
        history: Ok(Vec::new()),
        people: Ok(People { at: NOW, in_old: Some(10), linked: 10, ..People::default() }),
        verified: Ok(Some(Verified { at: NOW, users: 10, ..Verified::default() })),
        queue: Ok(Queue { waiting: 3, under_way: 2, oldest: Some(Duration::from_secs(4)), stands_for: None }),
        dead_letters: BTreeMap::from([("mirror", Ok(0)), ("audit trail", Ok(0))]),
        mirror: Ok(Mirror::default()),
        judgement: Ok(judge(&Criteria::default(), &measures(4))),
        budget: Ok(BTreeMap::from([(
            Category::UserCreation,
            Used { calls: 5.0, throttled: 0.0, quota: 50.0 },
        )])),
        alarms: Ok(Vec::new()),
        curves: Ok(Curves::default()),
    }
}

/// The same, with something else.
fn with(change: impl FnOnce(&mut Overview)) -> Overview {
    let mut overview = well();
    change(&mut overview);
    overview
}

fn in_phase(overview: &mut Overview, phase: Phase) {
    overview.standing = Ok(Standing { phase, ..Standing::default() });
}

fn told(overview: &Overview) -> Vec<String> {
    let line = |one: Finding| format!("{}: {} -> {}", one.severity.code(), one.what, one.remedy);
    overview.findings().into_iter().map(line).collect()
}

#[test]
fn a_move_that_goes_as_it_should_wants_nothing() {
    assert_eq!((told(&well()), well().health(), well().is_all_known()), (Vec::new(), Health::Well, true));
}

#[test]
fn a_mirror_that_gets_no_events_is_told_at_once_and_what_waits_for_it() {
    let stopped = with(|it| {
        it.mirror = Ok(Mirror { stopped: Some("the function is gone".to_owned()), ..Mirror::default() });
    });
    assert_eq!(
        told(&stopped),
        ["act: nothing is mirrored: the function is gone; 3 messages waiting -> twinpool doctor"]
    );
    assert_eq!(stopped.health(), Health::Act);
    // Nothing follows after the end, and a stack without a mirror is no trouble then.
    let over = with(|it| {
        in_phase(it, Phase::Complete);
        it.mirror = stopped.mirror.clone();
    });
    assert_eq!(told(&over), [""; 0]);
}

#[test]
fn messages_that_nobody_works_on_are_told_once_it_is_no_cold_start() {
    let stands = |seconds| {
        with(|it| {
            let stands_for = Some(Duration::from_secs(seconds));
            it.queue = Ok(Queue { waiting: 1, under_way: 0, oldest: None, stands_for });
        })
    };
    assert_eq!(told(&stands(19)), [""; 0]);
    assert_eq!(
        told(&stands(20)),
        ["act: 1 message waiting, and nobody has worked on any for 20 s -> twinpool doctor"]
    );
}

#[test]
fn the_oldest_event_is_held_against_the_criteria_and_without_them_against_five_minutes() {
    let oldest = |seconds, criteria: Criteria| {
        with(|it| {
            in_phase(it, Phase::DualWrite);
            let oldest = Some(Duration::from_secs(seconds));
            it.queue = Ok(Queue { waiting: 3, under_way: 2, oldest, stands_for: None });
            it.judgement = Ok(judge(&criteria, &measures(0)));
        })
    };
    let mut strict = Criteria::default();
    strict.limits.entry(Criterion::MirrorAge).or_default().roll_back = Some(60);
    let free = Criteria { limits: BTreeMap::new(), ..Criteria::default() };
    assert_eq!(
        told(&oldest(61, strict)),
        ["act: the oldest change event has waited 61 s: longer than 60 s -> twinpool doctor"]
    );
    assert_eq!(told(&oldest(300, free.clone())), [""; 0]);
    assert_eq!(oldest(301, free).health(), Health::Act);
}

#[test]
fn what_was_given_up_names_its_remedy() {
    let full = with(|it| it.dead_letters = [("mirror", Ok(3)), ("audit trail", Ok(1))].into());
    assert_eq!(
        told(&full),
        [
            "act: 1 message in the DLQ of the audit trail -> twinpool sweep finds what they told; then empty it: docs/runbook.md",
            "act: 3 messages in the DLQ of the mirror -> twinpool dlq show",
        ]
    );
}

#[test]
fn a_verdict_counts_while_people_are_moved_and_no_longer() {
    let bad = |it: &mut Overview| it.judgement = Ok(judge(&Criteria::default(), &measures(301)));
    let unknown = |it: &mut Overview| it.judgement = Ok(judge(&Criteria::default(), &measures(0)[1..]));
    assert_eq!(
        told(&with(bad)),
        [
            "act: the verdict is \"roll back\": age of the oldest change event: 301 s, above 5 min -> twinpool rollback"
        ]
    );
    assert_eq!(
        told(&with(unknown)),
        [
            "look: the verdict is \"hold\": sign-ins that succeed: not known (nobody measured it) -> twinpool watch --once"
        ]
    );
    let rest = with(|it| {
        bad(it);
        in_phase(it, Phase::RolledBack);
    });
    assert_eq!(told(&rest), [""; 0]);
}

#[test]
fn an_alarm_on_sign_ins_asks_for_somebody_and_another_for_a_look() {
    let alarms = ["prod-PoolsDiffer-1X", "prod-SignInFails-2Y", "prod-Odd-3Z"];
    let on = with(|it| it.alarms = Ok(alarms.map(str::to_owned).to_vec()));
    assert_eq!(
        told(&on),
        [
            "act: the alarm SignInFails is on -> twinpool rollback; then the log of sign-in",
            "look: the alarm PoolsDiffer is on -> twinpool verify",
            "look: the alarm Odd is on -> docs/runbook.md, \"Alarms, and the first command\"",
        ]
    );
}

#[test]
fn whoever_waits_for_a_decision_is_counted_and_what_is_only_to_be_known_is_not() {
    let waiting = with(|it| {
        it.people = Ok(People {
            in_old: Some(1_200),
            linked: 1_000,
            left_out: 4,
            conflicts: [("twin", 3)].into(),
            held_back: [("taken", 2), ("twin", 1), ("cannot_move", 90)].into(),
            unreadable: 1,
            ..People::default()
        });
    });
    assert_eq!(
        told(&waiting),
        [
            "look: 6 conflicts open: 2 taken, 4 twin -> twinpool conflicts list",
            "look: 1 item of the table cannot be read: damaged, or written by a newer twinpool -> the newest twinpool",
            "note: about 193 users of the old pool not in the new one yet -> twinpool backfill",
        ]
    );
}

#[test]
fn a_quota_near_its_end_and_refused_calls_are_told_by_category() {
    let used = |calls, throttled| Used { calls, throttled, quota: 25.0 };
    let tight = with(|it| {
        it.budget = Ok([
            (Category::UserRead, used(20.0, 0.0)),
            (Category::UserUpdate, used(21.0, 0.5)),
            (Category::UserList, Used { quota: 0.0, ..used(1.0, 0.0) }),
        ]
        .into());
    });
    let remedy = "twinpool rate slows backfills down; AWS raises quotas: Service Quotas";
    assert_eq!(
        told(&tight),
        [
            format!("look: Cognito refuses calls as too many: UserUpdate 0.5 a second -> {remedy}"),
            format!("look: quotas are all but used up: UserUpdate 84 % -> {remedy}"),
        ]
    );
}

#[test]
fn a_verify_that_is_missing_old_or_not_equal_wants_a_look_once_people_are_moved() {
    let verified = |at, differing| Ok(Some(Verified { at: Timestamp(at), differing, ..Verified::default() }));
    for (verified, what) in [
        (Ok(None), "nobody has compared everybody in both pools yet"),
        (verified(NOW.0 - 25 * HOUR, 0), "the last verify is 25 h old"),
        (verified(NOW.0, 2), "the last verify found 2 users who differ, for no reason that is written down"),
    ] {
        let moving = with(|it| it.verified = verified.clone());
        assert_eq!(told(&moving), [format!("look: {what} -> twinpool verify")]);
        let before = with(|it| {
            it.verified = verified;
            in_phase(it, Phase::DualWrite);
        });
        assert_eq!(
            (told(&before), before.health()),
            (vec![format!("note: {what} -> twinpool verify")], Health::Well)
        );
    }
}

#[test]
fn what_is_not_known_is_told_once_for_each_reason_and_the_phase_before_all() {
    let denied = || "GetMetricData failed: AccessDenied".to_owned();
    let blind = with(|it| {
        it.standing = Err("GetItem failed: ResourceNotFoundException".to_owned());
        it.budget = Err(denied());
        it.judgement = Err(denied());
        it.dead_letters = [("mirror", Err("no answer in 5 s".to_owned()))].into();
    });
    assert_eq!(
        told(&blind),
        [
            "act: where the move stands cannot be read: GetItem failed: ResourceNotFoundException -> twinpool phase",
            "look: not known: verdict, budget (GetMetricData failed: AccessDenied) -> ",
            "look: not known: DLQ of the mirror (no answer in 5 s) -> ",
        ]
    );
    let before = with(|it| {
        it.budget = Err(denied());
        in_phase(it, Phase::DualWrite);
    });
    assert_eq!((before.health(), before.is_all_known()), (Health::Well, false));
}

#[test]
fn a_command_at_work_is_worth_knowing_and_one_that_died_is_not() {
    let busy = |at| {
        let busy = Busy { what: "switch".to_owned(), who: "somebody".to_owned(), at: Timestamp(at) };
        with(|it| it.standing = Ok(Standing { busy: Some(busy), ..Standing::default() }))
    };
    assert_eq!(told(&busy(NOW.0 - 60_000)), ["note: a command is at work: switch -> twinpool phase"]);
    assert_eq!(told(&busy(NOW.0 - HOUR)), [""; 0]);
}
