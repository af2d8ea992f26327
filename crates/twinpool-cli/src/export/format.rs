//! What a file of an exported pool is made of: a head, a user a line, and a tail that says how many there were. A file
//! without a tail is not whole.
//!
//! As JSON lines:
//!
//! ```json
//! {"format":"twinpool-export","version":1,"pool":"eu-west-1_Old","started_at":"2026-11-21T00:00:00.000Z","mfa":false}
//! {"sub":"…","username":"jane","status":"CONFIRMED","enabled":true,"created_at":"…","modified_at":"…","attributes":{"email":"…"},"groups":["staff"],"identities":[{"provider":"Google","subject":"…"}]}
//! {"end":"twinpool-export","users":1,"unreadable":0,"finished_at":"2026-11-21T00:00:05.000Z"}
//! ```
//!
//! As CSV (RFC 4180 quoting): the head and the tail begin with `#`, a line of column names follows the head. Groups are
//! joined by spaces, which no name of a group has; identities are JSON; an empty cell is no value.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twinpool_core::id::{PoolId, Timestamp};

/// Stands in the head of each file.
pub(super) const NAME: &str = "twinpool-export";

/// Grows when readers of before would misread.
pub(super) const VERSION: u64 = 1;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON object a line, with everything.
    Jsonl,
    /// For spreadsheets: one flat row a user.
    Csv,
}

/// What stands before the users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose users these are.
    pub pool: PoolId,
    /// When the walk began: what changed since may be missing.
    pub started_at: Timestamp,
    /// Whether second factors were asked for.
    pub mfa: bool,
}

/// What stands behind the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// How many users are in the file.
    pub users: u64,
    /// How many more the pool showed that could not be read.
    pub unreadable: u64,
    /// When the walk ended.
    pub finished_at: Timestamp,
}

/// Why a line cannot be read. Never what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not JSON, or something else than an object.
    #[error("it is no JSON object")]
    NoObject,
    /// Something that each user has is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Something is there and is not what it should be.
    #[error("`{0}` is not what it should be")]
    Bad(&'static str),
    /// The quotation marks do not match.
    #[error("a quotation mark stands where none can, or one is missing")]
    Quotes,
    /// Too few cells, or too many.
    #[error("it has {found} cells, and the columns are {expected}")]
    Cells {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Longer than any user can be.
    #[error("it is longer than any user can be")]
    TooLong,
    /// Not text.
    #[error("it is no UTF-8")]
    NoText,
}

/// The last moment that the form of RFC 3339 can tell.
const LAST: u64 = 253_402_300_799_999;

/// A moment as text; `None` where the pool did not say.
pub(super) fn time(at: Timestamp) -> Option<String> {
    let since = Duration::from_millis(at.0.min(LAST));
    (at.0 > 0).then(|| humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string())
}

/// The moment that a text tells.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let time: SystemTime = humantime::parse_rfc3339(text).ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok().map(Timestamp)
}
