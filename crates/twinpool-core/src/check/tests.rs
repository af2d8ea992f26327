use std::time::Duration;

use super::*;
use crate::drain::{Ago, Drain, Served};
use crate::held_back::Reason;
use crate::id::ClientId;
use crate::phase::{Cohorts, Phase, Share, YoungerHistory};
use crate::verified::Verified;

const NOW: Timestamp = Timestamp(1_795_219_200_000);

fn fine() -> Facts {
    Facts {
        table: Ok(Some("id-1".to_owned())),
        younger: Ok(None),
        ahead: Ok(-2),
        reverse_sync: Ok(true),
        marker: Ok(Marker::Fine),
        verified: Ok(Some(Verified { at: Timestamp(NOW.0 - 60_000), users: 10, ..Verified::default() })),
        queue: Ok(Lag { waiting: 0, oldest: None }),
        dead_letters: Ok([("events".to_owned(), 0)].into()),
        chain: Ok(Chain { fine: 20, ..Chain::default() }),
        conflicts: Ok(Open::default()),
        alarms: Ok(Vec::new()),
        drain: Ok(Drain::default()),
        heard: Ok(true),
        ..Facts::unknown("nobody looked")
    }
}

fn standing() -> Standing {
    Standing {
        version: 4,
        phase: Phase::Canary,
        table: Some("id-1".to_owned()),
        proven: Some(Timestamp(1)),
        ..Standing::default()
    }
}

fn switch() -> Step {
    Step::Switch { share: Share::ALL, cohorts: Cohorts::default() }
}

fn of(step: &Step, facts: &Facts) -> Vec<Check> {
    checks(step, &standing(), facts, NOW)
}

fn failing(step: &Step, facts: &Facts) -> Vec<(What, bool)> {
    of(step, facts)
        .into_iter()
        .filter(|check| !check.holds())
        .map(|check| (check.what, check.bars()))
        .collect()
}

#[test]
fn where_all_is_well_every_check_of_every_step_holds() {
    for step in [switch(), Step::Rollback, Step::Complete] {
        assert_eq!(failing(&step, &fine()), []);
    }
}

#[test]
fn each_trouble_is_found_and_only_what_spoils_the_way_back_bars_a_switch() {
    let late = Lag { waiting: 3, oldest: Some(Duration::from_secs(300)) };
    let stale = Verified { at: Timestamp(NOW.0 - 25 * 3_600_000), users: 10, ..Verified::default() };
    let differing = Verified { at: NOW, users: 10, differing: 1, ..Verified::default() };
    let moving = Verified { at: NOW, users: 10, in_flight: 2, ..Verified::default() };
    let open = Open { by_reason: [(Reason::Taken, 2)].into(), unreadable: 0 };
    let broken = Chain { broken: vec!["mirror".to_owned()], ..Chain::default() };
    let cases = [
        (Facts { table: Ok(Some("id-2".to_owned())), ..fine() }, What::Table, true),
        (Facts { younger: Ok(Some(YoungerHistory(2))), ..fine() }, What::Table, true),
        (Facts { reverse_sync: Ok(false), ..fine() }, What::ReverseSync, true),
        (Facts { marker: Ok(Marker::Missing("add it".to_owned())), ..fine() }, What::Marker, true),
        (Facts { marker: Ok(Marker::Changeable), ..fine() }, What::Marker, true),
        (Facts { verified: Ok(None), ..fine() }, What::Verified, false),
        (Facts { verified: Ok(Some(stale)), ..fine() }, What::Verified, false),
        (Facts { verified: Ok(Some(differing)), ..fine() }, What::Verified, false),
        (Facts { verified: Ok(Some(moving)), ..fine() }, What::Verified, false),
        (Facts { queue: Ok(late), ..fine() }, What::Queue, false),
        (Facts { dead_letters: Ok([("events".to_owned(), 1)].into()), ..fine() }, What::DeadLetters, false),
        (Facts { chain: Ok(broken), ..fine() }, What::Chain, false),
        (Facts { conflicts: Ok(open), ..fine() }, What::Conflicts, false),
        (Facts { alarms: Ok(vec!["late".to_owned()]), ..fine() }, What::Alarms, false),
    ];
    for (facts, what, bars) in cases {
        assert_eq!(failing(&switch(), &facts), [(what, bars)]);
    }
}

