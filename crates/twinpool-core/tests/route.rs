//! What holds of every route, whatever the standing and whoever asks.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::btree_set;
use proptest::prelude::*;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, GroupName, Pool, Timestamp};
use twinpool_core::phase::{Cohorts, Phase, ROUTES_AFTER, Share, Standing};
use twinpool_core::route::{Asker, Because, Routed, is_id, route};

const BEGAN: Timestamp = Timestamp(1_795_219_200_000);

fn later() -> Timestamp {
    Timestamp(BEGAN.0 + 60_000)
}

fn key(secret: u8) -> DigestKey {
    DigestKey::new(&[secret; 32]).unwrap()
}

fn share(hundredths: u16) -> Share {
    Share::from_hundredths(hundredths).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn tenant() -> AttributeName {
    AttributeName::parse("custom:tenant").unwrap()
}

fn canary(hundredths: u16) -> Standing {
    Standing {
        phase: Phase::Canary,
        share: share(hundredths),
        two_way_since: Some(BEGAN),
        ..Standing::default()
    }
}

fn asker(id: &str) -> Asker {
    Asker { id: Some(id.to_owned()), ..Asker::default() }
}

fn sent(standing: &Standing, asker: &Asker) -> Routed {
    route(standing, asker, &key(7), later())
}

fn is_in(standing: &Standing, id: &str) -> bool {
    sent(standing, &asker(id)).pool == Pool::New
}

fn any_phase() -> impl Strategy<Value = Phase> {
    proptest::sample::select(Phase::ALL.to_vec())
}

prop_compose! {
    /// Cohorts of few names, so that they meet those of [`any_asker`].
    fn any_cohorts()(
        groups in btree_set("[ab]", 0..2),
        tenants in btree_set("[ab]", 0..2),
        allow in btree_set("[ab]", 0..2),
        deny in btree_set("[ab]", 0..2),
    ) -> Cohorts {
        Cohorts {
            groups: groups.iter().map(|name| group(name)).collect(),
            values: tenants.iter().map(|value| (tenant(), key(7).cohort(&tenant(), value))).collect(),
            allow: allow.iter().map(|id| key(7).tester(id)).collect(),
            deny: deny.iter().map(|id| key(7).tester(id)).collect(),
        }
    }
}

prop_compose! {
    fn any_asker()(
        id in proptest::option::of("[abc]|[a-z0-9-]{1,36}"),
        groups in btree_set("[abc]", 0..2),
        value in proptest::option::of("[abc]"),
    ) -> Asker {
        Asker {
            id,
            groups: groups.iter().map(|name| group(name)).collect(),
            values: value.into_iter().map(|value| (tenant(), value)).collect(),
        }
    }
}

proptest! {
    #[test]
    fn whoever_is_in_at_a_share_is_in_at_every_larger_one(
        cohorts in any_cohorts(), asker in any_asker(), one in 0..=10_000_u16, other in 0..=10_000_u16,
    ) {
        let (small, large) = (one.min(other), one.max(other));
        let at = |hundredths| Standing { cohorts: cohorts.clone(), ..canary(hundredths) };
        let before = sent(&at(small), &asker);
        prop_assert_eq!(before, sent(&at(small), &asker), "the same every time");
        if before.pool == Pool::New {
            prop_assert_eq!(sent(&at(large), &asker).pool, Pool::New);
            let everybody = Standing { phase: Phase::Cutover, ..at(10_000) };
            prop_assert_eq!(sent(&everybody, &asker).pool, Pool::New);
        }
    }

    #[test]
    fn a_phase_for_everybody_sends_everybody_there_whoever_asks(
        phase in any_phase(), cohorts in any_cohorts(), asker in any_asker(), hundredths in 0..=10_000_u16,
    ) {
        let standing = Standing { phase, cohorts, ..canary(hundredths) };
        let wanted = match phase {
            Phase::DualWrite | Phase::RolledBack => Pool::Old,
            Phase::Cutover | Phase::Complete => Pool::New,
            Phase::Canary => return Ok(()),
        };
        prop_assert_eq!(sent(&standing, &asker), Routed { pool: wanted, because: Because::Phase });
    }

    #[test]
    fn whoever_is_denied_is_never_in_before_the_cutover(
        cohorts in any_cohorts(), mut asker in any_asker(), hundredths in 0..=10_000_u16,
    ) {
        asker.id = Some("denied".to_owned());
        let tester = key(7).tester("denied");
        let cohorts = Cohorts { deny: [tester.clone()].into(), allow: [tester].into(), ..cohorts };
        let standing = Standing { cohorts, ..canary(hundredths) };
        prop_assert_eq!(sent(&standing, &asker), Routed { pool: Pool::Old, because: Because::List });
    }

    #[test]
    fn nobody_is_in_before_everybody_knows_that_changes_travel_both_ways(
        asker in any_asker(), age in 0..ROUTES_AFTER.as_millis() as u64, cutover in any::<bool>(),
    ) {
        let phase = if cutover { Phase::Cutover } else { Phase::Canary };
        let standing = Standing { phase, ..canary(10_000) };
        let at = |age| route(&standing, &asker, &key(7), Timestamp(BEGAN.0 + age)).pool;
        prop_assert_eq!(at(age), Pool::Old);
        prop_assert_eq!(at(ROUTES_AFTER.as_millis() as u64), Pool::New);
    }

    #[test]
    fn an_address_is_no_id_and_what_is_one_shows_in_no_debug(text in "\\PC{0,140}") {
        if is_id(&text) {
            prop_assert!(!text.contains(['@', '+', ' ']));
        }
        let shown = format!("{:?}", Asker { values: [(tenant(), "hunter2".to_owned())].into(), ..asker("hunter2") });
        prop_assert!(!shown.contains("hunter2"));
    }
}

/// Four standard deviations of as many throws as there are people.
fn tolerance(people: f64, share: f64) -> f64 {
    4.0 * (people * share * (1.0 - share)).sqrt()
}

#[test]
fn the_share_of_ten_thousand_is_the_share_that_was_asked_for() {
    for hundredths in [50, 500, 2_500, 5_000, 9_000] {
        let standing = canary(hundredths);
        let inside = (0..10_000).filter(|n| is_in(&standing, &format!("9441f38c-{n:04}-45d1"))).count();
        let wanted = f64::from(hundredths);
        let off = (f64::from(u32::try_from(inside).unwrap()) - wanted).abs();
        assert!(off < tolerance(10_000.0, wanted / 10_000.0), "{inside} of {hundredths}");
    }
}

#[test]
fn who_is_in_hangs_on_the_key_and_not_on_capital_letters() {
    let people: Vec<_> = (0..1_000).map(|n| format!("9441f38c-{n:04}-45d1")).collect();
    let inside = |secret| -> BTreeSet<&str> {
        let chosen =
            |id: &&String| route(&canary(5_000), &asker(id), &key(secret), later()).pool == Pool::New;
        people.iter().filter(chosen).map(String::as_str).collect()
    };
    assert_ne!(inside(7), inside(8));
    for id in &people {
        assert_eq!(is_in(&canary(5_000), id), is_in(&canary(5_000), &id.to_uppercase()));
    }
    let cohorts = Cohorts { allow: [key(7).tester("AB-1")].into(), ..Cohorts::default() };
    assert!(is_in(&Standing { cohorts, ..canary(0) }, "ab-1"));
}

#[test]
fn a_group_or_a_tenant_is_in_whatever_the_share_and_whoever_has_no_id_only_with_the_whole() {
    let cohorts = Cohorts {
        groups: [group("staff")].into(),
        values: [(tenant(), key(7).cohort(&tenant(), "acme"))].into(),
        ..Cohorts::default()
    };
    let standing = Standing { cohorts, ..canary(0) };
    let staff = Asker { groups: [group("staff"), group("other")].into(), ..Asker::default() };
    let acme = Asker { values: BTreeMap::from([(tenant(), "acme".to_owned())]), ..Asker::default() };
    let by_cohort = Routed { pool: Pool::New, because: Because::Cohort };
    assert_eq!((sent(&standing, &staff), sent(&standing, &acme)), (by_cohort, by_cohort));
    let zeta = Asker { values: BTreeMap::from([(tenant(), "zeta".to_owned())]), ..Asker::default() };
    assert_eq!(sent(&standing, &zeta).pool, Pool::Old);
    assert_eq!(sent(&canary(9_999), &Asker::default()).pool, Pool::Old);
    assert_eq!(sent(&canary(10_000), &Asker::default()).pool, Pool::New);
}
