//! The contract of [`ArrivalStore`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Invited, Limit, Mark, Tried};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::port::{Class, LinkEraser, LinkScan, LinkStore};

use super::links::pair;

const NOON: u64 = 1_795_219_200_000;

/// Three within a quarter of an hour.
const LIMIT: Limit = Limit { most: 3, within: Duration::from_millis(QUARTER) };
const QUARTER: u64 = 900_000;

fn sub(text: &str) -> Sub {
    Sub::parse(text).expect("a sub")
}

fn at(millis: u64) -> Timestamp {
    Timestamp(NOON + millis)
}

/// What each mark alone says.
fn marked(mark: Mark, at: Timestamp) -> Arrival {
    let nothing = Arrival::default();
    match mark {
        Mark::Migrated => Arrival { migrated_at: Some(at), ..nothing },
        Mark::Bridging => Arrival { bridging_at: Some(at), ..nothing },
        Mark::Bridged => Arrival { bridged_at: Some(at), ..nothing },
        Mark::Password => Arrival { password_at: Some(at), ..nothing },
        Mark::Chosen => Arrival { password_at: Some(at), chosen_at: Some(at), ..nothing },
        Mark::BridgedChosen => Arrival { bridged_at: Some(at), chosen_at: Some(at), ..nothing },
        Mark::OldPassword => Arrival { old_password_at: Some(at), ..nothing },
        Mark::CarriedBack => Arrival { back_at: Some(at), ..nothing },
        Mark::ResetInOld => Arrival { reset_in_old_at: Some(at), ..nothing },
        Mark::ResettingInOld => Arrival { resetting_in_old_at: Some(at), ..nothing },
        Mark::SecondFactor => Arrival { factor_at: Some(at), ..nothing },
        Mark::Code => Arrival { code_at: Some(at), ..nothing },
        Mark::Came => Arrival { came_at: Some(at), ..nothing },
        Mark::Invited => Arrival { invited: Some(Invited { first: at, last: at, times: 1 }), ..nothing },
        Mark::Inviting => Arrival { inviting_at: Some(at), ..nothing },
        Mark::Withdrawn => Arrival { withdrawn_at: Some(at), ..nothing },
    }
}

const MARKS: [Mark; 6] =
    [Mark::Migrated, Mark::Bridging, Mark::Password, Mark::SecondFactor, Mark::Code, Mark::Came];

/// A mark that was written stays what it was, and says nothing of the others.
pub async fn the_first_mark_counts<S: ArrivalStore>(store: &S) {
    assert_eq!(store.arrival(&sub("a1-nobody")).await, Ok(Arrival::default()));
    for mark in MARKS {
        let who = sub(&format!("a1-{mark:?}"));
        for millis in [5, 7, 2] {
            assert_eq!(store.note(&who, mark, at(millis)).await, Ok(()));
        }
        assert_eq!(store.arrival(&who).await, Ok(marked(mark, at(5))));
    }
    let all = sub("a1-all");
    for mark in MARKS {
        assert_eq!(store.note(&all, mark, at(9)).await, Ok(()));
    }
    let first = Some(at(9));
    let expected = Arrival {
        migrated_at: first,
        bridging_at: first,
        password_at: first,
        factor_at: first,
        code_at: first,
        came_at: first,
        ..Arrival::default()
    };
    assert_eq!(store.arrival(&all).await, Ok(expected));
}

/// Of what happens again and again the latest counts, whatever the order in which it is told; and beside it the first.
pub async fn the_latest_choice_counts<S: ArrivalStore>(store: &S) {
    let latest = [
        Mark::Bridged,
        Mark::BridgedChosen,
        Mark::OldPassword,
        Mark::CarriedBack,
        Mark::ResetInOld,
        Mark::ResettingInOld,
    ];
    for mark in latest {
        let who = sub(&format!("a11-{mark:?}"));
        for millis in [5, 9, 7, 9] {
            assert_eq!(store.note(&who, mark, at(millis)).await, Ok(()));
        }
        assert_eq!(store.arrival(&who).await, Ok(marked(mark, at(9))));
    }
    let who = sub("a11-both");
    for (mark, millis) in [(Mark::Chosen, 5), (Mark::Chosen, 9), (Mark::BridgedChosen, 7), (Mark::Chosen, 6)]
    {
        assert_eq!(store.note(&who, mark, at(millis)).await, Ok(()));
    }
    let bridged = Arrival { bridged_at: Some(at(7)), ..Arrival::default() };
    let expected = Arrival { password_at: Some(at(5)), chosen_at: Some(at(9)), ..bridged };
    assert_eq!(store.arrival(&who).await, Ok(expected));
}

