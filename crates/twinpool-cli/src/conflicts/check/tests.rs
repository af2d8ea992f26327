use twinpool_core::id::{NewSub, ProviderName};
use twinpool_core::link::Left;
use twinpool_core::snapshot::Factor;

use super::*;
use crate::samples::{AT, attribute, conflict, group, in_state, linked, new, old, pair};

fn into(link: Link) -> Others {
    Others { into: Some(link), ..Others::default() }
}

fn there() -> Others {
    Others { is_in_new_pool: true, ..Others::default() }
}

fn merge(sub: &str) -> Asked {
    Asked::Decide(Decision::MergeInto(old(sub)))
}

fn link_to(sub: &NewSub) -> Asked {
    Asked::Decide(Decision::LinkTo(sub.clone()))
}

const KEEP_OLD: Asked = Asked::Decide(Decision::KeepOld);
const KEEP_NEW: Asked = Asked::Decide(Decision::KeepNew);
const LEAVE_OUT: Asked = Asked::Decide(Decision::LeaveOut);

fn none() -> Others {
    Others::default()
}

#[test]
fn what_makes_sense_is_decided() {
    let totp = Subject::Factor(Factor::Totp);
    let held = pair("old-1", &[(totp.clone(), Reason::CannotMove), (group("staff"), Reason::Refused)]);
    let cases = [
        (conflict(), Subject::User, merge("old-1"), into(linked())),
        (conflict(), Subject::User, link_to(&new("new-9")), there()),
        (conflict(), Subject::User, LEAVE_OUT, none()),
        (conflict(), attribute("phone_number"), LEAVE_OUT, none()),
        (linked(), Subject::User, LEAVE_OUT, none()),
        (linked(), Subject::User, KEEP_NEW, none()),
        (linked(), attribute("email"), KEEP_OLD, none()),
        (linked(), attribute("email"), KEEP_NEW, none()),
        (held.clone(), totp, LEAVE_OUT, none()),
        (held, group("staff"), LEAVE_OUT, none()),
    ];
    for (link, subject, asked, others) in cases {
        let Asked::Decide(decision) = &asked else { panic!("{asked:?}") };
        let decisions = check_decision(&link, &subject, &asked, &others).unwrap();
        assert_eq!(decisions, [(subject, decision.clone())].into());
    }
}

#[test]
fn what_was_decided_can_be_forgotten() {
    let mut link = conflict();
    assert!(check_decision(&link, &Subject::User, &Asked::Forget, &none()).is_err());
    link.decisions.insert(Subject::User, Decision::LeaveOut);
    link.decisions.insert(attribute("email"), Decision::LeaveOut);
    let left = check_decision(&link, &Subject::User, &Asked::Forget, &none()).unwrap();
    assert_eq!(left, [(attribute("email"), Decision::LeaveOut)].into());
    link.state = LinkState::Tombstone { new_sub: None, left: Left::Nobody, since: AT };
    assert!(check_decision(&link, &Subject::User, &Asked::Forget, &none()).is_ok());
}

#[test]
fn what_makes_no_sense_is_refused_with_what_to_do() {
    let merged = in_state("old-3", LinkState::Merged { into: old("old-1"), since: AT });
    let waiting = in_state("old-4", LinkState::Pending { since: AT });
    let gone = in_state("old-5", LinkState::Tombstone { new_sub: None, left: Left::Nobody, since: AT });
    let refused = pair("old-6", &[(attribute("name"), Reason::Refused)]);
    let mut kept = pair("old-7", &[(attribute("name"), Reason::NewWins)]);
    kept.decisions.insert(attribute("name"), Decision::KeepNew);
    let google = Subject::Identity(ProviderName::parse("Google").unwrap());
    let tied = Others { tied_to: Some(old("old-1")), ..there() };
    let user = Subject::User;
    let cases = [
        (conflict(), user.clone(), KEEP_OLD, none()),
        (conflict(), user.clone(), KEEP_NEW, none()),
        (conflict(), attribute("email"), KEEP_OLD, none()),
        (conflict(), attribute("email"), merge("old-1"), into(linked())),
        (conflict(), user.clone(), merge("old-2"), into(conflict())),
        (conflict(), user.clone(), merge("old-3"), into(merged)),
        (conflict(), user.clone(), merge("old-4"), into(waiting)),
        (conflict(), user.clone(), merge("old-5"), into(gone.clone())),
        (conflict(), user.clone(), merge("old-8"), none()),
        (conflict(), user.clone(), link_to(&new("new-1")), tied),
        (conflict(), user.clone(), link_to(&new("new-8")), none()),
        (linked(), user.clone(), link_to(&new("new-9")), there()),
        (linked(), user.clone(), merge("old-6"), into(refused.clone())),
        (linked(), attribute("nmae"), LEAVE_OUT, none()),
        (linked(), attribute("name"), KEEP_OLD, none()),
        (linked(), google.clone(), LEAVE_OUT, none()),
        (linked(), google, KEEP_OLD, none()),
        (refused, attribute("name"), KEEP_OLD, none()),
        (kept, attribute("name"), KEEP_OLD, none()),
        (gone, user, LEAVE_OUT, none()),
        (conflict(), attribute("email"), Asked::Forget, none()),
    ];
    let said = cases.map(|(link, subject, asked, others)| {
        let decided = match &asked {
            Asked::Decide(decision) => decision.to_string(),
            Asked::Forget => "forget".to_owned(),
        };
        let refusal = check_decision(&link, &subject, &asked, &others).unwrap_err();
        format!("{} {subject}, {decided}:\n  {refusal}", link.old_sub)
    });
    insta::assert_snapshot!(said.join("\n"), @"");
}
