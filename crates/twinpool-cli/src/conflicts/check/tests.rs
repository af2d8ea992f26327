use twinpool_core::id::{NewSub, Pool, ProviderName, UserId};
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
    let missing = pair("old-3", &[(Subject::User, Reason::Missing)]);
    let cases = [
        (conflict(), Subject::User, merge("old-1"), into(linked())),
        (conflict(), Subject::User, link_to(&new("new-9")), there()),
        (missing, Subject::User, link_to(&new("new-9")), there()),
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
    link.state = LinkState::Tombstone { new_sub: None, by: Pool::Old, left: Left::Nobody, since: AT };
    assert!(check_decision(&link, &Subject::User, &Asked::Forget, &none()).is_ok());
}

#[test]
fn what_makes_no_sense_is_refused_with_what_to_do() {
    let merged = in_state("old-3", LinkState::Merged { into: old("old-1"), since: AT });
    let waiting = in_state("old-4", LinkState::Pending { since: AT });
    let gone = in_state(
        "old-5",
        LinkState::Tombstone { new_sub: None, by: Pool::Old, left: Left::Nobody, since: AT },
    );
    let refused = pair("old-6", &[(attribute("name"), Reason::Refused)]);
    let mut kept = pair("old-7", &[(attribute("name"), Reason::NewWins)]);
    kept.decisions.insert(attribute("name"), Decision::KeepNew);
    let google = Subject::Identity(ProviderName::parse("Google").unwrap());
    let tied = |id: &str| Others { belongs_to: UserId::parse(id).ok(), ..there() };
    let user = Subject::User;
    let missing = pair("old-9", &[(user.clone(), Reason::Missing)]);
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
        (conflict(), user.clone(), link_to(&new("new-1")), tied("old-1")),
        (conflict(), user.clone(), link_to(&new("new-7")), tied("new-7")),
        (conflict(), user.clone(), link_to(&new("new-8")), none()),
        (linked(), user.clone(), link_to(&new("new-9")), there()),
        (linked(), user.clone(), link_to(&new("new-9")), tied("old-2")),
        (linked(), user.clone(), link_to(&new("new-1")), tied("old-1")),
        (missing.clone(), user.clone(), link_to(&new("new-8")), none()),
        (missing, user.clone(), link_to(&new("new-1")), tied("old-1")),
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
    insta::assert_snapshot!(said.join("\n"), @r#"
    old-2 user, keep old:
      twinpool takes no name away for a whole user: free the name in the new pool first and say twinpool sync old-2, or decide about one thing with --attribute
    old-2 user, keep new:
      nobody in the new pool is this user yet: say who it is with --link-to, or leave the user out with --leave-out
    old-2 attribute email, keep old:
      the user is not in the new pool yet: free the name there first and say twinpool sync old-2
    old-2 attribute email, merge into old-1:
      "merge into old-1" is about the whole user: leave out --attribute email
    old-2 user, merge into old-2:
      a user cannot be merged into itself: give the old sub of the other one
    old-2 user, merge into old-3:
      old-3 is itself merged into old-1: say --merge-into old-1
    old-2 user, merge into old-4:
      old-4 has no counterpart in the new pool yet: bring that one over first, with twinpool sync old-4
    old-2 user, merge into old-5:
      old-5 was deleted from the old pool: merge into somebody who is there
    old-2 user, merge into old-8:
      there is no link of old-8: give the old sub of a user who is in both pools
    old-2 user, link to new-1:
      the user of the new pool has the user id old-1 already: if both are one person, say --merge-into old-1
    old-2 user, link to new-7:
      the user of the new pool has the user id new-7 already: it was born there, and a user id is given once
    old-2 user, link to new-8:
      new-8 is not in the new pool: look the sub up there
    old-1 user, link to new-9:
      the user of the old pool is tied to new-1 of the new pool already: a pair stays; decide about what is held back, with --attribute
    old-1 user, link to new-9:
      the user of the old pool is tied to new-1 of the new pool already, and the user of the new pool has the user id old-2 already: a pair stays; decide about what is held back, with --attribute
    old-1 user, link to new-1:
      the user is a pair with new-1 of the new pool already, and a pair stays: decide about what is held back, with --attribute
    old-9 user, link to new-8:
      new-8 is not in the new pool: look the sub up there
    old-9 user, link to new-1:
      the user of the new pool has the user id old-1 already: if both are one person, say --merge-into old-1
    old-1 user, merge into old-6:
      the user is a pair with new-1 of the new pool already, and a pair stays: decide about what is held back, with --attribute
    old-1 attribute nmae, leave out:
      the link of old-1 knows no attribute nmae: names are those of the new pool, and twinpool conflicts show lists what is held back
    old-1 attribute name, keep old:
      nothing holds attribute name back: the old pool's value counts anyway
    old-1 identity Google, leave out:
      the link of old-1 knows no identity Google: names are those of the new pool, and twinpool conflicts show lists what is held back
    old-1 identity Google, keep old:
      identity Google follows the old pool wherever it can: only an attribute that somebody else holds can be kept from the old pool
    old-6 attribute name, keep old:
      keeping the old value cannot help here: the new pool refuses it: correct it in the old pool, or change what the new pool allows
    old-7 attribute name, keep old:
      attribute name was decided otherwise: take that back with --forget
    old-5 user, leave out:
      the user was deleted from the old pool: there is nothing left to decide
    old-2 attribute email, forget:
      nothing was decided about attribute email of old-2: twinpool conflicts show old-2 says what was
    "#);
}

#[test]
fn what_comes_of_it_is_said_in_one_sentence() {
    let user = Subject::User;
    let cases = [
        (conflict(), user.clone(), merge("old-1")),
        (conflict(), user.clone(), link_to(&new("new-9"))),
        (conflict(), user.clone(), LEAVE_OUT),
        (linked(), user.clone(), KEEP_NEW),
        (linked(), attribute("email"), KEEP_OLD),
        (linked(), attribute("email"), KEEP_NEW),
        (linked(), group("staff"), LEAVE_OUT),
        (linked(), user, Asked::Forget),
    ];
    let said =
        cases.map(|(link, subject, asked)| format!("{}: {}", link.old_sub, effect(&link, &subject, &asked)));
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn the_same_decision_again_is_none() {
    let mut link = conflict();
    assert!(!is_decided(&link, &Subject::User, &LEAVE_OUT));
    link.decisions.insert(Subject::User, Decision::LeaveOut);
    assert!(is_decided(&link, &Subject::User, &LEAVE_OUT));
    assert!(!is_decided(&link, &Subject::User, &merge("old-1")));
    assert!(!is_decided(&link, &Subject::User, &Asked::Forget));
}