/// Who came before a bridging that nobody said to be over may come by its password: the first token after its beginning counts.
pub async fn who_comes_after_half_a_bridging_comes_anew<S: ArrivalStore>(store: &S) {
    let noted = async |name: &str, marks: &[(Mark, u64)]| {
        let who = sub(name);
        for (mark, millis) in marks {
            assert_eq!(store.note(&who, *mark, at(*millis)).await, Ok(()));
        }
        store.arrival(&who).await.expect("an answer")
    };
    let (came, begun, over) = (Mark::Came, Mark::Bridging, Mark::Bridged);
    let half = noted("a10-half", &[(came, 1), (begun, 3), (came, 5), (came, 7)]).await;
    assert_eq!((half.came_at, half.has_password()), (Some(at(5)), true));
    let late = noted("a10-late", &[(came, 2), (begun, 3), (came, 1)]).await;
    assert_eq!((late.came_at, late.has_password()), (Some(at(2)), false), "never back");
    let whole = noted("a10-whole", &[(came, 1), (begun, 3), (over, 4), (came, 5)]).await;
    assert_eq!(whole.came_at, Some(at(1)));
    let after = noted("a10-after", &[(begun, 3), (came, 5), (came, 7)]).await;
    assert_eq!(after.came_at, Some(at(5)));
}

/// The first invitation, the latest, and how many.
pub async fn invitations_are_counted<S: ArrivalStore>(store: &S) {
    let who = sub("a2");
    assert_eq!(store.note(&who, Mark::Invited, at(1)).await, Ok(()));
    assert_eq!(store.arrival(&who).await, Ok(marked(Mark::Invited, at(1))));
    for millis in [10, 20] {
        assert_eq!(store.note(&who, Mark::Invited, at(millis)).await, Ok(()));
    }
    let invited = Some(Invited { first: at(1), last: at(20), times: 3 });
    assert_eq!(store.arrival(&who).await, Ok(Arrival { invited, ..Arrival::default() }));
    for mark in [Mark::Inviting, Mark::Withdrawn] {
        let who = sub(&format!("a2-{mark:?}"));
        for millis in [5, 7] {
            assert_eq!(store.note(&who, mark, at(millis)).await, Ok(()));
        }
        assert_eq!(store.arrival(&who).await, Ok(marked(mark, at(7))), "the latest counts");
    }
}

/// So many are allowed; then nobody is, until the time that is named. Each thing and each user has a count of its own.
pub async fn attempts_are_limited<S: ArrivalStore>(store: &S) {
    let who = sub("a3");
    for millis in [0, 1, 2] {
        assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(millis)).await, Ok(Allowance::Go));
    }
    let refused = Ok(Allowance::Wait(at(QUARTER)));
    for millis in [3, QUARTER - 1] {
        assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(millis)).await, refused);
    }
    for what in [Tried::Code, Tried::Answer, Tried::Reset] {
        assert_eq!(store.try_once(&who, what, LIMIT, at(4)).await, Ok(Allowance::Go), "{what:?}");
    }
    // Codes that were sent leave resets alone, and resets codes.
    for millis in [5, 6] {
        assert_eq!(store.try_once(&who, Tried::Reset, LIMIT, at(millis)).await, Ok(Allowance::Go));
    }
    assert_eq!(store.try_once(&who, Tried::Reset, LIMIT, at(7)).await, Ok(Allowance::Wait(at(4 + QUARTER))));
    assert_eq!(store.try_once(&who, Tried::Code, LIMIT, at(7)).await, Ok(Allowance::Go));
    let other = store.try_once(&sub("a3-other"), Tried::Password, LIMIT, at(4)).await;
    assert_eq!(other, Ok(Allowance::Go));
    let none = Limit { most: 0, ..LIMIT };
    let nobody = store.try_once(&sub("a3-none"), Tried::Password, none, at(4)).await;
    assert_eq!(nobody, Ok(Allowance::Wait(at(4 + QUARTER))));
}

/// The count begins with the first attempt, and again with the first one after its time; who was refused has not made it longer.
pub async fn a_window_that_is_over_begins_anew<S: ArrivalStore>(store: &S) {
    let who = sub("a4");
    let all = async |from: u64| {
        let mut all = Vec::new();
        for millis in [from, from + 10, from + 20, from + 30] {
            all.push(store.try_once(&who, Tried::Code, LIMIT, at(millis)).await.expect("an answer"));
        }
        all
    };
    let (go, wait) = (Allowance::Go, |from: u64| Allowance::Wait(at(from + QUARTER)));
    assert_eq!(all(0).await, [go, go, go, wait(0)]);
    assert_eq!(all(QUARTER).await, [go, go, go, wait(QUARTER)]);
    assert_eq!(all(5 * QUARTER).await, [go, go, go, wait(5 * QUARTER)]);
}

