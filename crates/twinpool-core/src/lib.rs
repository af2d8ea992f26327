//! The domain of twinpool: pure and synchronous, without AWS, clock or environment.
//!
//! A trigger event becomes a [`change_event`], which holds digests and no value. Whoever gets it reads the user again: a
//! [`snapshot`] of each pool. [`plan`] compares both with what was agreed at the last mirror, which stands on the
//! [`link`], and says what to do and what is [`held_back`]. The [`port`]s are what somebody must do it with.

pub mod account;
mod answer;
pub mod arrival;
pub mod attribute;
pub mod authority;
pub mod born;
pub mod change_event;
pub mod check;
pub mod claim;
pub mod clash;
pub mod criteria;
pub mod decision;
pub mod destination;
pub mod digest;
pub mod drain;
pub mod forecast;
pub mod group;
pub mod held_back;
pub mod history;
pub mod id;
pub mod import_job;
pub mod json;
pub mod link;
pub mod listing;
pub mod merge;
pub mod one_time_code;
pub mod overview;
pub mod password;
pub mod phase;
pub mod plan;
pub mod pool;
pub mod port;
pub mod quota;
pub mod readiness;
pub mod reverse;
pub mod route;
pub mod run;
pub mod snapshot;
pub mod token;
pub mod trouble;
pub mod value;
pub mod verdict;
pub mod verified;
pub mod watch;
pub mod words;
