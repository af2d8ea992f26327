//! The command line as a whole.

use clap::CommandFactory as _;

use super::*;

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

/// Without the options that every command shares, which come last.
fn help(path: &[&str]) -> String {
    let mut command = Cli::command();
    for name in path {
        command = command.find_subcommand(name).unwrap().clone();
    }
    command.term_width(80).render_help().to_string()
}

#[test]
fn help_fits_a_terminal() {
    let all: &[&[&str]] = &[
        &["audit"],
        &["resolve"],
        &["serve"],
        &["route"],
        &["explain"],
        &["sync"],
        &["conflicts", "resolve"],
        &["dlq", "redrive"],
        &["verify"],
        &["phase"],
        &["switch"],
        &["rollback"],
        &["complete"],
    ];
    for words in all {
        let line = [["twinpool"].as_slice(), words, &["--help"]].concat();
        let problem = Cli::command().try_get_matches_from(line).unwrap_err();
        let help = problem.to_string();
        let long: Vec<_> = help.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
}

#[test]
fn help_texts() {
    let paths: &[&[&str]] = &[
        &[],
        &["audit"],
        &["resolve"],
        &["serve"],
        &["route"],
        &["explain"],
        &["sync"],
        &["conflicts"],
        &["conflicts", "list"],
        &["conflicts", "show"],
        &["conflicts", "resolve"],
        &["report", "mfa"],
        &["report", "drain"],
        &["report", "passwords"],
        &["report", "sign-in"],
        &["invite"],
        &["reset-passwords"],
        &["dlq", "show"],
        &["dlq", "redrive"],
        &["dlq", "drop"],
        &["init"],
        &["where"],
        &["rules", "check"],
        &["doctor"],
        &["rehearse"],
        &["estimate"],
        &["backfill"],
        &["sweep"],
        &["undo"],
        &["runs"],
        &["rate"],
        &["phase"],
        &["switch"],
        &["rollback"],
        &["complete"],
        &["export"],
        &["export", "links"],
        &["import"],
        &["verify"],
        &["watch"],
        &["package"],
        &["deploy"],
        &["remove"],
        &["attach"],
        &["detach"],
    ];
    let all: Vec<_> =
        paths.iter().map(|path| format!("## twinpool {}\n{}", path.join(" "), help(path))).collect();
    insta::assert_snapshot!(all.join("\n"));
}
