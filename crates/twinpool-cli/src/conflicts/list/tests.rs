use twinpool_core::decision::Decision;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupRecord;
use twinpool_core::id::GroupName;
use twinpool_core::snapshot::Factor;

use super::*;
use crate::samples::{AT, attribute, conflict, in_state, old, pair};

fn page() -> Page {
    let mut decided = conflict();
    decided.old_sub = old("old-3");
    decided.decisions.insert(Subject::User, Decision::MergeInto(old("old-9")));
    let name = GroupName::parse("staff").unwrap();
    let group = GroupRecord {
        new_name: name.clone(),
        name,
        made: true,
        old: Digest::stored("a"),
        new: Digest::stored("b"),
        held_back: Some(Reason::Refused),
        mirrored_at: AT,
        stands: true,
        gone_at: None,
        version: 1,
    };
    let held = [
        (attribute("email"), Reason::Taken),
        (attribute("nickname"), Reason::NewWins),
        (Subject::Factor(Factor::Totp), Reason::CannotMove),
    ];
    let links = vec![pair("old-1", &held), conflict(), decided];
    Page { links, groups: vec![group], ..Page::default() }
}

fn list(wanted: impl Fn(&Found) -> bool) -> (List, Vec<Found>) {
    let found: Vec<_> = Found::on(&page()).into_iter().filter(|one| wanted(one)).collect();
    (List { counts: counts(&found), total: found.len(), unreadable: 0, decided: Vec::new() }, found)
}

#[test]
fn a_table_for_people() {
    let (list, found) = list(|found| found.reason.is_open());
    insta::assert_snapshot!(list.table(&found), @r"
    old sub  what                reason   since, or seen     held by  decided
    old-1    attribute email     taken    2026-11-21 00:00Z  -        -
    old-2    user                twin     2026-11-21 00:00Z  new-1    -
    old-3    user                twin     2026-11-21 00:00Z  new-1    merge into old-9
    -        group staff itself  refused  2026-11-21 00:00Z  -        -

    what helps one of them: twinpool conflicts show <old sub>

          1  refused                  the new pool refuses it: correct it in the old
                                      pool, or change what the new pool allows
          1  taken                    another user of the new pool signs in with the
                                      name, address or number: find out whose it is,
                                      and free it
          2  twin                     another user of the old pool has the same name
                                      in the new pool, and came first: merge them,
                                      or rename one in the old pool
    ");
}

#[test]
fn what_is_not_shown_is_counted() {
    let (list, found) = list(|_| true);
    let list = List { unreadable: 2, ..list };
    insta::assert_snapshot!(list.table(&found[..1]), @r"
    old sub  what             reason  since, or seen     held by  decided
    old-1    attribute email  taken   2026-11-21 00:00Z  -        -

    what helps one of them: twinpool conflicts show <old sub>

          1  refused                  the new pool refuses it: correct it in the old
                                      pool, or change what the new pool allows
          1  taken                    another user of the new pool signs in with the
                                      name, address or number: find out whose it is,
                                      and free it
          2  twin                     another user of the old pool has the same name
                                      in the new pool, and came first: merge them,
                                      or rename one in the old pool
          1  new_wins                 the new pool's own value stands: a rule of
                                      twinpool.toml or a decision says so
          1  cannot_move              Cognito gives it to nobody: the user sets it
                                      up again in the new pool, and should be told
    1 of 6 are shown
    2 items of the table cannot be read: damaged, or written by a newer twinpool
    ");
    assert_eq!(
        List { counts: BTreeMap::new(), total: 0, unreadable: 0, decided: Vec::new() }.table(&[]),
        "no open conflicts\n"
    );
}

#[test]
fn json_for_programs() {
    let (list, found) = list(|found| matches!(found.reason, Reason::Twin));
    insta::assert_snapshot!(list.json(&found[..1]), @r#"
    {
      "conflicts": [
        {
          "at": "2026-11-21T00:00:00.123Z",
          "born_in_new": null,
          "decision": null,
          "group": null,
          "holder": "new-1",
          "old_sub": "old-2",
          "open": true,
          "reason": "twin",
          "remedy": "another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool",
          "what": "user"
        }
      ],
      "counts": {
        "twin": 2
      },
      "decided": [],
      "total": 2,
      "unreadable": 0
    }
    "#);
}

#[test]
fn merged_users_and_decisions_are_listed_too() {
    let merged = in_state("old-2", LinkState::Merged { into: old("old-1"), since: AT });
    let mut kept = pair("old-3", &[]);
    kept.decisions.insert(attribute("name"), Decision::KeepNew);
    // This one stands among the conflicts, with its decision.
    let mut listed = conflict();
    listed.decisions.insert(Subject::User, Decision::LeaveOut);
    let decided: Vec<_> = [merged, kept, listed].iter().flat_map(Decided::of).collect();
    let list = List { counts: BTreeMap::new(), total: 0, unreadable: 0, decided };
    insta::assert_snapshot!(list.table(&[]), @r"
    no open conflicts

    old sub  what            decided           link
    old-2    user            merge into old-1  merged
    old-3    attribute name  keep new          linked
    ");
}

#[test]
fn an_unknown_reason_is_answered_with_the_reasons() {
    assert_eq!(a_reason("twin"), Ok(Reason::Twin));
    assert!(a_reason("twins").unwrap_err().contains("twin,"));
}
