//! The `twinpool` command: one module per subcommand, each an arguments struct and a `run`.

mod again;
mod ask;
mod attach;
mod audit;
mod backfill;
mod bound;
mod bulk;
mod carry;
mod clock;
mod complete;
mod conflicts;
mod defaults;
mod deploy;
mod detach;
mod digest_key;
mod dlq;
mod doctor;
mod drain;
mod estimate;
mod examples;
mod explain;
pub mod export;
mod failure;
mod import;
mod init;
mod invite;
mod manual;
mod neighbours;
mod operator;
mod options;
mod output;
mod package;
mod phase;
mod place;
mod progress;
mod random;
mod readiness;
mod rehearse;
mod remove;
mod reopen;
mod report;
mod reset_passwords;
mod resolve;
mod reverse_sync;
mod rollback;
mod route;
mod rules;
mod runs;
#[cfg(test)]
mod samples;
mod serve;
mod show;
mod signal;
mod sources;
mod stack;
mod status;
mod steps;
mod sweep;
mod switch;
mod sync;
mod temporary;
mod undo;
mod verify;
mod watch;

use std::process::ExitCode;

pub use defaults::{Asked, Complaint, read};
pub use output::print;

use clap::{Parser, Subcommand};

/// Keeps two Amazon Cognito user pools in step.
#[derive(Debug, Parser)]
#[command(name = "twinpool", version, max_term_width = 80, after_help = format!("{EXIT_CODES}\n\n{}", options::WHERE))]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed or declined, 2 wrong usage, 3 no such user, 4 asked for and not \
    answered in time, 5 answered, and something is still in conflict, 10 refused, 11 warnings.\n\n\
    Region, credentials and endpoint come from the environment as for every AWS tool (AWS_REGION, AWS_PROFILE, \
    AWS_ENDPOINT_URL), else from twinpool.toml.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a first twinpool.toml for two pools, with rules proposed from their schemas. Reads both, changes neither.
    Init(Box<init::Arguments>),
    /// Looks before the first step: what both pools and their users make of a move, and what to do. Reads only.
    Audit(audit::Arguments),
    /// Shows what could not be mirrored, by cause, and has it tried again.
    Dlq(dlq::Arguments),
    /// Says who a user is: old sub, new sub, user id, and how far the link has come.
    Resolve(resolve::Arguments),
    /// Answers who a user is over HTTP, on this machine: for backends in any language.
    Serve(serve::Arguments),
    /// Says which pool somebody is sent to, and why. Reads only.
    Route(route::Arguments),
    /// Tells all of one user: both sides side by side, what differs, what is held back, and why. Reads only.
    Explain(explain::Arguments),
    /// Brings one user into step now.
    Sync(sync::Arguments),
    /// What twinpool does not decide alone: lists it, shows it, takes your decision.
    #[command(subcommand)]
    Conflicts(conflicts::Command),
    /// One page for the record, and lists of users who must do something themselves.
    Report(report::Arguments),
    /// Sends temporary passwords to people who have not come, or takes them back.
    Invite(Box<invite::Arguments>),
    /// After a rollback: has people reset the password in the old pool who chose one in the new pool.
    ResetPasswords(Box<reset_passwords::Arguments>),
    /// Shows which values are used that no option says, and from where.
    Where(sources::Arguments),
    /// Holds twinpool.toml against both pools.
    Rules(rules::Arguments),
    /// Walks the chain from a trigger to the new pool, and says what is broken and why.
    Doctor(doctor::Arguments),
    /// Really writes some users into a scratch pool like the new one, verifies them, and removes it.
    Rehearse(rehearse::Arguments),
    /// Says what carrying everybody over will take: calls, hours, active users. Reads only.
    Estimate(estimate::Arguments),
    /// Carries over everybody who is not in the new pool yet, beside live traffic.
    Backfill(backfill::Arguments),
    /// Finds what no event told (users changed, deleted, new), and sends the mirror there.
    Sweep(sweep::Arguments),
    /// Takes back what a backfill or an import made, as far as nobody has used it.
    Undo(undo::Arguments),
    /// Compares both pools, user by user. Reads only.
    Verify(verify::Arguments),
    /// Shows where a move stands on one screen, with what wants a look and what to do. Reads only.
    Status(Box<status::Arguments>),
    /// Looks how a move goes, and says go on, hold or roll back. Changes nothing, unless --auto-rollback.
    Watch(Box<watch::Arguments>),
    /// Says what backfills and imports did and do, and why they are not faster.
    Runs(runs::Runs),
    /// Lets backfills and imports begin nothing new, until `resume`.
    Pause(runs::Say),
    /// Takes `pause` back.
    Resume(runs::Say),
    /// Sets the share of the quotas that backfills and imports take, while they run.
    Rate(runs::Rate),
    /// Tells where the move stands: who is sent to the new pool, since when, and why.
    Phase(phase::Arguments),
    /// Sends a share of the users, or some of them, to the new pool. Checks first, and asks.
    Switch(Box<switch::Arguments>),
    /// Sends everybody to the old pool again, at once.
    Rollback(rollback::Arguments),
    /// Leaves the old pool, once everybody is in the new one. Checks first, and asks.
    Complete(Box<complete::Arguments>),
    /// Takes `complete` back: the pools follow each other again. Checks first, and asks.
    Reopen(Box<reopen::Arguments>),
    /// Writes a whole pool into one file. Makes nobody a monthly active user, unless --mfa.
    Export(export::Arguments),
    /// Carries over whoever is in an exported file and not in the new pool yet.
    Import(import::Arguments),
    /// Builds the functions from a checkout and zips them for Lambda, with twinpool.toml inside.
    Package(package::Arguments),
    /// Makes the stack, or brings it up to date: shows what would change, asks, and waits.
    Deploy(deploy::Arguments),
    /// Deletes the stack once no trigger of either pool names it. The table of links stays.
    Remove(remove::Arguments),
    /// Puts capture into the triggers of the old pool (or the sign-in function into that of the new one), and changes nothing
    /// else of it.
    Attach(attach::Arguments),
    /// Takes twinpool's function out of a pool's triggers again, and gives each what was in it before.
    Detach(detach::Arguments),
    /// Writes what a shell needs to complete the words of this command.
    Completions(manual::Completions),
    /// Writes a manual page for each command into a folder.
    Man(manual::Pages),
}

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed, or declined.
    Failed = 1,
    /// The words make no sense together.
    Usage = 2,
    /// No such user.
    NotFound = 3,
    /// The mirror was asked, and has not answered in time.
    Unanswered = 4,
    /// The mirror has answered, and something is still in conflict.
    StillInConflict = 5,
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

