//! Whether the stack writes the old pool too.

use super::{Result, Source, unusable};

/// What the setting takes.
pub const ON_OR_OFF: &str = "it should be on or off";

/// What a word says; `None` where it says neither.
#[must_use]
pub fn on_or_off(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// `TWINPOOL_REVERSE_SYNC`, the template's `ReverseSync`: off unless set. A word that is neither is refused, for whoever wrote it
/// wanted something.
///
/// # Errors
/// When it is neither on nor off.
pub fn reverse_sync(source: &impl Source) -> Result<bool> {
    const KEY: &str = "TWINPOOL_REVERSE_SYNC";
    let said = source.get(KEY);
    said.map_or(Ok(false), |word| on_or_off(&word).ok_or_else(|| unusable(KEY, ON_OR_OFF)))
}
