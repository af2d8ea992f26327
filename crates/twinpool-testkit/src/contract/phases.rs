//! The contracts of [`PhaseStore`] and [`WatchStore`]: each check wants a table of its own, for there is one phase in it.

use twinpool_core::digest::Digest;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{
    Busy, Change, Cohorts, Phase, PhaseStore, Round, Share, Standing, YoungerHistory,
};
use twinpool_core::port::{Answer, Class};
use twinpool_core::verdict::Verdict;
use twinpool_core::watch::{Memory, WatchStore};

use crate::world::{attribute, group};

fn share(percent: &str) -> Share {
    Share::parse(percent).expect("a share")
}

/// A standing in which every field says something.
fn canary() -> Standing {
    let digests = |text: &str| [Digest::stored(text)].into();
    Standing {
        version: 0,
        phase: Phase::Canary,
        share: share("12.25"),
        cohorts: Cohorts {
            groups: [group("staff")].into(),
            values: [(attribute("custom:tenant"), Digest::stored("v"))].into(),
            allow: digests("a"),
            deny: digests("d"),
        },
        round: Round(2),
        since: Timestamp(5),
        two_way_since: Some(Timestamp(4)),
        all_moved_in: Some(Round(1)),
        proven: Some(Timestamp(3)),
        taken: Some(Timestamp(2)),
        table: Some("a table".to_owned()),
        busy: None,
    }
}

fn line(from: &Standing, to: &Standing) -> Change {
    Change {
        version: 0,
        from: (from.phase, from.share),
        to: (to.phase, to.share),
        at: to.since,
        who: "an operator".to_owned(),
        why: "a test".to_owned(),
        forced: vec!["alarms".to_owned()],
    }
}

fn is_stale<T>(answer: Answer<T>) -> bool {
    answer.is_err_and(|error| error.class == Class::Stale)
}

/// What is written is read again, with one line in the history; whoever read an older one changes neither.
pub async fn a_change_is_written_once_and_its_line_with_it<S: PhaseStore>(store: &S) {
    let beginning = Standing::default();
    assert_eq!((store.standing().await, store.changes().await), (Ok(beginning.clone()), Ok(Vec::new())));
    let (next, first) = (canary(), line(&beginning, &canary()));
    assert_eq!(store.change(&next, &first).await, Ok(1));
    let next = Standing { version: 1, ..next };
    let first = Change { version: 1, ..first };
    assert_eq!(store.standing().await, Ok(next.clone()));
    assert_eq!(store.changes().await, Ok(vec![first.clone()]));

    let rolled_back = Standing { phase: Phase::RolledBack, share: Share::NONE, ..next.clone() };
    let second = line(&next, &rolled_back);
    for version in [0, 2] {
        assert!(is_stale(store.change(&Standing { version, ..rolled_back.clone() }, &second).await));
    }
    assert_eq!((store.standing().await, store.changes().await), (Ok(next.clone()), Ok(vec![first.clone()])));

    // A command that says in between that it lives makes no line, and takes none away.
    assert_eq!(store.claim(&next, None).await, Ok(2));
    assert_eq!(store.change(&Standing { version: 2, ..rolled_back.clone() }, &second).await, Ok(3));
    assert_eq!(store.standing().await, Ok(Standing { version: 3, ..rolled_back }));
    assert_eq!(store.changes().await, Ok(vec![first, Change { version: 3, ..second }]));
    assert_eq!(store.younger().await, Ok(None));
}

/// Of a phase that was put back by itself, with `put_back`, as it was after the first of two changes: no change has room, however many
/// claims have made it younger, and each time the line is named that is in the way.
pub async fn a_phase_that_was_put_back_by_itself_is_told<S: PhaseStore>(
    store: &S,
    put_back: impl FnOnce(&Standing),
) {
    let beginning = Standing::default();
    store.change(&canary(), &line(&beginning, &canary())).await.expect("written");
    let first = store.standing().await.expect("an answer");
    let second = Standing { share: share("50"), ..first.clone() };
    store.change(&second, &line(&first, &second)).await.expect("written");
    assert_eq!(store.younger().await, Ok(None));
    put_back(&first);
    let busy = Busy { what: "switch".to_owned(), who: "one".to_owned(), at: Timestamp(7) };
    for _ in 0..3 {
        let read = store.standing().await.expect("an answer");
        store.claim(&read, Some(&busy)).await.expect("claimed");
        assert_eq!(store.younger().await, Ok(Some(YoungerHistory(2))));
        let read = store.standing().await.expect("an answer");
        let refused = store.change(&read, &line(&first, &second)).await.expect_err("there is no room");
        assert_eq!((YoungerHistory::of(&refused), refused.class), (Some(YoungerHistory(2)), Class::Taken));
        let stale = Standing { version: read.version - 1, ..read.clone() };
        assert!(is_stale(store.change(&stale, &line(&first, &second)).await));
    }
}

/// One command is at work at a time, until it says that it is not; nothing else of where the move stands changes.
pub async fn a_claim_is_held_by_one<S: PhaseStore>(store: &S) {
    let read = store.standing().await.expect("an answer");
    let busy = |who: &str| Busy { what: "switch".to_owned(), who: who.to_owned(), at: Timestamp(7) };
    assert_eq!(store.claim(&read, Some(&busy("one"))).await, Ok(1));
    assert!(is_stale(store.claim(&read, Some(&busy("another"))).await));
    let held = Standing { version: 1, busy: Some(busy("one")), ..read.clone() };
    assert_eq!(store.standing().await, Ok(held.clone()));
    assert_eq!(store.claim(&held, None).await, Ok(2));
    assert_eq!(store.standing().await, Ok(Standing { version: 2, ..read }));
    assert_eq!(store.changes().await, Ok(Vec::new()));
}

/// What the watch remembers is read again, and whoever read an older one has lost.
pub async fn what_is_remembered_is_fenced<S: WatchStore>(store: &S) {
    assert_eq!(store.watched().await, Ok(Memory::default()));
    let first = Memory {
        version: 0,
        round: Round(2),
        told: Some(Verdict::Hold),
        bad_since: Some(Timestamp(1_795_219_200_000)),
    };
    assert_eq!(store.remember(&first).await, Ok(1));
    assert!(is_stale(store.remember(&Memory::default()).await));
    assert_eq!(store.watched().await, Ok(Memory { version: 1, ..first }));
    let second = Memory { version: 1, round: Round(3), ..Memory::default() };
    assert_eq!(store.remember(&second).await, Ok(2));
    assert_eq!(store.watched().await, Ok(Memory { version: 2, ..second }));
}
