//! Who comes first, and who is given a reset back.

use twinpool_core::arrival::{Stage, Way};
use twinpool_core::id::Sub;
use twinpool_engine::Again;
use twinpool_rules::Rules;
use twinpool_testkit::world::email_pool;

use super::*;

const DAY: u64 = 24 * 60 * 60 * 1000;
const NOW: Timestamp = Timestamp(1_000 * DAY);

fn ago(days: u64) -> Timestamp {
    Timestamp(NOW.0 - days * DAY)
}

fn standing(who: &str, tie: Option<(Tie, Way)>, invitation: Invitation) -> Standing {
    Standing {
        who: Sub::parse(who).unwrap(),
        tie,
        stage: Stage::NotYet,
        is_settled: false,
        came_at: None,
        invited_at: None,
        invitation,
    }
}

fn terms(again: Again) -> InviteTerms {
    InviteTerms {
        rules: Rules::default(),
        ways: [Way::Invite].into(),
        again,
        valid_for: Duration::from_millis(7 * DAY),
        shape: email_pool("eu-west-1_New"),
    }
}

fn all() -> Vec<Standing> {
    let pair = Some((Tie::Pair, Way::Invite));
    let mut came = standing("came", pair, Invitation::Sent(ago(30)));
    came.is_settled = true;
    vec![
        standing("longest", pair, Invitation::Sent(ago(30))),
        standing("fresh", pair, Invitation::Sent(ago(1))),
        standing("new", pair, Invitation::None),
        standing("over", pair, Invitation::Sent(ago(8))),
        standing("back", pair, Invitation::Withdrawn),
        standing("halfway", pair, Invitation::Begun(ago(1))),
        standing("code", Some((Tie::Pair, Way::Code)), Invitation::None),
        standing("code-over", Some((Tie::Pair, Way::Code)), Invitation::Sent(ago(9))),
        standing("merged", Some((Tie::Merged, Way::Invite)), Invitation::None),
        standing("deleted", Some((Tie::Deleted, Way::Invite)), Invitation::Begun(ago(2))),
        standing("born-new", None, Invitation::None),
        came,
    ]
}

fn subs(all: &[OldSub]) -> Vec<&str> {
    all.iter().map(OldSub::as_str).collect()
}

fn invited(again: Again, batch: u32) -> Chosen {
    Chosen::to_invite(all().into_iter(), &terms(again), NOW, batch)
}

#[test]
fn who_is_stuck_comes_first_then_who_had_no_mail_then_the_longest_ago() {
    let chosen = invited(Again::Expired, 500);
    assert_eq!(subs(&chosen.who), ["halfway", "new", "longest", "over", "back"]);
    assert_eq!((chosen.halfway, chosen.again, chosen.more), (1, 3, 0));
    assert_eq!(chosen.other_ways, [("code", 2)].into());
    assert_eq!(subs(&chosen.expired), ["code-over"]);
}

#[test]
fn whoever_is_over_the_batch_and_expired_can_reset_afterwards() {
    let chosen = invited(Again::Expired, 2);
    assert_eq!((subs(&chosen.who), chosen.more), (vec!["halfway", "new"], 3));
    assert_eq!(subs(&chosen.expired), ["code-over", "longest", "over"]);
}

#[test]
fn once_and_resend_say_who_gets_another_mail() {
    let once = invited(Again::Never, 500);
    assert_eq!(subs(&once.who), ["halfway", "new"]);
    assert_eq!(subs(&once.expired), ["longest", "over", "code-over"]);
    let always = invited(Again::Always, 500);
    assert_eq!(subs(&always.who), ["halfway", "new", "longest", "over", "fresh", "back"]);
}

#[test]
fn what_still_works_is_withdrawn_only_if_it_is_asked_for() {
    let back = |which| Chosen::to_withdraw(all().into_iter(), &terms(Again::Expired), which, NOW).who;
    assert_eq!(subs(&back(Which::Expired)), ["code-over", "halfway", "longest", "over"]);
    assert_eq!(subs(&back(Which::All)), ["code-over", "fresh", "halfway", "longest", "over"]);
}

#[test]
fn who_is_away_is_known_by_the_last_sign_in_or_else_since_there_is_a_link() {
    let long = twinpool_rules::age("90 days").unwrap();
    let away = |seen: Option<Timestamp>, now| {
        let mut link = crate::samples::pair("old-1", &[]);
        link.seen_at = seen;
        is_away(&link, long, now)
    };
    let mirrored = crate::samples::AT;
    let days = |days: u64| Timestamp(mirrored.0 + days * DAY);
    assert!(!away(None, days(89)) && away(None, days(90)));
    assert!(!away(Some(days(30)), days(119)) && away(Some(days(30)), days(120)));
    assert!(away(Some(Timestamp(mirrored.0 - 100 * DAY)), mirrored), "a mirror is no sign of the user");
    let conflict = crate::samples::conflict();
    assert!(is_away(&conflict, long, days(1_000)), "a conflict is a link as well");
}

#[test]
fn who_is_disabled_is_not_passed_over_in_silence() {
    let disabled = standing("disabled", Some((Tie::Disabled, Way::Invite)), Invitation::None);
    let chosen = Chosen::to_invite([disabled].into_iter(), &terms(Again::Expired), NOW, 10);
    assert_eq!(subs(&chosen.who), ["disabled"]);
}
