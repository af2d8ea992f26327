//! The ways to sign in, as the owner writes them.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;
use twinpool_core::id::{GroupName, ProviderName, Timestamp};

use crate::{Person, Rules, SignInPolicy};

const DAY: u64 = 24 * 60 * 60 * 1000;
const NOW: Timestamp = Timestamp(20_000 * DAY);

const ALL: &str = r#"
[sign_in]
way = "password"
code_subject = "Your code"
code_message = "Your code is {code}."
[[sign_in.policy]]
groups = ["vip-*", "board"]
way = "invite"
[[sign_in.policy]]
providers = ["Google"]
not_seen_for = "26 weeks"
way = "reset"
[[sign_in.policy]]
not_seen_for = "180 days"
way = "code"
"#;

fn read(text: &str) -> SignInPolicy {
    Rules::parse(text).unwrap().sign_in().clone()
}

fn way(policy: &SignInPolicy, groups: &[&str], providers: &[&str], days_ago: Option<u64>) -> Way {
    let groups: BTreeSet<_> = groups.iter().map(|name| GroupName::parse(*name).unwrap()).collect();
    let providers: BTreeSet<_> = providers.iter().map(|name| ProviderName::parse(*name).unwrap()).collect();
    let seen_at = days_ago.map(|days| Timestamp(NOW.0 - days * DAY));
    policy.way(Person { groups: &groups, providers: &providers, seen_at }, NOW)
}

#[test]
fn the_first_policy_that_fits_gives_the_way() {
    let policy = read(ALL);
    assert_eq!(way(&policy, &["staff"], &[], Some(3)), Way::Password);
    assert_eq!(way(&policy, &["vip-a", "staff"], &["Google"], Some(400)), Way::Invite);
    assert_eq!(way(&policy, &["board"], &[], Some(0)), Way::Invite);
    assert_eq!(way(&policy, &[], &["Okta", "Google"], Some(182)), Way::Reset);
    assert_eq!(way(&policy, &[], &["Google"], Some(181)), Way::Code);
    assert_eq!(way(&policy, &[], &[], Some(180)), Way::Code);
    assert_eq!(way(&policy, &[], &[], Some(179)), Way::Password);
    assert_eq!(way(&policy, &[], &[], None), Way::Password, "nothing says since when");
    assert_eq!(way(&SignInPolicy::default(), &[], &[], None), Way::Password);
}

#[test]
fn texts_and_policies_are_told_as_they_were_written() {
    let policy = read(ALL);
    assert_eq!(
        (policy.code_subject(), policy.code_message()),
        (Some("Your code"), Some("Your code is {code}."))
    );
    assert_eq!(
        policy.policies(),
        [
            ("in board or vip-*".to_owned(), Way::Invite),
            ("by Google, not seen for 182 days".to_owned(), Way::Reset),
            ("not seen for 180 days".to_owned(), Way::Code),
        ]
    );
    assert!(
        policy.has(Way::Reset)
            && policy.has(Way::Password)
            && !read("[sign_in]\nway = \"code\"").has(Way::Password)
    );
}

