//! The contracts of [`IdReader`] and [`IdStore`], over what the mirror writes: `links` and `ids` are of one table.

use std::collections::BTreeSet;

use futures_util::future::join;
use twinpool_core::account::{Account, Accounts, IdReader, IdStore};
use twinpool_core::digest::Digest;
use twinpool_core::id::{Pool, Timestamp, UserId};
use twinpool_core::link::{Left, Link, LinkState, Names};
use twinpool_core::listing::{LinkBatch, Stage};
use twinpool_core::port::{Class, LinkEraser, LinkScan, LinkStore};

use super::links::{new, old, pair};

fn id(text: &str) -> UserId {
    UserId::parse(text).expect("a user id")
}

fn everybody(user_id: &str, stage: Option<Stage>, olds: &[&str], news: &[&str]) -> Option<Accounts> {
    let old = olds.iter().copied().map(old).collect();
    let new = news.iter().copied().map(new).collect();
    Some(Accounts { user_id: id(user_id), stage, old, new })
}

async fn id_of_old<R: IdReader>(ids: &R, sub: &str) -> Option<UserId> {
    let found = ids.user_ids(&[Account::from(&old(sub))]).await.expect("an answer");
    found.into_iter().next().expect("one for each")
}

async fn id_of_new<R: IdReader>(ids: &R, sub: &str) -> Option<UserId> {
    let found = ids.user_ids(&[Account::from(&new(sub))]).await.expect("an answer");
    found.into_iter().next().expect("one for each")
}

/// A link in this state; the version is the one that was read.
fn in_state(sub: &str, version: u64, state: LinkState) -> Link {
    Link { version, state, ..Link::intent(&old(sub), Names::default(), Timestamp(1)) }
}

fn merged(sub: &str, version: u64, into: &str) -> Link {
    in_state(sub, version, LinkState::Merged { into: old(into), since: Timestamp(2) })
}

fn waiting(sub: &str, version: u64) -> Link {
    in_state(sub, version, LinkState::Pending { since: Timestamp(2) })
}

/// One person has one id in both pools, in every state, and nobody else has it.
pub async fn a_person_has_one_id_in_both_pools<L: LinkStore, I: IdReader>(links: &L, ids: &I) {
    links.connect(&pair("u1", "u1-new", 0), None).await.expect("a pair");
    assert_eq!(id_of_old(ids, "u1").await, Some(id("u1")));
    assert_eq!(id_of_new(ids, "u1-new").await, Some(id("u1")));
    // The other pool's sub is nobody.
    assert_eq!((id_of_old(ids, "u1-new").await, id_of_new(ids, "u1").await), (None, None));
    let all = ids.accounts(&id("u1")).await;
    assert_eq!(all, Ok(everybody("u1", Some(Stage::Linked), &["u1"], &["u1-new"])));
    assert_eq!(ids.accounts(&id("u1-new")).await, Ok(None), "a sub of the new pool is not its user's id");

    links.write(&waiting("u1-waiting", 0)).await.expect("an intent");
    assert_eq!(id_of_old(ids, "u1-waiting").await, Some(id("u1-waiting")));
    let all = ids.accounts(&id("u1-waiting")).await;
    assert_eq!(all, Ok(everybody("u1-waiting", Some(Stage::Pending), &["u1-waiting"], &[])));
    assert_eq!(ids.accounts(&id("u1-unknown")).await, Ok(None));
}

