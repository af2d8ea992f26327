use super::*;
use crate::criteria::{Criteria, Criterion};
use crate::phase::{Phase, Share};
use crate::verdict::{Fact, Measure, judge};

const MINUTE: u64 = 60_000;

fn canary() -> Standing {
    Standing {
        phase: Phase::Canary,
        share: Share::from_hundredths(500).unwrap(),
        since: Timestamp(10 * MINUTE),
        ..Standing::default()
    }
}

fn at(minute: u64) -> Timestamp {
    Timestamp(minute * MINUTE)
}

#[test]
fn one_bad_look_is_news_and_two_in_a_row_are_time_to_go_back() {
    let mut memory = Memory::default();
    let news = Next { is_news: true, is_time: false };
    assert_eq!(memory.take(&canary(), Verdict::RollBack, at(20)), news);
    memory.told = Some(Verdict::RollBack);
    assert_eq!(memory.take(&canary(), Verdict::RollBack, at(21)), Next { is_news: false, is_time: true });
}

#[test]
fn a_better_look_between_two_bad_ones_begins_the_count_anew() {
    let mut memory = Memory::default();
    for (minute, verdict) in [(20, Verdict::RollBack), (21, Verdict::Hold), (22, Verdict::RollBack)] {
        assert!(!memory.take(&canary(), verdict, at(minute)).is_time, "{minute}");
    }
}

#[test]
fn two_looks_at_once_are_one() {
    let mut memory = Memory::default();
    memory.take(&canary(), Verdict::RollBack, at(20));
    assert!(!memory.take(&canary(), Verdict::RollBack, Timestamp(at(20).0 + 1_000)).is_time);
    // A clock that was set back counts from then.
    assert!(!memory.take(&canary(), Verdict::RollBack, at(19)).is_time);
    assert!(memory.take(&canary(), Verdict::RollBack, at(20)).is_time);
}

#[test]
fn that_all_is_well_is_news_only_after_something_else() {
    let mut memory = Memory::default();
    assert!(!memory.take(&canary(), Verdict::GoOn, at(20)).is_news);
    assert!(memory.take(&canary(), Verdict::Hold, at(21)).is_news);
    memory.told = Some(Verdict::Hold);
    assert!(memory.take(&canary(), Verdict::GoOn, at(22)).is_news);
}

#[test]
fn after_a_rollback_nothing_of_before_counts() {
    let mut memory = Memory { version: 7, told: Some(Verdict::RollBack), ..Memory::default() };
    memory.bad_since = Some(at(1));
    let next_round = Standing { round: Round(1), ..canary() };
    let next = memory.take(&next_round, Verdict::RollBack, at(20));
    assert_eq!((next, memory.version), (Next { is_news: true, is_time: false }, 7));
}

#[test]
fn what_was_before_the_last_step_is_not_looked_at() {
    let window = Duration::from_secs(600);
    assert_eq!(from(&canary(), window, at(12)), at(10));
    assert_eq!(from(&canary(), window, at(60)), at(50));
    // Another machine's clock is ahead.
    assert_eq!(from(&canary(), window, at(9)), at(9));
}

#[test]
fn a_message_says_what_why_and_what_to_do() {
    let measure = Measure { criterion: Criterion::DeadLetters, place: None, fact: Fact::Amount(3) };
    let mut criteria = Criteria::default();
    criteria.limits.retain(|criterion, _| *criterion == Criterion::DeadLetters);
    let judgement = judge(&criteria, &[measure]);
    let (subject, text) = message("prod\n", &canary(), &judgement, Some(Verdict::GoOn));
    assert_eq!(subject, "twinpool prod: roll back");
    assert_eq!(
        text,
        "The verdict is \"roll back\". It was \"go on\".\nPhase: canary, 5 % of the users.\n- messages in a DLQ: 3, above 0\n\
         Look with `twinpool watch --once`, and send everybody back with `twinpool rollback`.\n"
    );
}
