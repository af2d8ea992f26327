//! The `twinpool` command: one module per subcommand, each an arguments struct and a `run`.

mod dlq;
mod resolve;
mod rules;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Keeps two Amazon Cognito user pools in step.
#[derive(Debug, Parser)]
#[command(name = "twinpool", version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such user, 10 refused, 11 warnings.\n\
    Region, credentials and endpoint come from the environment as for every AWS tool (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows what could not be mirrored, by cause, and has it tried again.
    Dlq(dlq::Arguments),
    /// Says who a user is: old sub, new sub, user id, and how far the link has come.
    Resolve(resolve::Arguments),
    /// Holds twinpool.toml against both pools.
    Rules(rules::Arguments),
}

/// Which table to look into.
#[derive(Debug, Args)]
struct Table {
    /// The table of links: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", value_name = "NAME")]
    table: String,
}

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// No such user.
    NotFound = 3,
    /// Refused: somebody must act first.
    Blocked = 10,
    /// Done, with warnings.
    Warned = 11,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs a command; returns what to print.
///
/// # Errors
/// When the command fails; the message is for people.
pub async fn run(cli: Cli) -> anyhow::Result<(String, Exit)> {
    match cli.command {
        Command::Dlq(arguments) => dlq::run(&arguments).await,
        Command::Resolve(arguments) => resolve::run(&arguments).await,
        Command::Rules(arguments) => rules::run(&arguments).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
