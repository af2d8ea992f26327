//! Asks a person before something is changed.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use serde_json::json;

use crate::failure::Misuse;
use crate::options::Consent;
use crate::show::prose;

/// What to say where nobody can be asked.
pub(crate) const NO_TERMINAL: &str =
    "this changes something, and there is no terminal to ask on: say --yes, or --dry-run to look first";

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Do it.
    Go,
    /// Do not, and that is all right: `--dry-run`.
    Shown,
    /// Do not.
    Declined,
}

/// Shows what would be done, where a person is asked, and asks. Questions go to the terminal and never into the output.
pub(crate) fn before(consent: &Consent, what: &str) -> anyhow::Result<Answer> {
    if consent.yes {
        return Ok(Answer::Go);
    }
    if consent.dry_run {
        return Ok(Answer::Shown);
    }
    can_ask()?;
    Ok(if yes(what)? { Answer::Go } else { Answer::Declined })
}

/// Refuses where nobody can be asked.
pub(crate) fn can_ask() -> anyhow::Result<()> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Misuse(NO_TERMINAL.to_owned()).into())
}

/// What a dry run prints.
pub(crate) fn shown(what: String, as_json: bool) -> String {
    if as_json { format!("{:#}\n", json!({ "answer": "dry run", "would": what.trim_end() })) } else { what }
}

/// Shows what would be done, and asks.
pub(crate) fn yes(what: &str) -> anyhow::Result<bool> {
    let mut terminal = std::io::stderr();
    write!(terminal, "{}Do it? [y/N] ", prose(what)).context("cannot ask on the terminal")?;
    terminal.flush().context("cannot ask on the terminal")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
