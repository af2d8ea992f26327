//! Panics that tell nothing of a user.

use std::io::Write as _;

/// From here on a panic says where it was, and not what: its message can quote what it stumbled over.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let line = serde_json::json!({ "level": "ERROR", "message": "a defect: panicked", "place": place });
        drop(writeln!(std::io::stderr().lock(), "{line}"));
    }));
}
