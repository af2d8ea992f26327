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
fn who_proves_the_way_back_alone_names_nobody_else() {
    let words = "twinpool switch --prove-only --canary-user s --why w --queue-url u --table t --old-pool eu-west-1_Old \
                 --new-pool eu-west-1_New --capture-arn arn:aws:lambda:eu-west-1:111122223333:function:c";
    let parse = |more: &str| {
        Cli::command().try_get_matches_from(words.split_whitespace().chain(more.split_whitespace()))
    };
    assert!(parse("").is_ok());
    for more in ["--percent 5", "--group staff", "--where custom:tenant=acme", "--allow a", "--deny a"] {
        let problem = parse(more).map(drop).unwrap_err();
        assert_eq!(problem.kind(), clap::error::ErrorKind::ArgumentConflict, "{more}");
    }
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
        &["status"],
        &["phase"],
        &["switch"],
        &["rollback"],
        &["complete"],
        &["reopen"],
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
        &["reopen"],
        &["export"],
        &["export", "links"],
        &["import"],
        &["verify"],
        &["status"],
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