#[test]
fn the_first_switch_wants_a_clock_that_is_right() {
    let verdict = |ahead: i64, since: Option<Timestamp>| {
        let standing = Standing { two_way_since: since, ..standing() };
        let all = checks(&switch(), &standing, &Facts { ahead: Ok(ahead), ..fine() }, NOW);
        all.into_iter().find(|check| check.what == What::Clock)
    };
    for off in [3, 59, -3, -59] {
        let check = verdict(off, None).unwrap();
        let Verdict::Fails { why, .. } = &check.verdict else { panic!("{off}") };
        assert!(check.bars() && why.contains(&off.unsigned_abs().to_string()), "{why}");
        assert_eq!(verdict(off, Some(NOW)), None, "changes travel both ways already");
    }
    assert!(verdict(2, None).unwrap().holds());
}

#[test]
fn a_table_out_of_a_backup_of_before_the_first_step_is_not_taken_for_fine() {
    let verdict = |table: Option<&str>, restored: bool| {
        let standing = Standing { table: table.map(str::to_owned), ..Standing::default() };
        let all = checks(&switch(), &standing, &Facts { restored, ..fine() }, NOW);
        all.into_iter().find(|check| check.what == What::Table).unwrap()
    };
    assert!(verdict(None, true).bars());
    assert!(verdict(None, false).holds());
    assert!(verdict(Some("id-1"), true).holds(), "somebody has taken it");
}

#[test]
fn a_verify_that_came_with_the_backup_says_nothing_of_the_table() {
    for step in [switch(), Step::Complete] {
        let verdict = |taken: u64| {
            let standing = Standing { taken: Some(Timestamp(taken)), ..standing() };
            let all = checks(&step, &standing, &fine(), NOW);
            all.into_iter().find(|check| check.what == What::Verified).unwrap().verdict
        };
        let at = NOW.0 - 60_000;
        assert!(matches!(verdict(at - 1), Verdict::Holds(_)));
        let Verdict::Fails { why, remedy } = verdict(at + 1) else { panic!("{step:?}") };
        assert!(why.contains("before the table was taken") && remedy == "twinpool verify", "{why}");
    }
}

#[test]
fn the_old_pool_is_left_with_nothing_in_the_queue() {
    let waiting = |waiting, oldest: Option<u64>| {
        let queue = Lag { waiting, oldest: oldest.map(Duration::from_secs) };
        failing(&Step::Complete, &Facts { queue: Ok(queue), ..fine() })
    };
    for oldest in [Some(5), Some(300), None] {
        assert_eq!(waiting(1, oldest), [(What::Queue, false)], "{oldest:?}");
    }
    assert_eq!(waiting(0, None), []);
}

#[test]
fn what_nobody_could_look_at_never_counts_as_fine_and_never_bars() {
    for check in of(&switch(), &Facts::unknown("no permission")) {
        let is_proven = check.what == What::WayBack;
        assert_eq!((check.holds(), check.bars()), (is_proven, false), "{check:?}");
    }
}

#[test]
fn the_way_back_is_proven_before_anybody_is_sent() {
    let unproven = Standing { proven: None, ..standing() };
    let failing = |facts: &Facts| {
        let all = checks(&switch(), &unproven, facts, NOW);
        all.into_iter().filter(|check| !check.holds()).map(|check| check.what).collect::<Vec<_>>()
    };
    assert_eq!(failing(&fine()), [What::WayBack]);
    assert_eq!(failing(&Facts { prover: Some(Ok("sub-1".to_owned())), ..fine() }), []);
    let nobody = Facts { prover: Some(Err("sub-9 has no link".to_owned())), ..fine() };
    assert_eq!(failing(&nobody), [What::WayBack], "nobody can prove it");
}

