//! A look at a whole file, before anything is done with it.

use std::collections::BTreeSet;
use std::io::BufRead;

use twinpool_core::id::GroupName;

use crate::export::{ExportReader, Flaw, Head, ReadError};

/// So many broken lines are named.
const NAMED: usize = 20;

/// What is in a file that is whole.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) head: Head,
    /// Users who can be read.
    pub(super) users: u64,
    /// Users whom the export could not read.
    pub(super) unreadable: u64,
    /// Lines that cannot be read.
    pub(super) broken: u64,
    /// The first of them.
    pub(super) named: Vec<(u64, Flaw)>,
    /// The groups that these users are in.
    pub(super) groups: BTreeSet<GroupName>,
}

/// Reads a file to its end.
///
/// # Errors
/// When it is not whole, or, without `skip_broken`, when a line cannot be read.
pub(super) fn check<R: BufRead>(
    mut reader: ExportReader<R>,
    skip_broken: bool,
) -> Result<Checked, ReadError> {
    let head = reader.head().clone();
    let mut checked =
        Checked { head, users: 0, unreadable: 0, broken: 0, named: Vec::new(), groups: BTreeSet::new() };
    for user in reader.by_ref() {
        match user {
            Ok(user) => {
                checked.users += 1;
                checked.groups.extend(user.groups);
            }
            Err(ReadError::Broken { line, flaw }) if skip_broken => {
                checked.broken += 1;
                if checked.named.len() < NAMED {
                    checked.named.push((line, flaw));
                }
            }
            Err(error) => return Err(error),
        }
    }
    checked.unreadable = reader.tail().map_or(0, |tail| tail.unreadable);
    Ok(checked)
}
