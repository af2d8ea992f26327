use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{
    AttributeName, GroupName, Pool, PoolId, ProviderName, Sub, Timestamp, UserId, Username,
};
use twinpool_core::link::Left;
use twinpool_core::listing::Stage;
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::snapshot::{Factor, Identity, Mfa};
use twinpool_core::value::Value as Text;
use twinpool_rules::Rules;

use super::*;
use crate::samples::{AT, attribute, conflict, in_state, new, old, pair};

fn shape() -> PoolShape {
    PoolShape {
        id: PoolId::parse("eu-west-1_New").unwrap(),
        sign_in: SignIn::Contact([].into()),
        case_sensitive: false,
        attributes: [].into(),
        verifies: [].into(),
        mfa: twinpool_core::pool::MfaMode::Optional,
        passkeys: false,
        devices: false,
    }
}

fn person(sub: &str, attributes: &[(&str, &str)], groups: &[&str]) -> Snapshot {
    let pair = |(name, value): &(&str, &str)| (AttributeName::parse(*name).unwrap(), Text::new(*value));
    Snapshot {
        sub: Sub::parse(sub).unwrap(),
        username: Username::parse("secretson").unwrap(),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.iter().map(pair).collect(),
        groups: groups.iter().map(|name| GroupName::parse(*name).unwrap()).collect(),
        identities: [].into(),
        mfa: Mfa::default(),
        factors: [].into(),
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

const RULES: &str = r#"
[attributes]
"custom:company" = { rename = "custom:tenant", prefix = "t-" }
nickname = { drop = true }

[groups]
leave_out = ["test-*"]
rename = { admins = "administrators" }
"#;

/// One of everything.
fn jane() -> Whole {
    let mut before = person(
        "old-1",
        &[
            ("email", "Jane@Example.com"),
            ("phone_number", "+491712345678"),
            ("name", "Jane Secretson"),
            ("nickname", "jany"),
            ("custom:company", "acme"),
            ("custom:a_rather_long_name", "secret"),
        ],
        &["admins", "readers", "test-1"],
    );
    before.mfa = Mfa { sms: true, totp: true, ..Mfa::default() };
    let google = ProviderName::parse("Google").unwrap();
    before.identities.insert(Identity { provider: google, subject: Text::new("secret-4711") });
    let after = person(
        "new-1",
        &[
            ("email", "jane@example.com"),
            ("name", "Jane Someone"),
            ("custom:tenant", "t-acme"),
            ("custom:a_rather_long_name", "secret"),
            ("custom:twinpool", "old-1.digest"),
            ("locale", "english"),
        ],
        &["administrators", "beta", "readers-of-yore"],
    );
    let totp = Subject::Factor(Factor::Totp);
    let held = [(attribute("phone_number"), Reason::UnverifiedSignInName), (totp, Reason::CannotMove)];
    let mut link = pair("old-1", &held);
    link.announced.groups.insert(GroupName::parse("readers-of-yore").unwrap());
    Whole {
        link: Some(link),
        primary: None,
        aliases: Some([old("old-2")].into()),
        accounts: Some(Accounts {
            user_id: UserId::parse("old-1").unwrap(),
            stage: Some(Stage::Linked),
            old: ["old-1", "old-2"].map(old).into(),
            new: [new("new-1")].into(),
        }),
        old: Some(before),
        new: Some(after),
        new_shape: shape(),
        rules: Rules::parse(RULES).unwrap(),
        rules_are: "the rules twinpool.toml".to_owned(),
    }
}

fn nobody() -> Whole {
    let rules = Rules::default();
    Whole {
        link: None,
        aliases: None,
        accounts: None,
        old: None,
        new: None,
        rules,
        rules_are: "the default rules".to_owned(),
        ..jane()
    }
}

#[test]
fn one_user_told_whole() {
    let text = jane().text();
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:#?}");
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_that_is_told_is_a_value() {
    for text in [jane().text(), jane().json().to_string()] {
        for value in ["ecretson", "xample", "acme", "4711", "12345678", "jany", "english"] {
            assert!(!text.contains(value), "{value}: {text}");
        }
    }
}

#[test]
fn json_for_programs() {
    insta::assert_snapshot!(format!("{:#}", jane().json()));
}

#[test]
fn users_in_every_state() {
    let alone = || Some(person("old-2", &[("email", "jo@example.com")], &[]));
    let merged = in_state("old-2", LinkState::Merged { into: old("old-1"), since: AT });
    let unconfirmed = alone().map(|user| Snapshot { status: Status::Unconfirmed, ..user });
    let waits = LinkState::Conflict { reason: Reason::Federated, since: AT, holder: None };
    let gone =
        LinkState::Tombstone { new_sub: Some(new("new-2")), by: Pool::Old, left: Left::Disabled, since: AT };
    let gone = in_state("old-2", gone);
    let disabled = jane().new.map(|user| Snapshot { enabled: false, ..user });
    let all = [
        Whole { link: Some(conflict()), old: alone(), ..nobody() },
        Whole { link: Some(in_state("old-2", waits)), old: alone(), ..nobody() },
        Whole {
            link: Some(merged),
            primary: Some(pair("old-1", &[])),
            old: alone(),
            new: jane().new,
            ..nobody()
        },
        Whole { link: Some(gone), new: disabled, ..nobody() },
        Whole { old: unconfirmed, ..nobody() },
        Whole { old: alone(), ..nobody() },
        Whole { link: Some(pair("old-2", &[])), old: alone(), ..nobody() },
    ];
    for text in all.each_ref().map(Whole::text) {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    let texts = all.map(|user| user.text());
    insta::assert_snapshot!(texts.join("\n----\n"));
}

/// What is said of the flag of an address, when each side has this.
fn flag(before: Option<&str>, after: Option<&str>) -> Option<(String, String, String)> {
    let side = |sub, flag: Option<&str>| {
        let flag = flag.map(|flag| ("email_verified", flag));
        person(sub, &[("email", "jo@example.com")].into_iter().chain(flag).collect::<Vec<_>>(), &[])
    };
    let link = Some(pair("old-1", &[]));
    let whole = Whole { link, old: Some(side("old-1", before)), new: Some(side("new-1", after)), ..nobody() };
    let line = whole.lines().into_iter().find(|line| line.name == "email_verified");
    line.map(|line| (line.old, line.new, line.verdict))
}

#[test]
fn a_missing_flag_is_a_contact_that_nobody_proved() {
    let said =
        |old: &str, new: &str, verdict: &str| Some((old.to_owned(), new.to_owned(), verdict.to_owned()));
    assert_eq!(flag(None, Some("false")), said("-", "false", "same"));
    assert_eq!(flag(Some("false"), None), said("false", "-", "same"));
    assert_eq!(flag(Some("true"), Some("false")), said("true", "false", "differs"));
    assert_eq!(flag(None, Some("true")), said("-", "true", "differs"));
    assert_eq!(flag(None, None), None);
}
