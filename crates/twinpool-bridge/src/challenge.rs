//! The challenge of Cognito's CUSTOM_AUTH, with which an app client carries a password over or signs in with a code.
//!
//! Cognito runs three triggers for each round: *define* says what comes next, *create* asks, *verify* looks at the answer. It keeps the
//! session, and shows it to no client: its rounds are what [`Round`] reads. JSON is the business of whoever calls.
//!
//! Who is asked is the `sub` among the event's `userAttributes`; nobody where the event says `userNotFound`.
mod create;
mod define;
mod kind;
mod no_answer;
mod session;
mod verify;

pub use create::{Destination, Question, create};
pub use define::{Next, define};
pub use kind::{Kind, SentCode};
pub use no_answer::NoAnswer;
pub use session::{MOST_ROUNDS, Round};
pub use verify::verify;
