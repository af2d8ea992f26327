//! Whose group a group of the new pool is.

use std::sync::Arc;
use std::task::Poll;

use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::group::GroupDefinition;
use twinpool_engine::Outcome;
use twinpool_testkit::world::{event_of, group, person};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::both_ways::world::{LATER, in_canary, jane_in, told};
use crate::support::{
    SIGN_IN, assert_in_step, audited, deliver, engine, engine_both_ways, hint, only, poll, run, sign_in, tell,
};

fn tell_group(world: &World, operation: &str, name: &str) -> Outcome {
    deliver(world, &hint(About::Group(group(name)), Cause::audit_trail(operation)), 1).expect("processed")
}

fn staff() -> GroupDefinition {
    GroupDefinition { name: group("staff"), description: Some("d".into()), precedence: Some(1) }
}

#[test]
fn a_membership_comes_back_with_a_group_that_was_deleted_and_made_again() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.remove_group(&group("staff"));
    tell_group(&world, "DeleteGroup", "staff");
    assert!(only(&world).groups.is_empty());
    world.old.put_group(staff());
    tell_group(&world, "CreateGroup", "staff");
    world.old.edit(&jane.sub, |j| j.groups = [group("staff")].into());
    let o = tell(&world, "AdminAddUserToGroup", "jane-sub");
    let o2 = sign_in(&world, "jane-sub");
    assert!(only(&world).groups.contains(&group("staff")), "{o:?} {o2:?}");
}

#[test]
fn who_joins_a_group_that_was_deleted_and_made_again_stays_in_it_while_people_use_both_pools() {
    // What twinpool deletes in the new pool takes its members along: nobody left there.
    for is_told_first in [true, false] {
        let world = in_canary();
        world.old.remove_group(&group("staff"));
        told(&world, &hint(About::Group(group("staff")), Cause::audit_trail("DeleteGroup")));
        assert_eq!(world.new.group(&group("staff")), None);
        world.old.put_group(staff());
        if is_told_first {
            told(&world, &hint(About::Group(group("staff")), Cause::audit_trail("CreateGroup")));
        }
        world.old.edit(&jane_in(&world.old).sub, |jane| jane.groups = [group("staff")].into());
        let tell_later = |event: &ChangeEvent| {
            let process = Arc::new(Process::healthy());
            run(engine_both_ways(&world, &process, LATER).sync_user(event, 1)).expect("processed");
        };
        tell_later(&audited("AdminAddUserToGroup", "jane-sub"));
        for pool in [&world.old, &world.new] {
            assert_eq!(jane_in(pool).groups, [group("staff")].into());
        }
        assert_in_step(&world, "jane-sub");
        // And whoever leaves it there now has left.
        world.new.edit(&jane_in(&world.new).sub, |jane| jane.groups.clear());
        let removed = Cause::audit_trail("AdminRemoveUserFromGroup");
        let of_new = About::User(jane_in(&world.new).sub);
        let id = EventId::from_random([9; 16]);
        tell_later(&ChangeEvent::hint(id, world.new.shape().id.clone(), of_new, removed, LATER));
        assert!(jane_in(&world.old).groups.is_empty(), "told first: {is_told_first}");
    }
}

#[test]
fn a_group_that_the_new_pool_lost_gets_its_members_back() {
    // The group was made by hand in the new pool before; member added by twinpool; owner of the new pool deletes the group.
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    world.new.remove_group(&group("staff"));
    // the definition changes in the old pool: the group comes back, empty
    world.old.put_group(GroupDefinition { description: Some("two".into()), ..staff() });
    tell_group(&world, "UpdateGroup", "staff");
    let o = tell(&world, "AdminAddUserToGroup", "jane-sub");
    assert!(only(&world).groups.contains(&group("staff")), "{o:?}");
}

