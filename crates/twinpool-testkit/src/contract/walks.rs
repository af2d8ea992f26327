//! The contracts of [`PoolList`], [`LinkBatch`], [`RunStore`] and [`LinkEraser`].

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::group::GroupDefinition;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub, RunId, Sub, Timestamp, Username};
use twinpool_core::link::{Link, Names};
use twinpool_core::listing::{LinkBatch, Listing, PoolList, Stage};
use twinpool_core::port::{Answer, Class, LinkEraser, LinkStore, Place, PoolWriter};
use twinpool_core::run::{Control, Run, RunKind, RunState, RunStore};
use twinpool_core::value::{Attributes, Value};

use super::links::pair;
use crate::world::{attribute, group};

async fn all<T, F: Future<Output = Answer<Listing<T>>>>(page: impl Fn(Option<Place>) -> F) -> Vec<T> {
    let (mut items, mut place) = (Vec::new(), None);
    loop {
        let part = page(place).await.expect("a page");
        assert_eq!(part.unreadable, 0);
        items.extend(part.items);
        place = part.next;
        if place.is_none() {
            return items;
        }
    }
}

fn address(number: usize) -> String {
    format!("w1-{number}@example.com")
}

async fn make<P: PoolWriter>(pool: &P, number: usize) -> NewSub {
    let email = address(number);
    let attributes: Attributes = [("email", email.as_str()), ("email_verified", "true")]
        .map(|(name, value)| (attribute(name), Value::new(value)))
        .into();
    pool.create_user(&Username::parse(email).expect("a username"), &attributes).await.expect("a user")
}

/// Everybody is shown once, with attributes, status and whether they may sign in.
pub async fn a_walk_shows_everybody<P: PoolWriter + PoolList>(pool: &P) {
    let mut made = BTreeSet::new();
    for number in 0..64 {
        made.insert(make(pool, number).await);
    }
    let last = made.last().expect("somebody").clone();
    pool.set_enabled(&last, false).await.expect("an answer");
    let users = all(async |place: Option<Place>| pool.users(place.as_ref()).await).await;
    let ours = users.iter().filter(|user| made.contains(&NewSub::from(user.sub.clone())));
    let addresses: BTreeSet<_> =
        ours.clone().filter_map(|user| user.contact(Contact::Email)).map(Value::reveal).collect();
    assert_eq!((ours.clone().count(), addresses.len()), (64, 64));
    let disabled: Vec<_> =
        ours.filter(|user| !user.enabled).map(|user| NewSub::from(user.sub.clone())).collect();
    assert_eq!(disabled, [last]);
    assert!(pool.size().await.is_ok());
}

/// A place of which the pool knows nothing is refused: the walk begins anew.
pub async fn an_unknown_place_is_refused<P: PoolList>(pool: &P) {
    let nowhere = Place("nowhere".to_owned());
    assert_eq!(pool.users(Some(&nowhere)).await.map(drop).map_err(|error| error.class), Err(Class::Rejected));
}

