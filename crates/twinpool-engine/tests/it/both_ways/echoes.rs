//! What twinpool writes is told by both pools as everything else is, and must not be taken for a change.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::group::GroupDefinition;
use twinpool_core::phase::Step;
use twinpool_testkit::world::{attribute, event_of, group};
use twinpool_testkit::{Process, World};

use super::world::{Jane, WRITES, canary_of, in_canary, jane, jane_in, set, step};
use crate::support::{NOW, SIGN_IN, assert_in_step, audited, engine_both_ways, link, run};

/// Works events off, and with each write of twinpool's what the audit trail tells of it, of either pool, and the next token of
/// both. Gives the number of writes.
fn come_to_rest(world: &World, events: impl IntoIterator<Item = ChangeEvent>) -> usize {
    let mut queue: VecDeque<_> = events.into_iter().collect();
    let mut writes = 0;
    for _ in 0..200 {
        let Some(event) = queue.pop_front() else {
            return writes;
        };
        let process = Arc::new(Process::healthy());
        run(engine_both_ways(world, &process, NOW).sync_user(&event, 1)).expect("processed");
        for call in process.calls().into_iter().filter(|call| WRITES.contains(call)) {
            writes += 1;
            queue.extend(told_of(world, call));
        }
    }
    panic!("the pools go on telling each other: {writes} writes");
}

/// Nobody knows which pool a write went to: both tell of it, and both users sign in.
fn told_of(world: &World, operation: &'static str) -> Vec<ChangeEvent> {
    let Jane { old, new } = jane(world);
    let audit = [&old, &new].map(|sub| audited(operation, sub.as_str()));
    let tokens = [(&world.old, &old), (&world.new, &new)];
    let may = |sub: &&twinpool_core::id::Sub, pool: &twinpool_testkit::MemoryPool| {
        pool.person(sub.as_str()).is_some_and(|jane| jane.enabled)
    };
    let tokens = tokens.into_iter().filter(|(pool, sub)| may(sub, pool));
    let tokens = tokens.map(|(pool, sub)| event_of(pool, sub.as_str(), SIGN_IN));
    audit.into_iter().chain(tokens).collect()
}

type Change = fn(&mut twinpool_testkit::Person);

#[test]
fn one_change_is_one_round_of_writes_whichever_pool_it_came_from() {
    let changes: [(&str, Change); 6] = [
        ("AdminUpdateUserAttributes", |jane| set(jane, "name", "Joan")),
        ("AdminDeleteUserAttributes", |jane| drop(jane.attributes.remove(&attribute("custom:tenant")))),
        ("AdminUpdateUserAttributes", |jane| set(jane, "email", "joan@example.com")),
        ("AdminAddUserToGroup", |jane| jane.groups = [group("staff"), group("admins")].into()),
        ("AdminRemoveUserFromGroup", |jane| jane.groups.clear()),
        ("AdminDisableUser", |jane| jane.enabled = false),
    ];
    let rules = "[attributes]\nemail = { fold_case = true }\nname = { prefix = \"n-\" }\n\
                 \"custom:tenant\" = { map = { a = \"b\" } }\n[groups]\nrename = { admins = \"administrators\" }";
    for rules in ["", rules] {
        for is_new in [false, true] {
            for (operation, change) in changes {
                let world = canary_of(World::username_to_email().with_jane().under(rules));
                let Jane { old, new } = jane(&world);
                let (pool, sub) = if is_new { (&world.new, &new) } else { (&world.old, &old) };
                for (pool, name) in
                    [(&world.old, "admins"), (&world.new, "admins"), (&world.new, "administrators")]
                {
                    let name = group(name);
                    pool.put_group(GroupDefinition { name, description: None, precedence: None });
                }
                let before = pool.person(sub.as_str());
                pool.edit(sub, change);
                let writes = come_to_rest(&world, told_of(&world, operation));
                let expected = usize::from(pool.person(sub.as_str()) != before);
                // Under a prefix a name without one has no way back.
                let has_no_way_back = is_new && !link(&world, "jane-sub").reverse.held_back.is_empty();
                assert_eq!(writes, if has_no_way_back { 0 } else { expected }, "{operation} {rules}");
            }
        }
    }
}

#[test]
fn there_and_back_again_is_two_rounds() {
    let world = in_canary();
    let Jane { old, new } = jane(&world);
    world.new.edit(&new, |jane| set(jane, "name", "Joan"));
    let late = told_of(&world, "AdminUpdateUserAttributes");
    assert_eq!(come_to_rest(&world, late.clone()), 1);
    world.old.edit(&old, |jane| set(jane, "name", "Jane"));
    // Events of before come again, after those of now.
    let events = told_of(&world, "AdminUpdateUserAttributes").into_iter().chain(late);
    assert_eq!(come_to_rest(&world, events), 1);
    assert_in_step(&world, "jane-sub");
    assert_eq!(jane_in(&world.new).value("name"), Some("Jane"));
    assert_eq!(link(&world, "jane-sub").reverse.overruled, []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_in_both_pools_come_to_rest_and_agree(
        changes in prop::collection::vec((any::<bool>(), 0usize..6, "[a-c]"), 1..12),
        told in prop::collection::vec(any::<bool>(), 12),
        rolls_back: bool,
    ) {
        let world = in_canary();
        let Jane { old, new } = jane(&world);
        for (number, ((is_new, what, value), told)) in changes.iter().zip(told).enumerate() {
            let (pool, sub) = if *is_new { (&world.new, &new) } else { (&world.old, &old) };
            pool.edit(sub, |jane| match what {
                0 => set(jane, "name", value),
                1 => set(jane, "email", &format!("{value}@example.com")),
                2 => drop(jane.attributes.remove(&attribute("name"))),
                3 => jane.groups = [group("staff")].into(),
                4 => jane.groups.clear(),
                _ => jane.enabled = !jane.enabled,
            });
            if rolls_back && number == 5 {
                step(&world, &Step::Rollback);
            }
            if told {
                come_to_rest(&world, told_of(&world, "AdminUpdateUserAttributes"));
            }
        }
        let writes = come_to_rest(&world, told_of(&world, "AdminUpdateUserAttributes"));
        prop_assert!(writes <= 8, "{} writes", writes);
        assert_in_step(&world, "jane-sub");
        prop_assert_eq!(come_to_rest(&world, told_of(&world, "AdminUpdateUserAttributes")), 0);
    }
}
