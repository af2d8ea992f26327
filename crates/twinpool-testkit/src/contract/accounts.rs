//! The contract of [`AccountStore`], over what the mirror writes: `links` and `ids` are of one table.

use twinpool_core::account::{AccountStore, Known};
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::id::{Sub, Timestamp, UserId};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::port::LinkStore;

use super::links::{new, old, pair};

fn known(id: &str, of: Option<&str>, came: bool) -> Option<Known> {
    Some(Known { id: UserId::parse(id).expect("a user id"), of: of.map(old), came })
}

/// Whose an account is stands beside its id, for pairs, further accounts, and users born in the new pool.
pub async fn whose_an_account_is_stands_beside_its_id<L: LinkStore, I: AccountStore>(links: &L, ids: &I) {
    links.connect(&pair("u20", "u20-new", 0), None).await.expect("a pair");
    let id = UserId::parse("u20").expect("a user id");
    ids.assign(&new("u20-further"), &id, Some(&old("u20"))).await.expect("a further account");
    let born = UserId::parse("u20-born").expect("a user id");
    ids.assign(&new("u20-born"), &born, None).await.expect("a born user");
    for account in ["u20-new", "u20-further"] {
        let found = ids.known(&new(account)).await.expect("an answer");
        assert_eq!(found, known("u20", Some("u20"), false), "{account}");
    }
    let found = ids.known(&new("u20-born")).await.expect("an answer").expect("known");
    assert_eq!(found.arrives_as(&new("u20-born")), Sub::parse("u20-born").expect("a sub"));
    assert_eq!(Some(found), known("u20-born", None, false));
    assert_eq!(ids.known(&new("u20-nobody")).await, Ok(None));
}

/// A further account of a merged user has the id that counts, and stays the merged user's.
pub async fn a_merged_user_s_account_has_the_id_that_counts<L: LinkStore, I: AccountStore>(
    links: &L,
    ids: &I,
) {
    links.connect(&pair("u21", "u21-new", 0), None).await.expect("a pair");
    let own = UserId::parse("u21-twin").expect("a user id");
    ids.assign(&new("u21-further"), &own, Some(&old("u21-twin"))).await.expect("a further account");
    let merged = LinkState::Merged { into: old("u21"), since: Timestamp(2) };
    let twin = Link::intent(&old("u21-twin"), Names::default(), Timestamp(1));
    let version = links.write(&twin).await.expect("an intent");
    links.write(&Link { version, state: merged, ..twin }).await.expect("merged");
    assert_eq!(ids.known(&new("u21-further")).await, Ok(known("u21", Some("u21-twin"), false)));
}

/// That somebody came is noted beside the id, for whoever has one, and changes nothing else.
pub async fn who_came_is_noted_beside_the_id<L: LinkStore + ArrivalStore, I: AccountStore>(
    links: &L,
    ids: &I,
) {
    links.connect(&pair("u22", "u22-new", 0), None).await.expect("a pair");
    for _ in 0..2 {
        assert_eq!(ids.note_came(&new("u22-new")).await, Ok(()));
        assert_eq!(ids.known(&new("u22-new")).await, Ok(known("u22", Some("u22"), true)));
    }
    assert_eq!(links.old_sub_of(&new("u22-new")).await, Ok(Some(old("u22"))));
    for _ in 0..2 {
        assert_eq!(links.forget_came(&new("u22-new")).await, Ok(()));
        assert_eq!(ids.known(&new("u22-new")).await, Ok(known("u22", Some("u22"), false)));
    }
    assert_eq!(ids.note_came(&new("u22-nobody")).await, Ok(()));
    assert_eq!(links.forget_came(&new("u22-nobody")).await, Ok(()));
    assert_eq!(ids.known(&new("u22-nobody")).await, Ok(None), "nobody is made of nothing");
    let id = UserId::parse("u22-nobody").expect("a user id");
    assert_eq!(ids.assign(&new("u22-nobody"), &id, None).await, Ok(id));
}