/// After a right one all are allowed again.
pub async fn what_is_forgiven_begins_anew<S: ArrivalStore + LinkScan>(store: &S) {
    let who = sub("a5");
    for what in [Tried::Password, Tried::Answer] {
        for _ in 0..3 {
            assert_eq!(store.try_once(&who, what, LIMIT, at(0)).await, Ok(Allowance::Go));
        }
    }
    for _ in 0..2 {
        assert_eq!(store.forgive(&who, Tried::Password).await, Ok(()));
    }
    for _ in 0..3 {
        assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(5)).await, Ok(Allowance::Go));
    }
    let refused = Ok(Allowance::Wait(at(5 + QUARTER)));
    assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(6)).await, refused);
    // The answers were wrong all the same.
    let refused = Ok(Allowance::Wait(at(QUARTER)));
    assert_eq!(store.try_once(&who, Tried::Answer, LIMIT, at(6)).await, refused);
    // Of whom nothing was counted nothing is written.
    assert_eq!(store.forgive(&sub("a5-nobody"), Tried::Password).await, Ok(()));
    assert_eq!(store.arrival(&sub("a5-nobody")).await, Ok(Arrival::default()));
    assert!(!shown(store).await.contains_key(&sub("a5-nobody")));
}

/// Whoever guesses in parallel has no more guesses: not in a new window, and not in one that another has just begun anew.
pub async fn of_many_at_once_no_more_than_allowed_go<S: ArrivalStore>(store: &S) {
    let who = sub("a6");
    for from in [0, QUARTER, 7 * QUARTER] {
        let tries = (0..12).map(|_| store.try_once(&who, Tried::Password, LIMIT, at(from)));
        let all = join_all(tries).await;
        let gone = all.iter().filter(|one| **one == Ok(Allowance::Go)).count();
        let told = all.iter().filter(|one| **one == Ok(Allowance::Wait(at(from + QUARTER)))).count();
        assert_eq!((gone, told), (3, 9), "{all:?}");
    }
}

/// A mark begins no count anew, and a count takes no mark away.
pub async fn marks_and_counters_leave_each_other_alone<S: ArrivalStore>(store: &S) {
    let who = sub("a7");
    for _ in 0..3 {
        assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(0)).await, Ok(Allowance::Go));
    }
    assert_eq!(store.arrival(&who).await, Ok(Arrival::default()));
    for mark in MARKS.into_iter().chain([Mark::Invited]) {
        assert_eq!(store.note(&who, mark, at(1)).await, Ok(()));
    }
    let refused = Ok(Allowance::Wait(at(QUARTER)));
    assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(2)).await, refused);
    let before = store.arrival(&who).await.expect("an answer");
    assert_eq!(store.try_once(&who, Tried::Password, LIMIT, at(QUARTER)).await, Ok(Allowance::Go));
    assert_eq!(store.forgive(&who, Tried::Password).await, Ok(()));
    assert_eq!(store.arrival(&who).await, Ok(before));
    assert!(before.has_password() && before.code_at.is_some() && before.invited.is_some());
}

async fn shown<S: LinkScan>(store: &S) -> BTreeMap<Sub, Arrival> {
    let (mut all, mut place, mut seen) = (Vec::new(), None, BTreeSet::new());
    loop {
        let page = store.page(place.as_ref()).await.expect("an answer");
        assert_eq!(page.unreadable, 0);
        all.extend(page.arrivals);
        place = page.next;
        let Some(next) = &place else { break };
        assert!(seen.insert(next.0.clone()), "the walk goes in a circle");
    }
    let shown: BTreeMap<_, _> = all.iter().cloned().collect();
    assert_eq!(shown.len(), all.len(), "nobody is shown twice");
    shown
}

/// A walk over the table shows everybody of whom something is known, and none of whom only attempts are.
pub async fn a_walk_shows_who_came<S: ArrivalStore + LinkScan>(store: &S) {
    let came = sub("a8-came");
    assert_eq!(store.note(&came, Mark::Came, at(1)).await, Ok(()));
    assert_eq!(store.note(&came, Mark::Invited, at(2)).await, Ok(()));
    let tried = sub("a8-tried");
    assert_eq!(store.try_once(&tried, Tried::Password, LIMIT, at(0)).await, Ok(Allowance::Go));
    let shown = shown(store).await;
    assert_eq!(shown.get(&came), store.arrival(&came).await.ok().as_ref());
    assert_eq!(shown.get(&came).and_then(|arrival| arrival.came_at), Some(at(1)));
    assert!(!shown.contains_key(&tried));
}

/// A pair that is taken back takes along how its user came, and nobody else's.
pub async fn an_erased_pair_has_not_come<S: ArrivalStore + LinkStore + LinkEraser>(store: &S) {
    for name in ["a9", "a9-other"] {
        assert_eq!(store.connect(&pair(name, &format!("{name}-new"), 0), None).await, Ok(1));
        assert_eq!(store.note(&sub(name), Mark::Bridged, at(1)).await, Ok(()));
    }
    let late = store.erase(&pair("a9", "a9-new", 4)).await;
    assert_eq!(late.map_err(|error| error.class), Err(Class::Stale));
    assert_eq!(store.arrival(&sub("a9")).await, Ok(marked(Mark::Bridged, at(1))));
    assert_eq!(store.erase(&pair("a9", "a9-new", 1)).await, Ok(()));
    assert_eq!(store.arrival(&sub("a9")).await, Ok(Arrival::default()));
    assert_eq!(store.arrival(&sub("a9-other")).await, Ok(marked(Mark::Bridged, at(1))));
}