#[test]
fn a_group_that_two_mirrors_make_at_once_is_ours() {
    let world = World::username_to_email().with_jane();
    let joe = person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]);
    world.old.put(Person { groups: [group("staff")].into(), ..joe });
    let engines = [(); 2].map(|()| engine(&world, &Arc::new(Process::healthy())));
    let events = ["jane-sub", "joe-sub"].map(|sub| event_of(&world.old, sub, SIGN_IN));
    let mut work: Vec<_> =
        engines.iter().zip(&events).map(|(engine, event)| Box::pin(engine.sync_user(event, 1))).collect();
    while !work.is_empty() {
        work.retain_mut(|one| match poll(one) {
            Poll::Ready(outcome) => {
                outcome.expect("processed");
                false
            }
            Poll::Pending => true,
        });
    }
    world.old.remove_group(&group("staff"));
    tell_group(&world, "DeleteGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), None, "twinpool made it, so it goes");
}

#[test]
fn another_name_in_the_rules_does_not_make_the_owner_s_group_ours() {
    let world = World::username_to_email().under("[groups]\nrename = { staff = \"people\" }");
    world.old.put_group(staff());
    tell_group(&world, "CreateGroup", "staff");
    let crew = GroupDefinition {
        name: group("crew"),
        description: Some("the owner's own".into()),
        precedence: Some(9),
    };
    world.new.put_group(crew);
    let world = world.under("[groups]\nrename = { staff = \"crew\" }");
    world.old.remove_group(&group("staff"));
    tell_group(&world, "DeleteGroup", "staff");
    assert!(world.new.group(&group("crew")).is_some(), "the owner's own group");
}

#[test]
fn a_group_of_the_name_that_another_is_renamed_to_keeps_nobody_out() {
    let world = World::username_to_email().with_jane().under("[groups]\nrename = { team = \"staff\" }");
    let r = deliver(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 1);
    assert!(r.is_ok(), "{r:?}");
}

#[test]
fn a_group_that_another_is_renamed_to_does_not_take_it_along() {
    let world = World::username_to_email().under("[groups]\nrename = { staff = \"admins\" }");
    world.old.put_group(staff());
    world.old.put_group(GroupDefinition { name: group("admins"), ..staff() });
    tell_group(&world, "CreateGroup", "admins");
    tell_group(&world, "CreateGroup", "staff");
    world.old.put(Person {
        groups: [group("staff")].into(),
        ..person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")])
    });
    sign_in(&world, "joe-sub");
    assert!(only(&world).groups.contains(&group("admins")));
    world.old.remove_group(&group("admins"));
    tell_group(&world, "DeleteGroup", "admins");
    let o = tell(&world, "AdminAddUserToGroup", "joe-sub");
    assert!(world.new.group(&group("admins")).is_some(), "joe's group is gone {o:?}");
}

#[test]
fn a_group_of_ours_that_somebody_changed_is_theirs_to_delete() {
    // forget after crash: the record stays "made", the owner makes the group on their own
    let world = World::username_to_email();
    world.old.put_group(staff());
    tell_group(&world, "CreateGroup", "staff");
    world.new.remove_group(&group("staff"));
    world.new.put_group(GroupDefinition { description: Some("the owner's".into()), ..staff() });
    world.old.remove_group(&group("staff"));
    tell_group(&world, "DeleteGroup", "staff");
    assert!(world.new.group(&group("staff")).is_some());
}

#[test]
fn a_user_who_vanished_is_no_missing_group() {
    let world = World::username_to_email().with_jane();
    world.new.put_group(GroupDefinition { description: Some("the owner's".into()), ..staff() });
    for call in 0..30 {
        let world = World::username_to_email().with_jane();
        world.new.put_group(GroupDefinition { description: Some("the owner's".into()), ..staff() });
        let p = Arc::new(Process::dying_at(call, Moment::After));
        p.fail_next("AdminAddUserToGroup", twinpool_core::port::Class::NotFound);
        drop(run(engine(&world, &p).sync_user(&event_of(&world.old, "jane-sub", SIGN_IN), 1)));

        deliver(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 2).expect("ok");
        world.old.remove_group(&group("staff"));
        tell_group(&world, "DeleteGroup", "staff");
        assert!(world.new.group(&group("staff")).is_some(), "{call}: {:?}", p.calls());
    }
}
