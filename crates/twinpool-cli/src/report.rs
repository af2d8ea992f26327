//! `twinpool report`: lists of users who must do something themselves.

use clap::Subcommand;

use crate::Outcome;

mod mfa;

/// Which list.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Who has to set up authenticator apps, passkeys or devices again. From the links alone: no call to a pool.
    Mfa(mfa::Arguments),
}

pub(crate) async fn run(command: &Command) -> Outcome {
    match command {
        Command::Mfa(arguments) => mfa::run(arguments).await,
    }
}
