//! The report of an invented table.

use std::time::Duration;

use serde_json::json;
use twinpool_core::arrival::{Arrival, Invited};
use twinpool_core::link::LinkState;

use super::*;
use crate::samples::{AT, conflict, in_state, old, pair};

const DAY: u64 = 24 * 60 * 60 * 1000;

fn at(days: u64) -> Option<Timestamp> {
    Some(Timestamp(AT.0 + days * DAY))
}

fn invited(days: u64) -> Option<Invited> {
    at(days).map(|at| Invited { first: at, last: at, times: 1 })
}

fn standings() -> Standings {
    let nothing = Arrival::default();
    let arrivals = [
        ("old-1", Arrival { bridged_at: at(0), came_at: at(0), ..nothing }),
        ("old-2", Arrival { migrated_at: at(1), came_at: at(1), ..nothing }),
        ("old-3", Arrival { code_at: at(8), came_at: at(8), ..nothing }),
        ("old-4", Arrival { came_at: at(8), invited: invited(3), ..nothing }),
        ("old-5", Arrival { invited: invited(3), ..nothing }),
        ("old-6", Arrival { inviting_at: at(9), ..nothing }),
        ("old-31", Arrival { bridged_at: at(0), came_at: at(0), ..nothing }),
        ("new-9", Arrival { came_at: at(2), ..nothing }),
    ];
    let mut all = Standings::default();
    for number in 1..=8 {
        all.add(&pair(&format!("old-{number}"), &[]), if number > 6 { Way::Code } else { Way::Invite });
    }
    all.add(&in_state("old-20", LinkState::Merged { into: old("old-1"), since: AT }), Way::Invite);
    all.add(&Link { old_sub: old("old-21"), ..conflict() }, Way::Invite);
    // Two whom the old pool has disabled; one of them had come.
    for number in [30, 31] {
        let mut link = pair(&format!("old-{number}"), &[]);
        if let LinkState::Linked(linked) = &mut link.state {
            linked.base.old.enabled = false;
        }
        all.add(&link, Way::Invite);
    }
    for (who, arrival) in arrivals {
        all.add_arrival(&Sub::parse(who).unwrap(), &arrival);
    }
    all
}

fn report(by: By) -> Report {
    reported(by, Pools { old_users: Some(12_000), valid_for: Some(Duration::from_hours(7 * 24)) })
}

fn reported(by: By, pools: Pools) -> Report {
    let mut report = Report { unreadable: 1, pools, ..Report::default() };
    standings().all().for_each(|standing| report.add(&standing, by, Timestamp(AT.0 + 10 * DAY)));
    report
}

#[test]
fn states_ways_and_times_for_people() {
    let text = report(By::Week).table(true);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!("for_people", text);
    insta::assert_snapshot!("nobody", Report::default().table(false));
}

#[test]
fn days_for_spreadsheets() {
    insta::assert_snapshot!("csv", report(By::Day).csv());
}

#[test]
fn counts_for_programs_and_nobody_by_name() {
    let text = report(By::Day).json();
    assert!(!text.contains("old-"), "{text}");
    insta::assert_snapshot!("json", text);
}

#[test]
fn who_is_in_a_state_is_listed_by_sub() {
    assert_eq!(listed(standings().all(), State::Invited), "old-5\n");
    assert_eq!(listed(standings().all(), State::NotYet), "old-6\nold-7\nold-8\n");
    assert_eq!(listed(standings().all(), State::Otherwise), "old-4\n");
}

#[test]
fn weeks_begin_on_mondays() {
    // 2026-11-21 is a Saturday.
    assert_eq!(begin(AT, By::Day), AT.0 / DAY * DAY);
    assert_eq!(begin(AT, By::Week), (AT.0 / DAY - 5) * DAY);
    assert_eq!(begin(Timestamp(begin(AT, By::Week)), By::Week), begin(AT, By::Week));
}

#[test]
fn whose_temporary_password_has_expired_is_told_with_the_way_out() {
    let told = |valid_for| reported(By::Day, Pools { old_users: None, valid_for }).table(false);
    let days = |days: u64| Some(Duration::from_hours(days * 24));
    let expired = "1 were invited over 7 days ago and can neither sign in nor reset";
    assert!(told(days(7)).contains(expired) && told(days(7)).contains("--withdraw expired` gives"));
    assert!(!told(days(8)).contains("neither"), "{}", told(days(8)));
    assert!(told(None).contains("does not tell how long"), "nothing is taken for granted");
}

#[test]
fn the_pools_are_read_as_far_as_they_answer() {
    let object = |value: serde_json::Value| value.as_object().cloned();
    let old = object(json!({ "EstimatedNumberOfUsers": 12_000 }));
    let new = object(json!({ "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } } }));
    let days = Duration::from_hours(3 * 24);
    assert_eq!(Pools::of(old, new), Pools { old_users: Some(12_000), valid_for: Some(days) });
    assert_eq!(Pools::of(None, None), Pools::default());
}
