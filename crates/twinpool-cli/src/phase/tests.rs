use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Cohorts, Phase, Share};
use twinpool_testkit::world::{attribute, group, key};

use super::*;

const AT: Timestamp = Timestamp(1_795_219_200_000);

fn canary() -> (Standing, Vec<Change>) {
    let key = key();
    let tenant = attribute("custom:tenant");
    let cohorts = Cohorts {
        groups: [group("staff"), group("beta")].into(),
        values: ["acme", "initech"].map(|value| (tenant.clone(), key.cohort(&tenant, value))).into(),
        allow: [key.tester("install-1")].into(),
        deny: [key.tester("install-2")].into(),
    };
    let share = Share::parse("5").unwrap();
    let standing = Standing {
        version: 7,
        phase: Phase::Canary,
        share,
        cohorts,
        since: AT,
        proven: Some(AT),
        ..Standing::default()
    };
    let line = Change {
        version: 7,
        from: (Phase::DualWrite, Share::NONE),
        to: (Phase::Canary, share),
        at: AT,
        who: "role/Admin of 123".to_owned(),
        why: "first five percent; forced: no trail here".to_owned(),
        forced: vec!["chain".to_owned()],
    };
    (standing, vec![line])
}

#[test]
fn where_the_move_stands_is_told_with_groups_in_clear_and_everybody_s_own_as_counts() {
    let (standing, changes) = canary();
    let told = words(&standing, &changes, true, &[("readiness", "all fine".to_owned())]);
    insta::assert_snapshot!(told);
    assert!(!told.contains("acme") && !told.contains("install"), "{told}");
    let told = as_json(&standing, &changes, false, &[]);
    assert_eq!((&told["percent"], &told["values"], &told["testers"]), (&json!(5.0), &json!(2), &json!(1)));
    assert_eq!((&told["last"]["forced"], told.get("history")), (&json!(["chain"]), None));
}

#[test]
fn a_move_that_has_not_begun_stands_at_its_beginning() {
    let told = words(&Standing::default(), &[], false, &[]);
    assert!(
        told.contains("dual-write") && told.contains("not proven yet") && !told.contains("since"),
        "{told}"
    );
}

#[test]
fn after_a_rollback_whoever_is_never_to_be_sent_is_told_still() {
    let deny = [key().tester("install-2")].into();
    let cohorts = Cohorts { deny, ..Cohorts::default() };
    let back = Standing { phase: Phase::RolledBack, cohorts, ..Standing::default() };
    let told = words(&back, &[], false, &[]);
    assert!(told.contains("1 never sent"), "{told}");
}