/// Groups are listed with everybody who is in them.
pub async fn groups_are_listed_with_their_members<P: PoolWriter + PoolList>(pool: &P) {
    let staff = group("w2-staff");
    let definitions = [
        GroupDefinition {
            name: staff.clone(),
            description: Some("All of us".to_owned()),
            precedence: Some(7),
        },
        GroupDefinition { name: group("w2-nobody"), description: None, precedence: None },
    ];
    for definition in &definitions {
        pool.create_group(definition).await.expect("a group");
    }
    let mut inside = BTreeSet::new();
    for number in 100..170 {
        let sub = make(pool, number).await;
        if number != 100 {
            pool.add_to_group(&sub, &staff).await.expect("an answer");
            inside.insert(Sub::from(&sub));
        }
    }
    let groups: Vec<GroupDefinition> =
        all(async |place: Option<Place>| pool.all_groups(place.as_ref()).await).await;
    // As one read tells it: servers differ in what becomes of a precedence that was not said.
    for GroupDefinition { name, .. } in &definitions {
        let read = pool.group(name).await.expect("an answer").expect("a group");
        assert!(groups.contains(&read), "{read:?} is not in the list: {groups:?}");
    }
    assert!(groups.contains(definitions.first().expect("the first")), "{groups:?}");
    for (name, expected) in
        [(staff, inside), (group("w2-nobody"), [].into()), (group("w2-unheard-of"), [].into())]
    {
        let members = all(async |place: Option<Place>| pool.members(&name, place.as_ref()).await).await;
        assert_eq!(members.len(), expected.len());
        assert_eq!(members.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

/// More links than one call gives are read at once, and who has none is left out.
pub async fn many_links_are_read_at_once<L: LinkStore + LinkBatch>(links: &L) {
    let old = |number: usize| OldSub::parse(format!("w3-{number}")).expect("a sub");
    let mut expected = BTreeSet::new();
    for number in 0..130 {
        let link = match number % 3 {
            0 => Link::intent(&old(number), Names::default(), Timestamp(5)),
            _ => pair(&format!("w3-{number}"), &format!("w3-new-{number}"), 0),
        };
        let written =
            if number % 3 == 0 { links.write(&link).await } else { links.connect(&link, None).await };
        assert_eq!(written, Ok(1));
        expected.insert(link.old_sub.to_string());
    }
    // One of them twice, and some that are not there.
    let asked: Vec<_> = (0..140).chain([7]).map(old).collect();
    let found = links.links(&asked).await.expect("an answer");
    let subs: BTreeSet<_> = found.links.iter().map(|link| link.old_sub.to_string()).collect();
    assert!(found.unreadable.is_empty());
    assert_eq!(subs, expected);
    let seven = found.links.into_iter().find(|link| link.old_sub == old(7));
    assert_eq!(seven, Some(pair("w3-7", "w3-new-7", 1)));

    let pairs = all(async |place: Option<Place>| links.pairs(place.as_ref()).await).await;
    let ours: Vec<_> = pairs.iter().filter(|pair| expected.contains(pair.old_sub.as_str())).collect();
    assert_eq!(ours.len(), 130);
    for pair in ours {
        let number: usize = pair.old_sub.as_str()[3..].parse().expect("a number");
        let new_sub = (!number.is_multiple_of(3)).then(|| format!("w3-new-{number}"));
        let stage = if number.is_multiple_of(3) { Stage::Pending } else { Stage::Linked };
        assert_eq!((pair.new_sub.as_ref().map(ToString::to_string), pair.stage), (new_sub, stage));
    }
}

/// A run is read as it was written, the place included, and a late writer loses.
pub async fn runs_are_kept<L: RunStore>(links: &L) {
    let id = |text: &str| RunId::parse(text).expect("a run");
    assert_eq!(links.run(&id("w4-unknown")).await, Ok(None));
    let mut run = Run::new(id("w4-one"), RunKind::Csv, "all".to_owned(), Timestamp(5));
    assert_eq!(links.write_run(&run).await, Ok(1));
    assert_eq!(links.write_run(&run).await.map_err(|error| error.class), Err(Class::Stale));
    run.version = 1;
    run.place = Some(Place("a token".to_owned()));
    run.job = Some("import-1".to_owned());
    run.waits = Some("throttled".to_owned());
    run.state = RunState::Stopped;
    run.beyond = 17;
    run.tally.count("created");
    run.tally.conflicts.insert(Reason::Taken, 3);
    run.tally.failed.insert("InternalErrorException".to_owned(), 2);
    assert_eq!(links.write_run(&run).await, Ok(2));
    assert_eq!(links.run(&run.id).await, Ok(Some(Run { version: 2, ..run })));
    for name in ["w4-one", "w4-two"] {
        assert_eq!(links.add_run_id(&id(name)).await, Ok(()));
    }
    let ids = links.run_ids().await.expect("an answer");
    assert!(ids.ends_with(&[id("w4-one"), id("w4-two")]));
}

/// What people say stays, and whoever did not hear the latest word says nothing.
pub async fn a_word_to_runs_stays<L: RunStore>(links: &L) {
    let first = links.control().await.expect("an answer");
    let said = Control { paused: true, percent: Some(20), ..first.clone() };
    assert_eq!(links.set_control(&said).await, Ok(()));
    assert_eq!(links.control().await, Ok(Control { version: first.version + 1, ..said }));
    assert_eq!(links.set_control(&first).await.map_err(|error| error.class), Err(Class::Stale));
}

/// A pair is erased from both sides, unless somebody wrote it since.
pub async fn a_pair_is_erased<L: LinkStore + LinkEraser>(links: &L) {
    assert_eq!(links.connect(&pair("w5", "w5-new", 0), None).await, Ok(1));
    let late = links.erase(&pair("w5", "w5-new", 4)).await;
    assert_eq!(late.map_err(|error| error.class), Err(Class::Stale));
    let tied = links.old_sub_of(&NewSub::parse("w5-new").expect("a sub")).await;
    assert_eq!(tied, Ok(OldSub::parse("w5").ok()));
    assert_eq!(links.erase(&pair("w5", "w5-new", 1)).await, Ok(()));
    assert_eq!(links.link(&OldSub::parse("w5").expect("a sub")).await, Ok(None));
    assert_eq!(links.old_sub_of(&NewSub::parse("w5-new").expect("a sub")).await, Ok(None));
}