/// Whoever was deleted keeps the id, also who was made by half and buried at once.
pub async fn the_dead_keep_their_ids<L: LinkStore, I: IdReader>(links: &L, ids: &I) {
    let gone = |sub, version, new_sub: Option<&str>| {
        let state = LinkState::Tombstone {
            new_sub: new_sub.map(new),
            by: Pool::Old,
            left: Left::Deleted,
            since: Timestamp(3),
        };
        in_state(sub, version, state)
    };
    links.connect(&gone("u2", 0, Some("u2-new")), None).await.expect("a tombstone");
    assert_eq!(links.old_sub_of(&new("u2-new")).await, Ok(Some(old("u2"))), "it points back");
    assert_eq!(id_of_new(ids, "u2-new").await, Some(id("u2")));
    let all = ids.accounts(&id("u2")).await;
    assert_eq!(all, Ok(everybody("u2", Some(Stage::Tombstone), &["u2"], &["u2-new"])));
    links.write(&gone("u2-alone", 0, None)).await.expect("a tombstone");
    let all = ids.accounts(&id("u2-alone")).await;
    assert_eq!(all, Ok(everybody("u2-alone", Some(Stage::Tombstone), &["u2-alone"], &[])));

    // The same person came back: the account is handed over, and the dead one has it no more.
    links.connect(&pair("u2-heir", "u2-new", 0), Some(&old("u2"))).await.expect("a pair");
    assert_eq!(id_of_new(ids, "u2-new").await, Some(id("u2-heir")));
    let all = ids.accounts(&id("u2")).await;
    assert_eq!(all, Ok(everybody("u2", Some(Stage::Tombstone), &["u2"], &[])));
    let all = ids.accounts(&id("u2-heir")).await;
    assert_eq!(all, Ok(everybody("u2-heir", Some(Stage::Linked), &["u2-heir"], &["u2-new"])));
}

/// However many are asked for, each has an answer, in its place: some twice, some unknown.
pub async fn many_ids_are_read_in_their_order<L: LinkStore, I: IdReader>(links: &L, ids: &I) {
    for number in 0..150 {
        let link = pair(&format!("u3-{number}"), &format!("u3-new-{number}"), 0);
        links.connect(&link, None).await.expect("a pair");
    }
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for turn in 0..250 {
        let number = turn * 7 % 230;
        let in_old = turn % 2 == 0;
        asked.push(if in_old {
            Account::from(&old(&format!("u3-{number}")))
        } else {
            Account::from(&new(&format!("u3-new-{number}")))
        });
        expected.push((number < 150).then(|| id(&format!("u3-{number}"))));
    }
    let unlike: BTreeSet<_> = asked.iter().collect();
    assert!(unlike.len() < asked.len() && expected.contains(&None), "some twice, some unknown");
    assert_eq!(ids.user_ids(&asked).await, Ok(expected));
    assert_eq!(ids.user_ids(&[]).await, Ok(Vec::new()));
}

/// Merged users have one id and are all told of; merged elsewhere or no more, they are not.
pub async fn twins_share_one_id<L: LinkStore, I: IdReader>(links: &L, ids: &I) {
    links.connect(&pair("u4", "u4-new", 0), None).await.expect("a pair");
    links.connect(&pair("u4-other", "u4-other-new", 0), None).await.expect("a pair");
    let twins: Vec<_> = (0..120).map(|number| format!("u4-twin-{number:03}")).collect();
    for twin in &twins {
        links.write(&merged(twin, 0, "u4")).await.expect("merged");
    }
    // One person with a twin, by way of the twin.
    links.write(&merged("u4-far", 0, "u4-twin-000")).await.expect("merged");
    assert_eq!(id_of_old(ids, "u4-twin-119").await, Some(id("u4")));
    assert_eq!(id_of_old(ids, "u4-far").await, Some(id("u4")));
    let mut olds: Vec<_> = twins.iter().map(String::as_str).chain(["u4", "u4-far"]).collect();
    let all = everybody("u4", Some(Stage::Linked), &olds, &["u4-new"]);
    for asked in ["u4", "u4-twin-007", "u4-far"] {
        assert_eq!(ids.accounts(&id(asked)).await, Ok(all.clone()), "{asked}");
    }

    let late = links.write(&merged("u4-twin-007", 7, "u4-other")).await;
    assert_eq!(late.map_err(|error| error.class), Err(Class::Stale));
    assert_eq!(links.write(&merged("u4-twin-007", 1, "u4-other")).await, Ok(2));
    assert_eq!(links.write(&waiting("u4-twin-008", 1)).await, Ok(2));
    olds.retain(|sub| !["u4-twin-007", "u4-twin-008"].contains(sub));
    assert_eq!(ids.accounts(&id("u4")).await, Ok(everybody("u4", Some(Stage::Linked), &olds, &["u4-new"])));
    let other = everybody("u4-other", Some(Stage::Linked), &["u4-other", "u4-twin-007"], &["u4-other-new"]);
    assert_eq!(ids.accounts(&id("u4-other")).await, Ok(other));
    assert_eq!(id_of_old(ids, "u4-twin-007").await, Some(id("u4-other")));
    assert_eq!(id_of_old(ids, "u4-twin-008").await, Some(id("u4-twin-008")));

    // And back again.
    assert_eq!(links.write(&merged("u4-twin-008", 2, "u4")).await, Ok(3));
    olds.push("u4-twin-008");
    assert_eq!(ids.accounts(&id("u4")).await, Ok(everybody("u4", Some(Stage::Linked), &olds, &["u4-new"])));
}

