//! Groups themselves, beside their members.

use std::sync::Arc;

use twinpool_core::change_event::{About, Cause};
use twinpool_core::group::GroupDefinition;
use twinpool_engine::{Outcome, SyncError};
use twinpool_testkit::world::group;
use twinpool_testkit::{Process, World};

use crate::support::{deliver, engine, hint, only, run, sign_in};

fn tell(world: &World, operation: &str, name: &str) -> Outcome {
    let event = hint(About::Group(group(name)), Cause::audit_trail(operation));
    deliver(world, &event, 1).expect("processed")
}

fn staff(description: &str) -> GroupDefinition {
    GroupDefinition { name: group("staff"), description: Some(description.to_owned()), precedence: Some(1) }
}

#[test]
fn groups_are_made_described_and_deleted_as_in_the_old_pool() {
    let world = World::username_to_email();
    world.old.put_group(staff("one"));
    tell(&world, "CreateGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), Some(staff("one")));
    world.old.put_group(staff("two"));
    tell(&world, "UpdateGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), Some(staff("two")));
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), None);
}

#[test]
fn a_group_that_came_with_a_member_is_deleted_too_and_the_member_is_not_in_it() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    assert!(only(&world).groups.contains(&group("staff")));
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert_eq!((world.new.group(&group("staff")), only(&world).groups.len()), (None, 0));
}

#[test]
fn a_group_that_the_new_pool_made_itself_is_never_deleted() {
    let world = World::username_to_email();
    world.new.put_group(staff("ours"));
    world.old.put_group(staff("ours"));
    tell(&world, "CreateGroup", "staff");
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), Some(staff("ours")));
}

#[test]
fn rules_rename_groups_and_leave_them_out() {
    let rules = "[groups]\nleave_out = [\"legacy-*\"]\nrename = { staff = \"people\" }";
    let world = World::username_to_email().with_jane().under(rules);
    let legacy = GroupDefinition { name: group("legacy-x"), description: None, precedence: None };
    world.old.put_group(legacy);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.groups.extend([group("legacy-x")]));
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).groups, [group("people")].into());
    let people = world.new.group(&group("people")).expect("the renamed group");
    assert_eq!(people.description.as_deref(), Some("People who work here"));
    tell(&world, "CreateGroup", "legacy-x");
    assert_eq!(world.new.group(&group("legacy-x")), None);
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert_eq!(world.new.group(&group("people")), None);
}

#[test]
fn where_groups_are_only_added_nothing_is_taken_away() {
    let world = World::username_to_email().with_jane().under("[groups]\nmode = \"add_only\"");
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.groups.clear());
    sign_in(&world, "jane-sub");
    assert!(only(&world).groups.contains(&group("staff")));
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert!(world.new.group(&group("staff")).is_some());
}

#[test]
fn where_groups_are_left_alone_none_is_made() {
    let world = World::username_to_email().with_jane().under("[groups]\nmode = \"none\"");
    sign_in(&world, "jane-sub");
    tell(&world, "UpdateGroup", "staff");
    assert!(only(&world).groups.is_empty());
    assert_eq!(world.new.group(&group("staff")), None);
}

#[test]
fn a_pool_that_is_gone_is_no_reason_to_delete_its_groups() {
    let world = World::username_to_email();
    world.old.put_group(staff("one"));
    tell(&world, "CreateGroup", "staff");
    let engine = engine(&world, &Arc::new(Process::healthy()));
    world.old.delete();
    let event = hint(About::Group(group("staff")), Cause::audit_trail("DeleteGroup"));
    assert!(matches!(run(engine.sync_user(&event, 1)), Err(SyncError::Port(_))));
    assert!(world.new.group(&group("staff")).is_some());
}

#[test]
fn groups_that_cognito_makes_for_providers_stay_where_they_are() {
    let world = World::username_to_email().with_jane();
    let automatic = group("eu-west-1_Old_Google");
    world.old.put_group(GroupDefinition { name: automatic.clone(), description: None, precedence: None });
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.groups.extend([automatic.clone()]));
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).groups, [group("staff")].into());
    tell(&world, "CreateGroup", "eu-west-1_Old_Google");
    assert_eq!(world.new.group(&automatic), None);
}

#[test]
fn a_precedence_that_cannot_be_taken_away_does_not_cost_the_group() {
    let world = World::username_to_email();
    world.old.put_group(staff("one"));
    tell(&world, "CreateGroup", "staff");
    world.old.put_group(GroupDefinition { precedence: None, ..staff("two") });
    tell(&world, "UpdateGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), Some(staff("two")));
    assert_eq!(tell(&world, "UpdateGroup", "staff").operations, 0);
    world.old.remove_group(&group("staff"));
    tell(&world, "DeleteGroup", "staff");
    assert_eq!(world.new.group(&group("staff")), None);
}
