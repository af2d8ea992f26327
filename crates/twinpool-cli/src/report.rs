//! `twinpool report`: lists and counts of users.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::Outcome;
use crate::failure::Misuse;
use crate::options;

mod drain;
mod html;
mod mfa;
mod passwords;
mod sign_in;

/// The record, or which list.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    list: Option<Command>,
    /// Writes one page for the record: what was moved, when, counts, charts, conflicts, the last verify, the history of phases. It
    /// needs nothing beside itself, and holds ids and no values.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Replaces a file that is there.
    #[arg(long, requires = "html")]
    force: bool,
    /// The table of links: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", hide_env_values = true, value_name = "NAME")]
    table: Option<String>,
}

/// Which list.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Who has to set up authenticator apps, passkeys or devices again. From the links alone: no call to a pool.
    Mfa(mfa::Arguments),
    /// Who still uses the old pool, by app client, and when they were last seen there.
    Drain(drain::Arguments),
    /// What would await people in the old pool after a rollback, and who would need a password reset there. From the table alone: no
    /// call to a pool.
    Passwords(passwords::Arguments),
    /// Who has come into the new pool, by which way, and how that went over time. From the table alone: no call to a pool.
    SignIn(sign_in::Arguments),
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    match (&arguments.list, &arguments.html) {
        (Some(Command::Drain(arguments)), _) => drain::run(arguments).await,
        (Some(Command::Passwords(arguments)), _) => passwords::run(arguments).await,
        (Some(Command::Mfa(arguments)), _) => mfa::run(arguments).await,
        (Some(Command::SignIn(arguments)), _) => sign_in::run(arguments).await,
        (None, Some(file)) => Box::pin(html::run(file, arguments.force)).await,
        (None, None) => Err(Misuse(
            "which report? say --html FILE for the whole, or mfa, drain, passwords or sign-in for a list"
                .to_owned(),
        )
        .into()),
    }
}