/// Merges that lead nowhere are an error, and no endless walk; into somebody who was never seen, they lead to that one's sub.
pub async fn merges_have_an_end<L: LinkStore, I: IdReader>(links: &L, ids: &I) {
    links.write(&merged("u5-one", 0, "u5-two")).await.expect("merged");
    links.write(&merged("u5-two", 0, "u5-one")).await.expect("merged");
    let one = Account::from(&old("u5-one"));
    let circle = ids.user_ids(std::slice::from_ref(&one)).await;
    assert_eq!(circle.map_err(|error| error.class), Err(Class::Unreadable));
    let all = ids.accounts(&id("u5-one")).await;
    assert_eq!(all.map_err(|error| error.class), Err(Class::Unreadable));

    for number in 0..9 {
        let (sub, into) = (format!("u5-{number}"), format!("u5-{}", number + 1));
        links.write(&merged(&sub, 0, &into)).await.expect("merged");
    }
    // The last of them is in no link.
    assert_eq!(id_of_old(ids, "u5-1").await, Some(id("u5-9")), "eight in a row");
    let nine = ids.user_ids(&[Account::from(&old("u5-0"))]).await;
    assert_eq!(nine.map_err(|error| error.class), Err(Class::Unreadable));
}

/// A user born in the new pool has an id of its own, once, and is nobody of the old pool.
pub async fn a_born_user_has_an_id_of_its_own<L: LinkStore, I: IdStore>(links: &L, ids: &I) {
    assert_eq!(id_of_new(ids, "u6-born").await, None);
    for _ in 0..2 {
        assert_eq!(ids.assign(&new("u6-born"), &id("u6-born"), None).await, Ok(id("u6-born")));
    }
    assert_eq!(id_of_new(ids, "u6-born").await, Some(id("u6-born")));
    assert_eq!(ids.accounts(&id("u6-born")).await, Ok(everybody("u6-born", None, &[], &["u6-born"])));
    assert_eq!(links.old_sub_of(&new("u6-born")).await, Ok(None));
    // Nobody of the old pool gets it, not as an heir either.
    for heir_of in [None, Some(old("u6-born"))] {
        let taken = links.connect(&pair("u6", "u6-born", 0), heir_of.as_ref()).await;
        assert_eq!(taken.map_err(|error| error.class), Err(Class::Taken));
    }
    assert_eq!(links.link(&old("u6")).await, Ok(None));
    assert_eq!(id_of_new(ids, "u6-born").await, Some(id("u6-born")));
}