impl Exit {
    /// Of a command that failed.
    #[must_use]
    pub fn of(problem: &anyhow::Error) -> Self {
        if problem.is::<failure::Misuse>() { Self::Usage } else { Self::Failed }
    }
}

/// What a command prints, and how it ended.
type Outcome = anyhow::Result<(String, Exit)>;

impl Cli {
    /// Whether the command itself tells what is wrong with twinpool.toml, or writes it.
    fn tells_of_a_broken_file(&self) -> bool {
        matches!(self.command, Command::Init(_) | Command::Rules(_))
    }

    /// Whether the command is not to wait until somebody has mended twinpool.toml, as long as it needs nothing of it.
    fn goes_on_beside_a_broken_file(&self) -> bool {
        matches!(self.command, Command::Rollback(_) | Command::Phase(_))
    }

    /// Options that the command takes in this case, and that have no value.
    fn lacking(&self) -> Vec<&'static str> {
        match &self.command {
            Command::Attach(arguments) => arguments.asked.lacking(),
            Command::Detach(arguments) => arguments.asked.lacking(),
            Command::Invite(arguments) => arguments.lacking(),
            Command::Conflicts(command) => command.lacking(),
            _ => Vec::new(),
        }
    }
}

/// Runs a command; returns what to print.
///
/// # Errors
/// When the command fails; the message is for people.
pub async fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Audit(arguments) => Box::pin(audit::run(&arguments)).await,
        Command::Dlq(arguments) => dlq::run(&arguments).await,
        Command::Resolve(arguments) => resolve::run(&arguments).await,
        Command::Serve(arguments) => serve::run(&arguments).await,
        Command::Route(arguments) => route::run(&arguments).await,
        Command::Explain(arguments) => explain::run(&arguments).await,
        Command::Sync(arguments) => sync::run(&arguments).await,
        Command::Conflicts(command) => conflicts::run(&command).await,
        Command::Report(arguments) => report::run(&arguments).await,
        Command::Invite(arguments) => Box::pin(invite::run(&arguments)).await,
        Command::ResetPasswords(arguments) => Box::pin(reset_passwords::run(&arguments)).await,
        Command::Init(arguments) => Box::pin(init::run(&arguments)).await,
        Command::Where(arguments) => sources::run(&arguments).await,
        Command::Rules(arguments) => rules::run(&arguments).await,
        Command::Doctor(arguments) => Box::pin(doctor::run(&arguments)).await,
        Command::Rehearse(arguments) => Box::pin(rehearse::run(&arguments)).await,
        Command::Estimate(arguments) => estimate::run(&arguments).await,
        Command::Backfill(arguments) => Box::pin(backfill::run(&arguments)).await,
        Command::Sweep(arguments) => Box::pin(sweep::run(&arguments)).await,
        Command::Undo(arguments) => Box::pin(undo::run(&arguments)).await,
        Command::Verify(arguments) => Box::pin(verify::run(&arguments)).await,
        Command::Status(arguments) => Box::pin(status::run(&arguments)).await,
        Command::Watch(arguments) => Box::pin(watch::run(&arguments)).await,
        Command::Runs(arguments) => runs::run(&arguments).await,
        Command::Pause(say) => runs::pause(&say).await,
        Command::Resume(say) => runs::resume(&say).await,
        Command::Rate(arguments) => runs::rate(&arguments).await,
        Command::Phase(arguments) => Box::pin(phase::run(&arguments)).await,
        Command::Switch(arguments) => Box::pin(switch::run(&arguments)).await,
        Command::Rollback(arguments) => Box::pin(rollback::run(&arguments)).await,
        Command::Complete(arguments) => Box::pin(complete::run(&arguments)).await,
        Command::Reopen(arguments) => Box::pin(reopen::run(&arguments)).await,
        Command::Export(arguments) => export::run(&arguments).await,
        Command::Import(arguments) => Box::pin(import::run(&arguments)).await,
        Command::Package(arguments) => package::run(&arguments),
        Command::Deploy(arguments) => Box::pin(deploy::run(&arguments)).await,
        Command::Remove(arguments) => Box::pin(remove::run(&arguments)).await,
        Command::Attach(arguments) => Box::pin(attach::run(&arguments)).await,
        Command::Detach(arguments) => Box::pin(detach::run(&arguments)).await,
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::pages(&arguments),
    }
}

#[cfg(test)]
mod tests;
