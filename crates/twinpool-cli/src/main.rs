//! The `twinpool` command.
#![expect(clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::process::ExitCode;

use twinpool_cli::{Asked, Complaint, Exit, print, read, run};

// One thread: waking another one for each answer costs more than it saves.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Asked { cli, notes } = match Box::pin(read(std::env::args_os().collect())).await {
        Ok(asked) => asked,
        Err(Complaint::Words(problem, help)) => {
            let _ = problem.print();
            if let Some(help) = help {
                eprintln!("\n{help}");
            }
            return ExitCode::from(u8::try_from(problem.exit_code()).unwrap_or(2));
        }
        Err(Complaint::Problem(problem)) => return failed(&problem),
    };
    for note in notes {
        eprintln!("twinpool: {note}");
    }
    match Box::pin(run(cli)).await {
        Ok((text, exit)) => print(&text).map_or_else(|problem| failed(&problem), |_| exit.into()),
        Err(problem) => failed(&problem),
    }
}

fn failed(problem: &anyhow::Error) -> ExitCode {
    eprintln!("twinpool: {problem:#}");
    Exit::of(problem).into()
}