#[test]
fn a_proof_of_the_way_back_says_how_old_it_is() {
    let proven = Standing { proven: Some(Timestamp(NOW.0 - 3 * 3_600_000)), ..standing() };
    let all = checks(&switch(), &proven, &fine(), NOW);
    let told = all.into_iter().find(|check| check.what == What::WayBack).unwrap();
    let Verdict::Holds(why) = told.verdict else { panic!() };
    assert!(why.ends_with("3 h ago"), "{why}");
}

#[test]
fn a_verify_of_before_a_cutover_or_a_rollback_says_nothing_of_after_it() {
    let verdict = |step: &Step, phase, since| {
        let standing = Standing { phase, since: Timestamp(since), ..standing() };
        let all = checks(step, &standing, &fine(), NOW);
        all.into_iter().find(|check| check.what == What::Verified).unwrap()
    };
    let at = NOW.0 - 60_000;
    for (step, phase) in [(Step::Complete, Phase::Cutover), (switch(), Phase::RolledBack)] {
        assert!(verdict(&step, phase, at - 1).holds(), "{step:?}");
        let check = verdict(&step, phase, at + 1);
        let Verdict::Fails { why, remedy } = check.verdict else { panic!("{step:?}") };
        assert!(why.contains("before") && remedy.contains("twinpool verify") && !check.hard, "{why}");
    }
    assert!(verdict(&switch(), Phase::Canary, at + 1).holds(), "a larger share needs no new look");
}

#[test]
fn whoever_was_seen_in_the_old_pool_of_late_is_told_before_it_is_left_for_good() {
    let seen = |ago: Ago| {
        let mut drain = Drain::default();
        let client = Some(ClientId::parse("web1").unwrap());
        let served = Served { users: [(ago, 3)].into(), last: None };
        drain.clients.insert(client, served);
        Facts { drain: Ok(drain), ..fine() }
    };
    assert_eq!(failing(&Step::Complete, &seen(Ago::Day)), [(What::Drained, false)]);
    assert_eq!(failing(&Step::Complete, &seen(Ago::Week)), [(What::Drained, false)]);
    assert_eq!(failing(&Step::Complete, &seen(Ago::Month)), []);
    assert_eq!(failing(&switch(), &seen(Ago::Day)), []);
    let told =
        of(&Step::Complete, &seen(Ago::Week)).into_iter().find(|check| check.what == What::Drained).unwrap();
    let Verdict::Fails { why, remedy } = told.verdict else { panic!() };
    assert!(why.contains("3 were seen") && why.contains("web1") && remedy.contains("report drain"), "{why}");
}

#[test]
fn where_sign_ins_to_the_new_pool_are_not_heard_of_nobody_goes_before_everybody_does() {
    let unheard = Facts { heard: Ok(false), ..fine() };
    assert_eq!(failing(&switch(), &unheard), [(What::Heard, false)]);
    for share in [Share::NONE, Share::parse("5").unwrap()] {
        let some = Step::Switch { share, cohorts: Cohorts::default() };
        assert_eq!(failing(&some, &unheard), [(What::Heard, true)], "{share}");
    }
    assert_eq!(failing(&Step::Complete, &unheard), []);
}

#[test]
fn a_rollback_waits_for_no_walk_and_nothing_bars_it() {
    let lame = Facts {
        reverse_sync: Ok(false),
        dead_letters: Ok([("events".to_owned(), 9)].into()),
        table: Ok(Some("id-1".to_owned())),
        younger: Ok(None),
        ..Facts::unknown("nobody looked")
    };
    assert!(of(&Step::Rollback, &lame).iter().all(|check| !check.bars()));
    let restored = Facts { table: Ok(Some("id-2".to_owned())), ..lame };
    assert!(failing(&Step::Rollback, &restored).contains(&(What::Table, false)));
}
