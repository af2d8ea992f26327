use std::collections::BTreeMap;

use twinpool_core::held_back::Subject;
use twinpool_core::id::{AttributeName, NewSub, OldSub};
use twinpool_engine::{Marked, What, Why};

use super::*;
use crate::Exit;
use crate::verify::exit;

fn summary(verdicts: &[(Verdict, u64)], reasons: &[(Verdict, &str, u64)]) -> Summary {
    Summary {
        verdicts: verdicts.iter().copied().collect(),
        reasons: reasons
            .iter()
            .map(|(verdict, reason, users)| ((*verdict, (*reason).to_owned()), *users))
            .collect::<BTreeMap<_, _>>(),
        ..Summary::default()
    }
}

fn found() -> Found {
    let email = What::Of(Subject::Attribute(AttributeName::parse("email").unwrap()));
    let masked = Some([Some("j•••@e•••.com".to_owned()), None]);
    let jane = Row {
        old_sub: OldSub::parse("jane").ok(),
        new_sub: NewSub::parse("new-jane").ok(),
        verdict: Verdict::Differs,
        findings: vec![Finding { masked, ..Finding::new(email, Why::Missing) }],
        marked: Some(Marked::Own),
        looked: true,
    };
    let stranger = Row {
        old_sub: None,
        new_sub: NewSub::parse("stranger").ok(),
        verdict: Verdict::OnlyInNew,
        findings: vec![Finding::new(What::Of(Subject::User), Why::NoLink)],
        marked: Some(Marked::No),
        looked: true,
    };
    Found { differing: vec![OldSub::parse("jane").unwrap()], strangers: 1, shown: vec![jane, stranger] }
}

fn whole() -> Summary {
    let verdicts =
        [(Verdict::Equal, 19_990), (Verdict::HeldBack, 8), (Verdict::Differs, 1), (Verdict::OnlyInNew, 1)];
    let reasons = [
        (Verdict::HeldBack, "user: twin", 8),
        (Verdict::Differs, "attribute: not_there", 1),
        (Verdict::OnlyInNew, "user: no_link", 1),
    ];
    summary(&verdicts, &reasons)
}

#[test]
fn a_run_in_words() {
    let after = summary(&[(Verdict::Equal, 1)], &[]);
    let repaired = Repaired { failed: Vec::new(), after };
    insta::assert_snapshot!(words(&whole(), &found(), Some(&repaired)), @"
    users        20,000
    equal        19,990
    held back    8
                 8 user: twin
    differs      1
                 1 attribute: not_there
    only in new  1
                 1 user: no_link

    jane differs: attribute email not_there (j•••@e•••.com | none)
    stranger only in new: user no_link; marker: no

    after the repair:
    users        1
    equal        1
    ");
}

#[test]
fn a_run_for_programs() {
    insta::assert_snapshot!(json(&whole(), None, Some("not written down")), @r#"
    {
      "is_equal": false,
      "not_noted": "not written down",
      "not_read": 0,
      "reasons": [
        {
          "reason": "user: twin",
          "users": 8,
          "verdict": "held_back"
        },
        {
          "reason": "attribute: not_there",
          "users": 1,
          "verdict": "differs"
        },
        {
          "reason": "user: no_link",
          "users": 1,
          "verdict": "only_in_new"
        }
      ],
      "unreadable_entries": 0,
      "users": 20000,
      "verdicts": {
        "differs": 1,
        "equal": 19990,
        "held_back": 8,
        "in_flight": 0,
        "only_in_new": 1,
        "only_in_old": 0,
        "unreadable": 0
      }
    }
    "#);
}

#[test]
fn only_equal_pools_end_with_zero() {
    let equal = summary(&[(Verdict::Equal, 5)], &[]);
    let held = summary(&[(Verdict::Equal, 5), (Verdict::HeldBack, 1)], &[]);
    let flying = summary(&[(Verdict::Equal, 5), (Verdict::InFlight, 1)], &[]);
    let lost = Summary { unreadable: 1, ..equal.clone() };
    let differs = summary(&[(Verdict::Equal, 5), (Verdict::Differs, 1)], &[]);
    let ends = [&equal, &held, &flying, &lost, &differs].map(|summary| exit(summary, 0, None));
    assert_eq!(ends, [Exit::Done, Exit::Warned, Exit::Failed, Exit::Failed, Exit::Failed]);

    let repaired = |after: &Summary, failed: &[&str]| Repaired {
        failed: failed.iter().map(|text| (*text).to_owned()).collect(),
        after: after.clone(),
    };
    assert_eq!(exit(&differs, 0, Some(&repaired(&equal, &[]))), Exit::Done);
    assert_eq!(exit(&differs, 0, Some(&repaired(&held, &[]))), Exit::Warned);
    assert_eq!(exit(&differs, 1, Some(&repaired(&equal, &[]))), Exit::Failed);
    assert_eq!(exit(&differs, 0, Some(&repaired(&equal, &["jane: no"]))), Exit::Failed);
    assert_eq!(exit(&differs, 0, Some(&repaired(&differs, &[]))), Exit::Failed);
}
