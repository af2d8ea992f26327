//! The contract of [`BornStore`], and of what becomes of a user born in the new pool who gets one in the old pool: `links` and `ids`
//! are of one table.

use std::time::Duration;

use twinpool_core::account::{Account, AccountStore, Accounts, Known};
use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Limit, Mark, Tried};
use twinpool_core::born::{Birth, BornStore};
use twinpool_core::digest::Digest;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, Sub, Timestamp, UserId, Username};
use twinpool_core::link::Link;
use twinpool_core::listing::{LinkBatch, Stage, Tied};
use twinpool_core::port::{Class, LinkScan, LinkStore, Place};

use super::links::{new, old, pair};

fn id(text: &str) -> UserId {
    UserId::parse(text).expect("a user id")
}

fn sub(text: &str) -> Sub {
    Sub::parse(text).expect("a sub")
}

/// A pair of somebody who was born in the new pool.
fn born_pair(old_sub: &str, new_sub: &str) -> Link {
    Link { user_id: id(new_sub), ..pair(old_sub, new_sub, 0) }
}

async fn births_of<S: LinkScan>(store: &S) -> Vec<Birth> {
    let (mut births, mut place): (Vec<Birth>, Option<Place>) = (Vec::new(), None);
    loop {
        let page = store.page(place.as_ref()).await.expect("a page");
        assert_eq!(page.unreadable, 0);
        births.extend(page.births);
        place = page.next;
        if place.is_none() {
            return births;
        }
    }
}

/// What is written of a birth is read again, of one attribute several values too, by walks without the name, and a late writer loses.
pub async fn a_birth_is_kept<S: BornStore + LinkScan>(store: &S) {
    assert_eq!(store.birth(&new("b1")).await, Ok(None));
    let intended = Some(Username::parse("jane@example.com").expect("a name"));
    let made = ["of one writer", "of another"]
        .map(|digest| (AttributeName::parse("name").expect("a name"), Digest::stored(digest)));
    let begun = Birth { since: Timestamp(5), intended, made: made.into(), ..Birth::new(&new("b1")) };
    assert_eq!(store.write_birth(&begun).await, Ok(1));
    let stale = store.write_birth(&begun).await;
    assert_eq!(stale.map_err(|error| error.class), Err(Class::Stale));
    let begun = Birth { version: 1, ..begun };
    assert_eq!(store.birth(&new("b1")).await, Ok(Some(begun.clone())));
    let seen = births_of(store).await.into_iter().find(|birth| birth.new_sub == new("b1"));
    assert_eq!(seen, Some(Birth { intended: None, ..begun.clone() }));

    let obstacle = Some(HeldBack { subject: Subject::User, reason: Reason::Taken });
    let refused = Birth { intended: None, obstacle, ..begun };
    assert_eq!(store.write_birth(&refused).await, Ok(2));
    assert_eq!(store.birth(&new("b1")).await, Ok(Some(Birth { version: 2, ..refused })));
    for _ in 0..2 {
        assert_eq!(store.forget_birth(&new("b1")).await, Ok(()));
        assert_eq!(store.birth(&new("b1")).await, Ok(None));
    }
}

