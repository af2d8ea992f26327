//! The `twinpool` command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::process::ExitCode;

use clap::Parser as _;
use twinpool_cli::{Cli, Exit, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
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
