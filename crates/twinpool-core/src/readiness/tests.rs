use super::*;
use crate::arrival::Invited;
use crate::digest::Digest;
use crate::held_back::HeldBack;
use crate::id::{AttributeName, NewSub, OldSub, UserId};
use crate::link::{Base, Names, Side};

const AT: fn(u64) -> Option<Timestamp> = |at| Some(Timestamp(at));

fn side() -> Side {
    let email = AttributeName::parse("email").unwrap();
    Side { attributes: [(email, Digest::stored("d"))].into(), enabled: true, ..Side::default() }
}

fn pair(user_id: &str, old: Side) -> Link {
    let linked = Linked {
        new_sub: NewSub::parse("new-1").unwrap(),
        base: Base { old, new: side() },
        held_back: Vec::new(),
        unseen: [].into(),
        mirrored_at: Timestamp(0),
        rules: String::new(),
    };
    let intent = Link::intent(&OldSub::parse("old-1").unwrap(), Names::default(), Timestamp(0));
    let state = LinkState::Linked(Box::new(linked));
    Link { user_id: UserId::parse(user_id).unwrap(), state, ..intent }
}

#[test]
fn the_old_password_goes_on_working_for_whoever_brought_it_along() {
    let none = Arrival::default();
    let cases = [
        none,
        Arrival { migrated_at: AT(1), came_at: AT(2), ..none },
        Arrival { bridging_at: AT(1), bridged_at: AT(2), came_at: AT(3), ..none },
        Arrival { code_at: AT(1), came_at: AT(1), ..none },
        Arrival { came_at: AT(1), ..none },
        // Had one in both pools before the move.
        Arrival { password_at: AT(1), came_at: AT(2), ..none },
        Arrival { inviting_at: AT(3), ..none },
    ];
    for arrival in cases {
        assert_eq!(OldPassword::of(&arrival, false), OldPassword::Works, "{arrival:?}");
    }
}

#[test]
fn whoever_chose_a_password_in_the_new_pool_needs_a_reset_unless_it_was_carried_back_since() {
    let chose = Arrival { bridged_at: AT(3), chosen_at: AT(5), came_at: AT(4), ..Arrival::default() };
    let reset = OldPassword::Reset(Because::Chosen);
    assert_eq!(OldPassword::of(&chose, false), reset);
    for (at, expected) in [(4, reset), (5, OldPassword::Works), (6, OldPassword::Works)] {
        assert_eq!(OldPassword::of(&Arrival { back_at: AT(at), ..chose }, false), expected);
        assert_eq!(OldPassword::of(&Arrival { old_password_at: AT(at), ..chose }, false), expected);
    }
    // Chosen again in the next round.
    let again = Arrival { chosen_at: AT(9), back_at: AT(6), reset_in_old_at: AT(7), ..chose };
    assert_eq!(OldPassword::of(&again, false), reset);
    let put = Arrival { reset_in_old_at: AT(9), ..again };
    assert_eq!(OldPassword::of(&put, false), OldPassword::PutToReset(Because::Chosen));
}

#[test]
fn whoever_came_with_a_temporary_password_chose_one() {
    let sent = Some(Invited { first: Timestamp(2), last: Timestamp(2), times: 1 });
    let invited = Arrival { inviting_at: AT(1), invited: sent, ..Arrival::default() };
    let password =
        |came_at, withdrawn_at| OldPassword::of(&Arrival { came_at, withdrawn_at, ..invited }, false);
    assert_eq!(password(None, None), OldPassword::Works);
    assert_eq!(password(AT(3), None), OldPassword::Reset(Because::Invited));
    assert_eq!(password(AT(5), AT(4)), OldPassword::Works, "it was taken back");
}

#[test]
fn a_bridging_that_nobody_ended_leaves_it_unclear() {
    let half = Arrival { bridging_at: AT(2), ..Arrival::default() };
    assert_eq!(OldPassword::of(&half, false), OldPassword::Works);
    let came = |at| OldPassword::of(&Arrival { came_at: AT(at), ..half }, false);
    assert_eq!((came(1), came(2)), (OldPassword::Works, OldPassword::Reset(Because::Unclear)));
}

#[test]
fn whoever_was_born_in_the_new_pool_has_a_password_there_alone() {
    let none = Arrival::default();
    assert_eq!(OldPassword::of(&none, true), OldPassword::Reset(Because::Born));
    assert_eq!(OldPassword::of(&Arrival { back_at: AT(1), ..none }, true), OldPassword::Works);
    let put = Arrival { reset_in_old_at: AT(1), ..none };
    assert_eq!(OldPassword::of(&put, true), OldPassword::PutToReset(Because::Born));
}

#[test]
fn a_link_says_where_the_user_would_be() {
    assert_eq!(InOld::of(&pair("old-1", side())), InOld::Own);
    assert_eq!(InOld::of(&pair("new-1", side())), InOld::Made);
    let federated = Side { identities: [Digest::stored("i")].into(), ..side() };
    assert_eq!(InOld::of(&pair("new-1", federated)), InOld::Own, "signs in at the provider");
    assert_eq!(InOld::of(&pair("old-1", Side { enabled: false, ..side() })), InOld::Disabled);
    assert_eq!(InOld::of(&pair("old-1", Side::default())), InOld::Own, "did not follow yet");
    let mut gone = pair("old-1", side());
    gone.reverse.held_back.push(HeldBack { subject: Subject::User, reason: Reason::GoneFromOld });
    assert_eq!(InOld::of(&gone), InOld::Gone);
    let tombstone = |left| LinkState::Tombstone { new_sub: None, by: Pool::Old, left, since: Timestamp(0) };
    let buried = |left| InOld::of(&Link { state: tombstone(left), ..pair("old-1", side()) });
    assert_eq!((buried(Left::Kept), buried(Left::Deleted)), (InOld::Gone, InOld::Nobody));
}

#[test]
fn everybody_is_counted_once() {
    let mut all = Readiness::default();
    all.add(InOld::Own, OldPassword::Works);
    all.add(InOld::Own, OldPassword::Reset(Because::Chosen));
    all.add(InOld::Made, OldPassword::PutToReset(Because::Born));
    all.add(InOld::Gone, OldPassword::Reset(Because::Chosen));
    all.add(InOld::Disabled, OldPassword::Works);
    all.add(InOld::Nobody, OldPassword::Works);
    all.add_new_only(NewOnly::Born);
    assert_eq!((all.fine, all.resets(), all.put_to_reset, all.only_in_new(), all.disabled), (1, 2, 1, 2, 1));
}

#[test]
fn where_nobody_hears_who_came_nobody_counts_as_fine() {
    let mut all = Readiness::default();
    all.add(InOld::Own, OldPassword::Works);
    all.add(InOld::Made, OldPassword::Reset(Because::Born));
    let unheard = all.clone().unheard();
    assert_eq!((all.fine, all.unknown), (1, 0));
    assert_eq!((unheard.fine, unheard.unknown, unheard.resets()), (0, 1, 1));
}
