//! What holds the workspace together: who may see whom, what stands in the template, what the documents name.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod alarms;
mod audit_trail;
mod backends;
mod both_ways;
mod dashboard;
mod dependencies;
mod encryption;
mod files;
mod mirror_role;
mod new_pool_role;
mod permissions;
mod traces;
mod version;
mod watch;
mod ways_in;
mod wildcards;
