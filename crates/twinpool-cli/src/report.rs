//! `twinpool report`: lists and counts of users.

use clap::Subcommand;

use crate::Outcome;

mod drain;
mod mfa;
mod passwords;
mod sign_in;

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

pub(crate) async fn run(command: &Command) -> Outcome {
    match command {
        Command::Drain(arguments) => drain::run(arguments).await,
        Command::Passwords(arguments) => passwords::run(arguments).await,
        Command::Mfa(arguments) => mfa::run(arguments).await,
        Command::SignIn(arguments) => sign_in::run(arguments).await,
    }
}
