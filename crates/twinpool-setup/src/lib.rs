//! What happens before the first change event and after the last: pools in production are read, judged, and given or relieved
//! of our triggers. Pool settings stay the JSON that AWS speaks, because a field that is not sent back is reset (F§6).
//!
//! Knows no AWS: the [`port`]s are traits.

pub mod audit;
pub mod port;
