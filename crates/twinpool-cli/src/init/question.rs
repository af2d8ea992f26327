//! Questions on the terminal. They never go into the output.

use std::fmt::Display;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::Context as _;

/// Whether somebody sits there.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Until the answer can be used; nothing where the answer is empty.
pub(super) fn ask<T, E: Display>(
    what: &str,
    otherwise: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Option<T>> {
    loop {
        let line = answer(&format!("{what} [{otherwise}]: "))?;
        if line.is_empty() {
            return Ok(None);
        }
        match read(&line) {
            Ok(value) => return Ok(Some(value)),
            Err(problem) => say(&format!("{problem}\n"))?,
        }
    }
}

/// Until there is an answer that can be used.
pub(super) fn ask_again<T, E: Display>(what: &str, read: impl Fn(&str) -> Result<T, E>) -> anyhow::Result<T> {
    loop {
        match read(&answer(&format!("{what}: "))?) {
            Ok(value) => return Ok(value),
            Err(problem) => say(&format!("{problem}\n"))?,
        }
    }
}

fn answer(question: &str) -> anyhow::Result<String> {
    say(question)?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).context("cannot read the answer")?;
    anyhow::ensure!(read > 0, "nobody answers: nothing was written");
    Ok(line.trim().to_owned())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut terminal = io::stderr();
    terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).context("cannot ask on the terminal")
}