/// Further accounts of somebody whom the old pool knows have that one's id, and are told of.
pub async fn further_accounts_have_the_id<L: LinkStore, I: IdStore>(links: &L, ids: &I) {
    links.connect(&pair("u7", "u7-new", 0), None).await.expect("a pair");
    let given = ids.assign(&new("u7-further"), &id("u7"), Some(&old("u7"))).await;
    assert_eq!(given, Ok(id("u7")));
    // Who has an id keeps it: somebody was faster, or the mirror was.
    assert_eq!(ids.assign(&new("u7-further"), &id("u7-further"), None).await, Ok(id("u7")));
    assert_eq!(ids.assign(&new("u7-new"), &id("u7-late"), Some(&old("u7-late"))).await, Ok(id("u7")));
    let all = everybody("u7", Some(Stage::Linked), &["u7"], &["u7-further", "u7-new"]);
    assert_eq!(ids.accounts(&id("u7")).await, Ok(all));
    assert_eq!(ids.accounts(&id("u7-late")).await, Ok(None), "who lost has left no trace");
    assert_eq!(links.old_sub_of(&new("u7-further")).await, Ok(Some(old("u7"))));

    // Of somebody whom the mirror has not seen yet; then the pair is the mirror's.
    assert_eq!(ids.assign(&new("u7-first"), &id("u7-old"), Some(&old("u7-old"))).await, Ok(id("u7-old")));
    let all = ids.accounts(&id("u7-old")).await;
    assert_eq!(all, Ok(everybody("u7-old", None, &[], &["u7-first"])));
    links.connect(&pair("u7-old", "u7-first", 0), None).await.expect("a pair");
    let all = ids.accounts(&id("u7-old")).await;
    assert_eq!(all, Ok(everybody("u7-old", Some(Stage::Linked), &["u7-old"], &["u7-first"])));
}

/// Who is merged is merged with all accounts, and no longer merged with none, in whatever order it came.
pub async fn further_accounts_follow_their_owner<L: LinkStore, I: IdStore>(links: &L, ids: &I) {
    links.connect(&pair("u12", "u12-new", 0), None).await.expect("a pair");
    for (twin, further) in [("u12-early", "u12-e"), ("u12-late", "u12-l")] {
        let (own, version) = (id(twin), if twin == "u12-early" { 0 } else { 1 });
        if version == 0 {
            assert_eq!(ids.assign(&new(further), &own, Some(&old(twin))).await, Ok(own.clone()));
        }
        let fresh = Link::intent(&old(twin), Names::default(), Timestamp(1));
        assert_eq!(links.write(&fresh).await, Ok(1));
        links.write(&merged(twin, 1, "u12")).await.expect("merged");
        if version == 1 {
            assert_eq!(ids.assign(&new(further), &id("u12"), Some(&old(twin))).await, Ok(id("u12")));
        }
        assert_eq!(id_of_new(ids, further).await, Some(id("u12")));
        let all = everybody("u12", Some(Stage::Linked), &["u12", twin], &["u12-new", further]);
        assert_eq!(ids.accounts(&id("u12")).await, Ok(all));

        links.write(&Link { version: 2, ..fresh }).await.expect("a merge taken back");
        assert_eq!(id_of_new(ids, further).await, Some(own.clone()));
        let alone = everybody(twin, Some(Stage::Pending), &[twin], &[further]);
        assert_eq!(ids.accounts(&own).await, Ok(alone));
        let left = everybody("u12", Some(Stage::Linked), &["u12"], &["u12-new"]);
        assert_eq!(ids.accounts(&id("u12")).await, Ok(left));
    }
}

