//! What people and programs are told.

use serde_json::json;
use twinpool_core::id::OldSub;

use super::*;

const OVER: Timestamp = crate::samples::AT;

fn subs(from: usize, to: usize) -> Vec<OldSub> {
    (from..to).map(|number| OldSub::parse(format!("sub-{number}")).unwrap()).collect()
}

fn result() -> Result {
    Result {
        sent: 480,
        skipped: [(Skip::Came, subs(0, 3)), (Skip::NoAddress, subs(10, 35)), (Skip::Disabled, subs(40, 41))]
            .into(),
        withdrawn: 2,
        ..Result::default()
    }
}

fn settings() -> Settings {
    let description = json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } });
    Settings::of(description.as_object().unwrap().clone())
}

#[test]
fn what_became_of_everybody() {
    let (text, exit) = told(&result(), 1_200, OVER, false);
    assert_eq!(exit, Exit::Warned);
    insta::assert_snapshot!("for_people", text);
    insta::assert_snapshot!(
        "for_programs",
        told(&Result { skipped: [(Skip::NoAddress, subs(1, 3))].into(), ..result() }, 0, OVER, true).0
    );
}

#[test]
fn how_it_ended() {
    let done = Result { sent: 1, skipped: [(Skip::Came, subs(0, 1))].into(), ..Result::default() };
    assert!(told(&done, 5, OVER, false).0.contains("--withdraw expired"));
    let none = Result { withdrawn: 3, ..Result::default() };
    assert!(!told(&none, 0, OVER, false).0.contains("--withdraw"), "nobody was sent anything");
    assert_eq!(told(&done, 5, OVER, false).1, Exit::Done);
    assert_eq!(told(&Result { failed: 1, ..result() }, 0, OVER, false).1, Exit::Failed);
    assert_eq!(told(&Result { stopped: true, left: 3, ..Result::default() }, 0, OVER, false).1, Exit::Failed);
}

#[test]
fn what_will_be_done_is_said_with_hours_and_who_sends() {
    let chosen = Chosen {
        who: subs(0, 4_001),
        more: 9_000,
        halfway: 2,
        again: 30,
        expired: subs(0, 4),
        other_ways: [("code", 7)].into(),
    };
    insta::assert_snapshot!("intent", intent(&chosen, NonZeroU32::new(2_000).unwrap(), &settings()));
    insta::assert_snapshot!(
        "nobody",
        nobody(&Chosen { other_ways: [("code", 7)].into(), ..Chosen::default() }, "", false)
    );
    insta::assert_snapshot!("plan_json", plan_json(&chosen));
    insta::assert_snapshot!("withdraw", intent_to_withdraw(1));
}

#[test]
fn whose_policy_it_is_is_said_and_what_the_table_does_not_know_of_it() {
    let terms = |rules: &str| InviteTerms {
        rules: twinpool_rules::Rules::parse(rules).unwrap(),
        ways: [twinpool_core::arrival::Way::Invite].into(),
        again: twinpool_engine::Again::Expired,
        valid_for: Duration::from_hours(24),
        shape: twinpool_testkit::world::email_pool("eu-west-1_New"),
    };
    let plain = policy("the rules twinpool.toml", &terms("[sign_in]\nway = \"invite\""));
    assert!(plain.contains("twinpool.toml here; deployed") && !plain.contains("provider"), "{plain}");
    let by_provider = "[[sign_in.policy]]\nproviders = [\"Google\"]\nway = \"invite\"";
    assert!(policy("the rules twinpool.toml", &terms(by_provider)).contains("with --user"));
}
