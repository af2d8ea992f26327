//! What people and programs are told.

use serde_json::json;
use twinpool_core::id::OldSub;

use super::*;

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
    let (text, exit) = told(&result(), 1_200, false);
    assert_eq!(exit, Exit::Warned);
    insta::assert_snapshot!("for_people", text);
    insta::assert_snapshot!(
        "for_programs",
        told(&Result { skipped: [(Skip::NoAddress, subs(1, 3))].into(), ..result() }, 0, true).0
    );
}

#[test]
fn how_it_ended() {
    let done = Result { sent: 1, skipped: [(Skip::Came, subs(0, 1))].into(), ..Result::default() };
    assert_eq!(told(&done, 5, false).1, Exit::Done);
    assert_eq!(told(&Result { failed: 1, ..result() }, 0, false).1, Exit::Failed);
    assert_eq!(told(&Result { stopped: true, left: 3, ..Result::default() }, 0, false).1, Exit::Failed);
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
        nobody(&Chosen { other_ways: [("code", 7)].into(), ..Chosen::default() }, false)
    );
    insta::assert_snapshot!("plan_json", plan_json(&chosen));
    insta::assert_snapshot!("withdraw", intent_to_withdraw(1));
}
