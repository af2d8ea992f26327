//! `twinpool conflicts`: what twinpool does not decide alone.

use clap::Subcommand;

use crate::Outcome;

mod check;
mod decide;
mod found;
mod helps;
mod list;
mod listed;
mod many;
mod shown;

pub(crate) use found::{Found, Whose, walk};
pub(crate) use listed::{held, open};

use helps::helps;

/// What to do with conflicts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists them, from a walk over the whole table.
    List(list::Arguments),
    /// Shows one user's, with what helps.
    Show(shown::Arguments),
    /// Takes your decision, about one user or about all with one reason, and lets the mirror carry it out.
    Resolve(Box<decide::Arguments>),
}

impl Command {
    /// Options that it takes in this case, and that have no value.
    pub(crate) fn lacking(&self) -> Vec<&'static str> {
        match self {
            Self::Resolve(arguments) => arguments.lacking(),
            Self::List(_) | Self::Show(_) => Vec::new(),
        }
    }
}

pub(crate) async fn run(command: &Command) -> Outcome {
    match command {
        Command::List(arguments) => list::run(arguments).await,
        Command::Show(arguments) => shown::run(arguments).await,
        Command::Resolve(arguments) => decide::run(arguments).await,
    }
}
