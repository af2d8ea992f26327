//! A pool that cannot prove whose users are whose is refused before any user is read.

use std::sync::Arc;

use twinpool_core::pool::{AttributeSchema, PoolShape};
use twinpool_engine::{Engine, StartError};
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, email_pool, username_pool};
use twinpool_testkit::{MemoryPool, Process, World};

use crate::support::{NOW, ports, run, sign_in, terms};

fn refusal(new: PoolShape) -> StartError {
    let world = World::new(username_pool(OLD_POOL), new);
    let ports = ports(&world, &Arc::new(Process::healthy()), NOW);
    run(Engine::start(ports, terms(&world))).expect_err("the engine does not start")
}

#[test]
fn without_a_marker_attribute_nothing_starts() {
    let mut new = email_pool("eu-west-1_New");
    new.attributes.remove(&attribute(MARKER));
    assert!(matches!(refusal(new), StartError::NoMarker(name) if name.as_str() == MARKER));
}

#[test]
fn a_marker_that_can_be_changed_proves_nothing() {
    let mut new = email_pool("eu-west-1_New");
    new.attributes.insert(attribute(MARKER), AttributeSchema::TEXT);
    assert!(matches!(refusal(new), StartError::MutableMarker(name) if name.as_str() == MARKER));
}

#[test]
fn a_table_of_other_pools_is_refused_before_everyone_seems_to_be_deleted() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let staging = MemoryPool::new(username_pool("eu-west-1_Staging"));
    let mistaken = World { old: staging, ..world };
    let ports = ports(&mistaken, &Arc::new(Process::healthy()), NOW);
    let refusal = run(Engine::start(ports, terms(&mistaken))).expect_err("the engine does not start");
    assert!(matches!(refusal, StartError::OtherPools { old, .. } if old.as_str() == OLD_POOL));
}

#[test]
fn rules_that_the_pools_cannot_keep_are_refused() {
    let world = World::username_to_email().under("[attributes]\nname = { rename = \"custom:unheard-of\" }");
    let ports = ports(&world, &Arc::new(Process::healthy()), NOW);
    let refusal = run(Engine::start(ports, terms(&world))).expect_err("the engine does not start");
    assert!(matches!(refusal, StartError::Rules(sentence) if sentence.contains("custom:unheard-of")));
}
