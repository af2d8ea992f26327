//! How users converge, on pools that are as strict as AWS.

#![expect(clippy::expect_used, reason = "a test stops where its world is not as it was set up")]

mod audited;
mod backfills;
mod backfills_stuck;
mod batches;
mod born;
mod both_ways;
mod calls;
mod changes;
mod conflicts;
mod crashes;
mod csv_import;
mod decided;
mod deleted;
mod estimated;
mod expired_invitations;
mod factors;
mod federated;
mod first_mirror;
mod first_sign_ins;
mod group_owners;
mod groups;
mod identified;
mod identities;
mod invites;
mod known_identities;
mod late;
mod names;
mod new_passwords;
mod odd_lists;
mod persons;
mod population;
mod quotas;
mod races;
mod refusals;
mod resets;
mod rollbacks;
mod searches;
mod seen;
mod sign_ups;
#[path = "../common/stand_ins.rs"]
mod stand_ins;
mod start;
mod support;
mod sweeps;
mod sweeps_rest;
mod switchings;
mod taken_back;
mod tallies;
mod troubles;
mod verify;
mod waits;
mod watching;