/// A user born in the new pool is tied to one of the old pool under the user id that it has; what is written beside the id stays, and
/// the birth is over.
pub async fn a_birth_ends_with_the_pair<L, I>(store: &L, ids: &I)
where
    L: LinkStore + BornStore + LinkBatch,
    I: AccountStore,
{
    ids.assign(&new("b2-new"), &id("b2-new"), None).await.expect("a user id");
    ids.note_came(&new("b2-new")).await.expect("noted");
    store.write_birth(&Birth::new(&new("b2-new"))).await.expect("written");
    // Under another id nobody gets it.
    let other = store.connect(&pair("b2", "b2-new", 0), None).await;
    assert_eq!(other.map_err(|error| error.class), Err(Class::Taken));
    assert!(store.birth(&new("b2-new")).await.expect("an answer").is_some());

    assert_eq!(store.connect(&born_pair("b2", "b2-new"), None).await, Ok(1));
    assert_eq!(store.birth(&new("b2-new")).await, Ok(None));
    assert_eq!(store.old_sub_of(&new("b2-new")).await, Ok(Some(old("b2"))));
    let known = Known { id: id("b2-new"), of: Some(old("b2")), came: true };
    assert_eq!(ids.known(&new("b2-new")).await, Ok(Some(known)));
    let both = [Account::from(&old("b2")), Account::from(&new("b2-new"))];
    assert_eq!(ids.user_ids(&both).await, Ok(vec![Some(id("b2-new")); 2]));
    // Nobody else is tied to it.
    let second = store.connect(&born_pair("b2-second", "b2-new"), None).await;
    assert_eq!(second.map_err(|error| error.class), Err(Class::Taken));

    let everybody = Accounts {
        user_id: id("b2-new"),
        stage: Some(Stage::Linked),
        old: [old("b2")].into(),
        new: [new("b2-new")].into(),
    };
    assert_eq!(ids.accounts(&id("b2-new")).await, Ok(Some(everybody.clone())));
    assert_eq!(ids.accounts(&id("b2")).await, Ok(None), "the old sub is nobody's user id");
    // A further account of the same person.
    let given = ids.assign(&new("b2-further"), &id("b2-new"), Some(&old("b2"))).await;
    assert_eq!(given, Ok(id("b2-new")));
    let with_further = Accounts { new: [new("b2-new"), new("b2-further")].into(), ..everybody };
    assert_eq!(ids.accounts(&id("b2-new")).await, Ok(Some(with_further)));

    ids.assign(&new("b2-alone"), &id("b2-alone"), None).await.expect("a user id");
    let asked = ["b2-new", "b2-further", "b2-alone", "b2-nobody"].map(new);
    let tied = store.tied(&asked).await.expect("an answer");
    let expected = [
        (new("b2-new"), Tied::To(old("b2"))),
        (new("b2-further"), Tied::Further(old("b2"))),
        (new("b2-alone"), Tied::Born),
    ];
    assert_eq!(tied, expected.into());
    let mut found = None;
    let mut place: Option<Place> = None;
    loop {
        let pairs = store.pairs(place.as_ref()).await.expect("pairs");
        found = found.or(pairs.items.into_iter().find(|pair| pair.old_sub == old("b2")));
        place = pairs.next;
        if place.is_none() {
            break;
        }
    }
    let sample = born_pair("b2", "b2-new").reverse;
    let found = found.map(|pair| (pair.moved_in, pair.is_gone_from_old));
    assert_eq!(found, Some((sample.moved_in, sample.is_gone_from_old())));
    assert!(sample.moved_in.is_some() && sample.is_gone_from_old(), "the sample says something");
}

/// What is known of one is known of the other, and nothing that the other knows is written over.
pub async fn arrivals_are_inherited<S: ArrivalStore>(store: &S) {
    assert_eq!(store.inherit(&sub("b3-nobody"), &sub("b3-to")).await, Ok(()));
    assert_eq!(store.arrival(&sub("b3-to")).await, Ok(Arrival::default()));
    for (who, mark, at) in [("b3-from", Mark::Came, 5), ("b3-from", Mark::Code, 6), ("b3-to", Mark::Code, 9)]
    {
        store.note(&sub(who), mark, Timestamp(at)).await.expect("noted");
    }
    let once = Limit { most: 1, within: Duration::from_secs(900) };
    let tried = async |who: &str| store.try_once(&sub(who), Tried::Password, once, Timestamp(7)).await;
    assert_eq!(tried("b3-from").await, Ok(Allowance::Go));
    for _ in 0..2 {
        assert_eq!(store.inherit(&sub("b3-from"), &sub("b3-to")).await, Ok(()));
    }
    assert_eq!(tried("b3-to").await, Ok(Allowance::Go), "what was tried counts for whoever tried it");
    let expected = Arrival { came_at: Some(Timestamp(5)), code_at: Some(Timestamp(9)), ..Arrival::default() };
    assert_eq!(store.arrival(&sub("b3-to")).await, Ok(expected));
    assert_eq!(store.arrival(&sub("b3-from")).await.map(|from| from.code_at), Ok(Some(Timestamp(6))));
}