/// Of two who give an account its id at once, one wins, and both hear the same.
pub async fn an_id_is_given_once<L: LinkStore, I: IdStore>(_links: &L, ids: &I) {
    for round in 0..8 {
        let sub = format!("u8-{round}");
        let (born, known) = (id(&sub), id(&format!("u8-old-{round}")));
        let of = old(known.as_str());
        let account = new(&sub);
        let one = async { ids.assign(&account, &born, None).await };
        let other = async { ids.assign(&account, &known, Some(&of)).await };
        let (one, other) = join(one, other).await;
        let stands = id_of_new(ids, &sub).await.expect("an id");
        assert!(stands == born || stands == known);
        assert_eq!((one, other), (Ok(stands.clone()), Ok(stands.clone())));
        let of_known = ids.accounts(&known).await.expect("an answer");
        assert_eq!(of_known.is_some(), stands == known, "who lost has left no trace");
    }
}

/// Whom an identity belongs to is noted: the latest counts.
pub async fn identities_are_noted<L: LinkStore, I: IdStore>(_links: &L, ids: &I) {
    let identity = |text: &str| Digest::stored(format!("u9-{text}"));
    assert_eq!(ids.owner_of_identity(&identity("a")).await, Ok(None));
    let both = [identity("a"), identity("b")].into();
    for _ in 0..2 {
        assert_eq!(ids.note_identities(&both, &old("u9")).await, Ok(()));
    }
    assert_eq!(ids.note_identities(&[identity("b")].into(), &old("u9-next")).await, Ok(()));
    assert_eq!(ids.owner_of_identity(&identity("a")).await, Ok(Some(old("u9"))));
    assert_eq!(ids.owner_of_identity(&identity("b")).await, Ok(Some(old("u9-next"))));
    assert_eq!(ids.note_identities(&BTreeSet::new(), &old("u9")).await, Ok(()));
}

/// What a pair's erasing leaves: who else has the user id keeps it.
pub async fn an_erased_pair_takes_nobody_else_s_id<L: LinkStore + LinkEraser, I: IdStore>(
    links: &L,
    ids: &I,
) {
    links.connect(&pair("u10", "u10-new", 0), None).await.expect("a pair");
    ids.assign(&new("u10-further"), &id("u10"), Some(&old("u10"))).await.expect("an id");
    links.write(&merged("u10-twin", 0, "u10")).await.expect("merged");
    assert_eq!(links.erase(&pair("u10", "u10-new", 1)).await, Ok(()));
    assert_eq!((id_of_old(ids, "u10").await, id_of_new(ids, "u10-new").await), (None, None));
    assert_eq!(id_of_new(ids, "u10-further").await, Some(id("u10")));
    assert_eq!(id_of_old(ids, "u10-twin").await, Some(id("u10")));
    let left = everybody("u10", None, &["u10-twin"], &["u10-further"]);
    assert_eq!(ids.accounts(&id("u10")).await, Ok(left));
}

/// Whoever walks over the links sees links, and nothing of what user ids need beside them.
pub async fn a_walk_sees_links_alone<L: LinkStore + LinkScan + LinkBatch, I: IdStore>(links: &L, ids: &I) {
    links.connect(&pair("u11", "u11-new", 0), None).await.expect("a pair");
    links.write(&merged("u11-twin", 0, "u11")).await.expect("merged");
    ids.assign(&new("u11-born"), &id("u11-born"), None).await.expect("an id");
    ids.assign(&new("u11-further"), &id("u11"), Some(&old("u11"))).await.expect("an id");
    ids.note_identities(&[Digest::stored("u11")].into(), &old("u11")).await.expect("noted");
    let (mut seen, mut paired, mut place) = (BTreeSet::new(), BTreeSet::new(), None);
    loop {
        let page = links.page(place.as_ref()).await.expect("a page");
        assert_eq!((page.unreadable, page.groups.len()), (0, 0));
        seen.extend(page.links.into_iter().map(|link| link.old_sub.to_string()));
        let listing = links.pairs(place.as_ref()).await.expect("a page");
        assert_eq!(listing.unreadable, 0);
        paired.extend(listing.items.into_iter().map(|pair| pair.old_sub.to_string()));
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    let expected = ["u11", "u11-twin"].map(str::to_owned).into();
    assert_eq!((&seen, &paired), (&expected, &expected));
}
