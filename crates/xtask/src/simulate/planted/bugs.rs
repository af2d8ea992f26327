//! The bugs, by what they spoil.

use super::bug::Bug;

mod decide;
mod lives;
mod recorded;
mod store;
mod time;

/// All of them.
pub(super) fn all() -> Vec<Bug> {
    [store::BUGS, time::BUGS, decide::BUGS, recorded::BUGS, lives::BUGS].concat()
}
