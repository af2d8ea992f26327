//! A file of an exported pool, as CSV or as JSON lines: it is read, or a line is told and nothing that stands in it; and what was read
//! is written and read back as it was.
//!
//! The files below are the command's own, taken from there: the command itself comes with AWS, which no fuzzer should have to build.

use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::pool::{MfaMode, PoolShape, SignIn};
use twinpool_core::snapshot::Snapshot;

use crate::text::{assert_one_line, assert_silent};

#[path = "../../twinpool-cli/src/export/csv.rs"]
mod csv;
#[path = "../../twinpool-cli/src/export/format.rs"]
mod format;
#[path = "../../twinpool-cli/src/export/jsonl.rs"]
mod jsonl;
#[path = "../../twinpool-cli/src/export/lines.rs"]
mod lines;
#[path = "../../twinpool-cli/src/export/read.rs"]
mod read;

pub use format::{Flaw, Format, Head, Tail};
pub use read::{ExportReader, ReadError};

pub(crate) fn export(input: &[u8]) {
    let mut users = Vec::new();
    let mut reader = match ExportReader::open(input) {
        Ok(reader) => reader,
        Err(why) => return refused(input, &why),
    };
    let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let mut is_over = false;
    for user in reader.by_ref() {
        assert!(!is_over, "something follows what nothing can follow");
        match user {
            Ok(user) => users.push(user),
            Err(why) => {
                refused(input, &why);
                if let ReadError::Broken { line, .. } = &why {
                    assert!((1..=lines).contains(line), "line {line} of {lines}");
                }
                is_over = !why.is_skippable();
            }
        }
    }
    assert!(is_over || reader.tail().is_some(), "a part is taken for the whole");
    let head = Head { mfa: true, ..reader.head().clone() };
    for format in [Format::Csv, Format::Jsonl] {
        comes_back(format, &head, &users);
    }
}

fn refused(input: &[u8], why: &ReadError) {
    let said = why.to_string();
    assert_silent(&String::from_utf8_lossy(input), &said);
    assert_one_line(&said);
}

/// Writes the file as the command does.
fn comes_back(format: Format, head: &Head, users: &[Snapshot]) {
    let file = written(format, head, users).expect("users can be written");
    let mut reader = ExportReader::open(file.as_bytes()).expect("what was written can be read");
    let head = reader.head().clone();
    let read: Vec<_> = reader.by_ref().collect::<Result<_, _>>().expect("each line can be read");
    assert!(read == users, "{format:?} gives others back: {read:?} for {users:?}");
    let said = reader.tail().map(|tail| tail.users);
    assert_eq!((said, head.mfa), (Some(users.len() as u64), true));
}

fn written(format: Format, head: &Head, users: &[Snapshot]) -> serde_json::Result<String> {
    // A head without a time is damaged, and so is a tail.
    let later = |at: Timestamp| Timestamp(at.0.max(1));
    let head = Head { started_at: later(head.started_at), ..head.clone() };
    let tail = Tail { users: users.len() as u64, unreadable: 3, finished_at: later(head.started_at) };
    let mut lines = Vec::new();
    match format {
        Format::Jsonl => {
            lines.push(jsonl::head(&head)?);
            for user in users {
                lines.push(jsonl::user(user, true)?);
            }
            lines.push(jsonl::tail(&tail)?);
        }
        Format::Csv => {
            let columns = csv::Columns::of(&shape(&head.pool));
            lines.extend([csv::head(&head), columns.line()]);
            for user in users {
                lines.push(columns.user(user, true)?);
            }
            lines.push(csv::tail(&tail));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// A pool without attributes of its own: those of the users stand in the last column.
fn shape(pool: &PoolId) -> PoolShape {
    let sign_in = SignIn::Username { contacts: Default::default(), preferred_username: false };
    PoolShape {
        id: pool.clone(),
        sign_in,
        case_sensitive: false,
        attributes: Default::default(),
        verifies: Default::default(),
        mfa: MfaMode::Off,
        passkeys: false,
        devices: false,
    }
}
