//! The real command line, with values for its options.

use super::*;

fn values(pairs: &[(&'static str, &str)]) -> Values {
    pairs.iter().map(|(variable, value)| (*variable, (*value).to_owned())).collect()
}

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

fn every() -> Values {
    known::ALL.iter().map(|known| (known.variable, "eu-west-1_Hidden".to_owned())).collect()
}

#[test]
fn the_command_line_is_well_formed_with_every_value() {
    dressed(Cli::command(), &every()).debug_assert();
}

/// The help of every command.
fn helps(command: &mut Command) -> String {
    let own = command.render_long_help().to_string();
    command.get_subcommands_mut().map(helps).fold(own, |all, one| all + &one)
}

#[test]
fn help_shows_no_value() {
    let mut command = dressed(Cli::command(), &every());
    command.build();
    let help = helps(&mut command);
    assert!(help.contains("TWINPOOL_LINKS_TABLE") && !help.contains("Hidden"), "{help}");
}

#[test]
fn what_the_file_says_makes_an_option_dispensable() {
    let id = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
    let line = words(&format!("twinpool resolve {id}"));
    let problem = parse(&Values::new(), &line).unwrap_err();
    assert_eq!(problem.kind(), ErrorKind::MissingRequiredArgument);
    let missing = Missing::of(&problem);
    assert!(missing.can_be_asked_for() && missing.options.values().any(|it| it == "TWINPOOL_LINKS_TABLE"));
    let cli = parse(&values(&[("TWINPOOL_LINKS_TABLE", "of-the-file")]), &line).unwrap();
    assert!(format!("{cli:?}").contains("of-the-file"));
    let said = words(&format!("twinpool resolve {id} --table said"));
    let cli = parse(&values(&[("TWINPOOL_LINKS_TABLE", "of-the-file")]), &said).unwrap();
    assert!(!format!("{cli:?}").contains("of-the-file"));
}

#[test]
fn a_user_is_linked_to_the_new_pool_that_nobody_named() {
    let line = words("twinpool conflicts resolve old-1 --link-to new-1");
    let mut known = values(&[
        ("TWINPOOL_OLD_POOL_ID", "eu-west-1_Old"),
        ("TWINPOOL_LINKS_TABLE", "links"),
        ("TWINPOOL_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/events.fifo"),
    ]);
    let missing = Missing::of(&parse(&known, &line).unwrap_err());
    assert!(missing.can_be_asked_for() && missing.options.contains_key("--new-pool"));
    known.extend(values(&[("TWINPOOL_NEW_POOL_ID", "eu-west-1_New")]));
    let cli = parse(&known, &line).unwrap();
    assert!(format!("{cli:?}").contains("eu-west-1_New"));
}

#[test]
fn the_stack_is_not_asked_for_what_it_does_not_know() {
    let problem = parse(&Values::new(), &words("twinpool resolve")).unwrap_err();
    let missing = Missing::of(&problem);
    assert!(!missing.can_be_asked_for(), "the user is missing, too");
    let said = missing.sentence(None).unwrap();
    assert!(
        said.contains("(--table)")
            && said.contains("(TWINPOOL_LINKS_TABLE)")
            && said.contains("twinpool init")
    );
}

#[test]
fn an_invitation_wants_to_know_the_sign_in_function_and_the_stack_is_asked() {
    let known = values(&[
        ("TWINPOOL_OLD_POOL_ID", "eu-west-1_Old"),
        ("TWINPOOL_NEW_POOL_ID", "eu-west-1_New"),
        ("TWINPOOL_LINKS_TABLE", "links"),
    ]);
    let problem = parse(&known, &words("twinpool invite --remaining")).unwrap_err();
    let missing = Missing::of(&problem);
    assert!(missing.can_be_asked_for());
    assert!(missing.options.values().eq(["TWINPOOL_SIGN_IN_ARN"]), "{:?}", missing.options);
    for line in ["twinpool invite --withdraw all", "twinpool invite --preview"] {
        parse(&known, &words(line)).unwrap();
    }
}