#[test]
fn ways_to_sign_in_change_no_fingerprint() {
    assert_eq!(Rules::parse(ALL).unwrap().fingerprint(), "none");
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_line() {
    let policy = |lines: &str| format!("[sign_in]\n[[sign_in.policy]]\n{lines}");
    let two = |first: &str, second: &str| {
        format!(
            "[[sign_in.policy]]\n{first}\nway = \"code\"\n\n[[sign_in.policy]]\n{second}\nway = \"reset\""
        )
    };
    let long = format!("[sign_in]\ncode_message = \"{{code}}{}\"", "x".repeat(1000));
    let table = [
        ("[sign_in]\nways = 1".to_owned(), 2, "sign_in.ways", "there is no such key"),
        (
            "[sign_in]\nway = \"magic\"".to_owned(),
            2,
            "sign_in.way",
            "one of \"password\", \"code\", \"invite\", \"reset\"",
        ),
        ("[sign_in]\ncode_message = \"Hello\"".to_owned(), 2, "sign_in.code_message", "exactly once"),
        ("[sign_in]\ncode_message = \"{code} {code}\"".to_owned(), 2, "sign_in.code_message", "exactly once"),
        (long, 2, "sign_in.code_message", "too long"),
        ("[sign_in]\ncode_subject = \"a\\nb\"".to_owned(), 2, "sign_in.code_subject", "one line"),
        ("[sign_in]\ncode_subject = \"{code}\"".to_owned(), 2, "sign_in.code_subject", "locked screens"),
        ("[sign_in.policy]\nway = \"code\"".to_owned(), 1, "sign_in.policy", "[[sign_in.policy]]"),
        ("[sign_in]\npolicy = [1]".to_owned(), 2, "sign_in.policy", "[[sign_in.policy]]"),
        (policy("groups = [\"a\"]"), 2, "sign_in.policy[0]", "write way"),
        (policy("way = \"code\""), 2, "sign_in.policy[0]", "about everybody"),
        (policy("way = \"none\"\ngroups = [\"a\"]"), 3, "sign_in.policy[0].way", "one of"),
        (policy("way = \"code\"\ngroups = []"), 4, "sign_in.policy[0].groups", "at least one"),
        (policy("way = \"code\"\nproviders = [\"a b\"]"), 4, "sign_in.policy[0].providers[0]", "no provider"),
        (policy("way = \"code\"\nprovider = \"a\""), 4, "sign_in.policy[0].provider", "there is no such key"),
        (policy("way = \"code\"\nnot_seen_for = 180"), 4, "sign_in.policy[0].not_seen_for", "in quotes"),
        (
            policy("way = \"code\"\nnot_seen_for = \"0 days\""),
            4,
            "sign_in.policy[0].not_seen_for",
            "days or weeks",
        ),
        (
            policy("way = \"code\"\nnot_seen_for = \"+3 days\""),
            4,
            "sign_in.policy[0].not_seen_for",
            "days or weeks",
        ),
        (
            policy("way = \"code\"\nnot_seen_for = \"6 months\""),
            4,
            "sign_in.policy[0].not_seen_for",
            "days or weeks",
        ),
        (
            two("groups = [\"a*\"]", "groups = [\"ab\"]"),
            5,
            "sign_in.policy[1]",
            "the one before fits everybody",
        ),
        (
            two("not_seen_for = \"30 days\"", "not_seen_for = \"60 days\""),
            5,
            "sign_in.policy[1]",
            "nobody gets to",
        ),
        (
            two("providers = [\"A\", \"B\"]", "providers = [\"B\"]\ngroups = [\"x\"]"),
            5,
            "sign_in.policy[1]",
            "nobody",
        ),
    ];
    for (text, line, key, words) in table {
        let said = Rules::parse(&text).expect_err(&text).to_string();
        let place = format!("twinpool.toml, line {line}: {key}: ");
        assert!(said.starts_with(&place) && said.contains(words), "{text}\n{said}");
    }
}

#[test]
fn a_wider_policy_after_a_narrower_one_is_fine() {
    for (first, second) in [
        ("groups = [\"ab\"]", "groups = [\"a*\"]"),
        ("not_seen_for = \"60 days\"", "not_seen_for = \"30 days\""),
        ("groups = [\"a\"]", "providers = [\"A\"]"),
        ("groups = [\"a\"]\nnot_seen_for = \"9 days\"", "groups = [\"a\"]"),
    ] {
        let text = format!(
            "[[sign_in.policy]]\n{first}\nway = \"code\"\n[[sign_in.policy]]\n{second}\nway = \"reset\""
        );
        assert_eq!(read(&text).policies().len(), 2, "{text}");
    }
}
