//! The `twinpool` command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::process::ExitCode;

use clap::Parser as _;
use twinpool_cli::{Cli, Exit, hint, run};

// One thread: waking another one for each answer costs more than it saves.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(problem) => {
            let _ = problem.print();
            if let Some(hint) = hint(&problem) {
                eprintln!("\n{hint}");
            }
            return ExitCode::from(u8::try_from(problem.exit_code()).unwrap_or(2));
        }
    };
    match run(cli).await {
        Ok((text, exit)) => {
            print!("{text}");
            exit.into()
        }
        Err(problem) => {
            eprintln!("twinpool: {problem:#}");
            Exit::of(&problem).into()
        }
    }
}
