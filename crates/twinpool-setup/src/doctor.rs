//! Which part of the chain from a trigger to the new pool is broken, and why: decided from what AWS says of each part.
//!
//! Reads nothing itself. What could not be looked at is told as that, and never taken for broken or for fine.

mod audit_trail;
mod capture;
mod claim;
mod facts;
mod marker;
mod mirror;
mod new_client;
mod old_pool;
mod own_client;
mod permission;
mod place;
mod pools;
mod queue;
mod shared;
mod sign_in;
mod step;
mod walk;
mod way_back;
mod ways;

pub use facts::{Blind, Expected, Facts, Look, SignIn, Trail, WaysIn};
pub use step::{Part, Step, Verdict};
pub use walk::{Arrival, Comparison, Walked, trigger_event, walked};

/// Every part, in the order in which a change travels.
#[must_use]
pub fn steps(facts: &Facts) -> Vec<Step> {
    let judges = [
        place::clock,
        old_pool::slots,
        permission::permission,
        capture::capture,
        claim::claim,
        queue::queue,
        queue::dead_letters,
        queue::key,
        mirror::mapping,
        mirror::mirror,
        place::table,
        pools::marker,
        pools::sign_up,
        sign_in::slot,
        sign_in::function,
        ways::slots,
        ways::own_client,
        new_client::new_client,
        ways::clients,
        shared::digest_key,
        shared::version,
        audit_trail::rule,
        audit_trail::trail,
        way_back::marker,
        way_back::way_back,
    ];
    judges.iter().flat_map(|judge| judge(facts)).collect()
}

#[cfg(test)]
mod tests;
