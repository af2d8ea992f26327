//! Differences planted by hand in a pool that agrees: each is found, for what it is, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::LinkStore as _;
use twinpool_core::value::Value;
use twinpool_engine::{Row, Verdict};
use twinpool_testkit::world::{attribute, email_pool, group, person};
use twinpool_testkit::{Process, World};

use super::{Verified, Watcher, assert_nothing_personal, quick, reads, said, verify};
use crate::population::people::{Dice, people};
use crate::population::{mirror_everyone, world};
use crate::support::{engine, run};

/// A mirrored population, and what was found of it before anything was planted.
fn population() -> (World, Verified) {
    let world = world(email_pool("eu-west-1_New"));
    let mut dice = Dice::of(7);
    let subs = people(&world.old, &mut dice, 1_000);
    mirror_everyone(&world, &subs, &mut dice);
    let before = verify(&world, &quick());
    assert!(before.summary.is_explained(), "{:?}", before.counted());
    (world, before)
}

/// Users who are equal, with the sub of the new pool.
fn equal(before: &Verified) -> impl Iterator<Item = (OldSub, NewSub)> {
    let rows = before.rows.iter().filter(|row| row.verdict == Verdict::Equal);
    rows.filter_map(|row| Some((row.old_sub.clone()?, row.new_sub.clone()?)))
}

fn key(row: &Row) -> String {
    match (&row.old_sub, &row.new_sub) {
        (Some(old), _) => old.to_string(),
        (None, Some(new)) => new.to_string(),
        (None, None) => String::new(),
    }
}

fn link(world: &World, old: &OldSub) -> Link {
    world.links.all().into_iter().find(|link| link.old_sub == *old).expect("a link")
}

/// Plants one difference; gives whom it shows at, and as what.
fn plant(world: &World, kind: usize, old: &OldSub, new: &NewSub) -> Option<Vec<(String, String)>> {
    let (old_user, new_user) = (Sub::from(old), Sub::from(new));
    let there = world.new.person(new.as_str())?;
    let at = |what: &str| Some(vec![(old.to_string(), what.to_owned())]);
    match kind {
        0 => {
            let value = Value::new("Somebody else");
            world.new.edit(&new_user, |user| drop(user.attributes.insert(attribute("name"), value)));
            at("differs: attribute name differs")
        }
        1 => {
            world.new.edit(&new_user, |user| drop(user.attributes.remove(&attribute("name"))));
            at("differs: attribute name not_there")
        }
        2 => {
            // Announced, and gone from the old pool.
            there.value("custom:tenant")?;
            world.old.edit(&old_user, |user| drop(user.attributes.remove(&attribute("custom:company"))));
            at("differs: attribute custom:tenant extra")
        }
        3 => {
            there.groups.get(&group("staff"))?;
            world.new.edit(&new_user, |user| {
                user.groups.remove(&group("staff"));
            });
            at("differs: group staff not_there")
        }
        4 => {
            there.groups.get(&group("administrators"))?;
            world.old.edit(&old_user, |user| {
                user.groups.remove(&group("admins"));
            });
            at("differs: group administrators extra")
        }
        5 => {
            world.new.edit(&new_user, |user| user.enabled = !user.enabled);
            at("differs: enabled differs")
        }
        6 => {
            world.new.remove(&new_user);
            at("only_in_old: user not_there")
        }
        7 => {
            let sub = format!("planted-{old}");
            world.new.put(person(&sub, &sub, &[("email", &format!("{sub}@example.com"))]));
            Some(vec![(sub, "only_in_new: user no_link".to_owned())])
        }
        8 => {
            let sub = format!("planted-{old}");
            let email = format!("{sub}@example.com");
            world.old.put(person(&sub, &sub, &[("email", &email), ("email_verified", "true")]));
            Some(vec![(sub, "only_in_old: user no_link".to_owned())])
        }
        _ => {
            world.old.remove(&old_user);
            at("only_in_new: user gone")
        }
    }
}

/// Each of two users is the other one's by the links.
fn swap(world: &World, one: &OldSub, other: &OldSub) {
    let [mut first, mut second] = [one, other].map(|old| link(world, old));
    if let (LinkState::Linked(first), LinkState::Linked(second)) = (&mut first.state, &mut second.state) {
        std::mem::swap(&mut first.new_sub, &mut second.new_sub);
    }
    for link in [first, second] {
        run(world.links.write(&link)).expect("written");
    }
}

/// What differs is mirrored, and then everything but what only people can settle agrees.
fn repair(world: &World, found: &Verified) {
    let process = Arc::new(Process::healthy());
    let engine = engine(world, &process);
    let differing = found.rows.iter().filter(|row| row.verdict.is_difference());
    let subs: Vec<_> = differing.filter_map(|row| row.old_sub.clone()).collect();
    for sub in &subs {
        run(engine.repair(sub)).expect("repaired");
    }
    let watcher = Watcher::new(|_| {});
    let again = run(engine.verifier().verify_these(&subs, &quick(), &watcher)).expect("the run ends");
    assert!(again.is_explained(), "{again:?}");
    let whole = verify(world, &quick());
    let left: Vec<_> = whole.rows.iter().filter(|row| row.verdict.is_difference()).map(said).collect();
    assert_eq!(left, vec!["only_in_new: user no_link"; 19], "strangers are nobody's to repair");
}

#[test]
fn two_hundred_planted_differences_are_found_and_nothing_else() {
    let (world, before) = population();
    let mut users = equal(&before);
    let mut expected = BTreeMap::new();
    for kind in 0..10 {
        let mut planted = 0;
        while planted < 19 {
            let (old, new) = users.next().expect("enough users");
            if let Some(found) = plant(&world, kind, &old, &new) {
                expected.extend(found);
                planted += 1;
            }
        }
    }
    for _ in 0..5 {
        let ((one, _), (other, _)) = (users.next().expect("a user"), users.next().expect("a user"));
        swap(&world, &one, &other);
        expected.extend([one, other].map(|old| (old.to_string(), "the wrong one".to_owned())));
    }
    assert_eq!(expected.len(), 200);

    let after = verify(&world, &quick());
    let unchanged: BTreeMap<_, _> = before.rows.iter().map(|row| (key(row), said(row))).collect();
    let mut differences = BTreeMap::new();
    for row in &after.rows {
        if row.verdict.is_difference() {
            assert!(row.looked, "a difference is looked at before it is said");
            differences.insert(key(row), said(row));
        } else {
            assert_eq!(unchanged.get(&key(row)), Some(&said(row)), "{}", key(row));
        }
    }
    for (who, what) in &expected {
        let found = differences.remove(who).unwrap_or_default();
        if what == "the wrong one" {
            assert!(found.contains("attribute email differs"), "{who} {found}");
        } else {
            assert_eq!(&found, what, "{who}");
        }
    }
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(after.summary.count(Verdict::InFlight), 0);
    let masked: Vec<_> =
        after.rows.iter().flat_map(|row| &row.findings).filter_map(|one| one.masked.clone()).collect();
    assert!(masked.iter().flatten().flatten().all(|text| text.contains("•••")), "{masked:?}");
    assert_nothing_personal(&world, &after.rows);
    repair(&world, &after);
    let calls = reads(&after.calls);
    assert!(calls["AdminGetUser"] <= 200 * 4, "only who does not match is read: {calls:?}");
}
