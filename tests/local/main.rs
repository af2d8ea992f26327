//! End to end: the template that goes to production, deployed into a local AWS, driven over the public APIs.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod arrives;
mod attach;
mod audit;
mod both_ways;
mod bridged;
mod by_code;
mod chained;
mod claim;
mod command;
mod confirmed;
mod dead_letters;
mod deploy;
mod drill;
mod invited;
mod left_behind;
mod lifecycle;
mod metrics;
mod migrated;
mod newcomer;
mod one_person;
mod operator;
mod own_form;
mod queue;
mod sweep;
mod switching;
mod typescript;
mod way_back;
mod whole;

use serde_json::Value;
use xtask::local::{Person, Stack};
use xtask::process::wait_for;

/// What is written in a token.
fn claims(token: &str) -> Value {
    xtask::local::claims(token).unwrap()
}

/// Waits until this old user is linked, and gives the user of the new pool.
fn arrived(stack: &Stack, old_sub: &str) -> Person {
    let new_sub = wait_for("the link", || stack.links().new_sub(old_sub)).unwrap();
    stack.new_pool().person(&new_sub).unwrap().expect("a linked user is in the new pool")
}

/// Waits until the user of the new pool is as wanted.
fn until(stack: &Stack, old_sub: &str, what: &str, wanted: impl Fn(&Person) -> bool) -> Person {
    let new_sub = stack.links().new_sub(old_sub).unwrap().expect("a link");
    wait_for(what, || Ok(stack.new_pool().person(&new_sub)?.filter(|person| wanted(person)))).unwrap()
}
