//! The criteria, as the owner writes them.

use std::time::Duration;

use twinpool_core::criteria::{Criteria, Criterion, Limits};

use crate::Rules;

const ALL: &str = r#"
[rollback]
window = "15m"
minimum_events = 100
sign_in_success_below = 97.5
mirror_age_above = "90s"
conflicts_above = 20
dead_letters_above = "off"
resolver_errors_above = 1
[rollback.hold_at]
sign_in_success_below = 99
mirror_age_above = "1m"
dead_letters_above = 0
"#;

fn read(text: &str) -> Criteria {
    Rules::parse(text).unwrap().criteria().clone()
}

fn problem(lines: &str) -> String {
    Rules::parse(&format!("[rollback]\n{lines}")).unwrap_err().to_string()
}

#[test]
fn all_of_it_is_read() {
    let criteria = read(ALL);
    assert_eq!((criteria.window, criteria.minimum_events), (Duration::from_secs(900), 100));
    let limits = Criterion::ALL.map(|criterion| {
        let Limits { hold, roll_back } = criteria.limits(criterion);
        (hold, roll_back)
    });
    assert_eq!(
        limits,
        [
            (Some(9_900), Some(9_750)),
            (Some(60), Some(90)),
            (None, Some(20)),
            (Some(0), None),
            (None, Some(100))
        ]
    );
}

#[test]
fn without_the_table_the_defaults_count_and_a_line_changes_one_of_them() {
    assert_eq!(read(""), Criteria::default());
    let mut other = Criteria::default();
    other.limits.insert(Criterion::Conflicts, Limits { hold: None, roll_back: Some(3) });
    assert_eq!(read("[rollback]\nconflicts_above = 3"), other);
    other.limits.remove(&Criterion::SignInSuccess);
    assert_eq!(read("[rollback]\nconflicts_above = 3\nsign_in_success_below = \"off\""), other);
}

#[test]
fn criteria_change_nothing_about_any_user() {
    let rules = Rules::parse(ALL).unwrap();
    assert_eq!(rules.fingerprint(), Rules::default().fingerprint());
}

#[test]
fn what_cannot_be_meant_is_refused_with_key_and_line() {
    for (lines, said) in [
        ("windw = \"10m\"", "there is no such key"),
        ("window = \"10 mins ago\"", "this must be a time"),
        ("mirror_age_above = \"5M\"", "14 days at most"),
        ("window = \"1m\"", "from \"5m\" to \"24h\""),
        ("window = 600", "this must be a text"),
        ("minimum_events = -1", "a whole number"),
        ("minimum_events = 1.5", "a whole number"),
        ("sign_in_success_below = 101", "percent from 0 to 100"),
        ("sign_in_success_below = \"95\"", "percent from 0 to 100"),
        ("resolver_errors_above = 0.123", "percent from 0 to 100"),
        ("mirror_age_above = \"é\"", "this must be a time"),
        ("mirror_age_above = \"99999999999999999999h\"", "this must be a time"),
        ("conflicts_above = true", "a whole number"),
        ("hold_at = 3", "this must be a table"),
        ("[rollback.hold_at]\nwindow = \"10m\"", "there is no such key"),
        ("[rollback.hold_at]\nsign_in_success_below = 95", "sent back from 95 % on already"),
        ("[rollback.hold_at]\nmirror_age_above = \"6m\"", "sent back from 5 min on already"),
    ] {
        let problem = problem(lines);
        assert!(problem.contains(said), "{lines}: {problem}");
        assert!(problem.contains("rollback.") && problem.contains("line "), "{lines}: {problem}");
    }
}
