//! What a command prints.

use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;

/// Prints. `false` where whoever reads has gone, as `head` does.
///
/// # Errors
/// When the output is cut off for another reason, such as a full disk.
pub fn print(text: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(problem) if problem.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(problem) => Err(problem).context("cannot write the output"),
    }
}
