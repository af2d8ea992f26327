//! Where a move stands, as pages of HTML: a page for the team that runs the move ([`router`]), and one file for the record
//! ([`report`]).
//!
//! What is shown and what is done comes from a [`Desk`]; the command line is one, and calls the very code of its commands. Nothing here
//! knows AWS, or holds anything of a user beside ids, names of attributes and reasons: the types have no place for values.
//!
//! The router answers this machine only, by its own name, and only who has the key of the start address ([`Access`]). It changes nothing
//! unless it was told that it may.
#![warn(missing_docs)]

mod access;
mod assets;
mod chart;
mod conflict;
mod desk;
mod guard;
mod pages;
mod pending;
mod person;
mod report;
mod routes;
mod view;
mod wish;
mod words;

pub use access::{Access, NoRandom};
pub use conflict::{Choice, Conflict, Conflicts, Whose};
pub use desk::{Answer, Desk, Ended, Sight};
pub use guard::is_this_machine;
pub use person::{Person, Row, Side, Stands};
pub use report::report;
pub use routes::{Settings, router};
pub use wish::{Why, WhyError, Wish};
