//! Two files of `twinpool-trigger`, taken from there: the crate itself comes with AWS, which no fuzzer should have to build.

#[path = "../../twinpool-trigger/src/own_question.rs"]
mod own_question;
#[path = "../../twinpool-trigger/src/respond.rs"]
mod respond;

pub use own_question::is_own_question;
pub use respond::with_response;
