//! A population that is made up while it is read is what the adapters take for two pools and their links.

use std::collections::BTreeMap;

use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{NewSub, OldSub, PoolId, Sub};
use twinpool_core::link::Side;
use twinpool_core::listing::{LinkBatch as _, PoolList};
use twinpool_core::plan::Marker;
use twinpool_core::port::{LinkReader as _, LinkScan as _, PoolReader as _};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, group, key};
use twinpool_tests::aws_stub::{AwsStub, Population, TABLE};

use crate::config;

async fn everybody(pool: &impl PoolList) -> BTreeMap<Sub, Snapshot> {
    let (mut users, mut place) = (BTreeMap::new(), None);
    loop {
        let page = pool.users(place.as_ref()).await.unwrap();
        assert_eq!(page.unreadable, 0);
        users.extend(page.items.into_iter().map(|user| (user.sub.clone(), user)));
        place = page.next;
        if place.is_none() {
            return users;
        }
    }
}

#[tokio::test]
async fn pools_and_links_agree_except_where_they_were_told_not_to() {
    let population = Population::new(2_500, key()).with_other_names([17]);
    let stub = AwsStub::streaming(&population);
    let config = config(&stub.endpoint()).await;
    let pool = |id: &str| CognitoPool::connect(&config, None, PoolId::parse(id).unwrap());
    let (old, new) = (pool(OLD_POOL), pool("eu-west-1_New"));
    let links = Links::connect(&config, TABLE.to_owned(), Some(&key()));
    let (old_users, new_users) = (everybody(&old).await, everybody(&new).await);
    assert_eq!((old_users.len(), new_users.len()), (2_500, 2_500));

    let subs: Vec<_> = old_users.keys().map(|sub| OldSub::from(sub.clone())).collect();
    let found = links.links(&subs).await.unwrap();
    assert_eq!((found.links.len(), found.unreadable.len()), (2_500, 0));
    let mut differing = Vec::new();
    for link in found.links {
        let linked = link.linked().unwrap();
        let (one, other) = (&old_users[&link.sub()], &new_users[&Sub::from(&linked.new_sub)]);
        assert_eq!(Side::of(one, &key()).attributes, linked.base.old.attributes);
        let marker = Marker::of(&attribute(MARKER), &PoolId::parse(OLD_POOL).unwrap(), &link.old_sub, &key());
        assert!(marker.is_on(other));
        if Side::of(other, &key()).attributes != linked.base.new.attributes {
            differing.push(one.attribute("family_name").map(Value::reveal));
        }
    }
    assert_eq!(differing, [Some("17")]);

    let link = links.link(&subs[0]).await.unwrap().unwrap();
    let new_sub = link.linked().unwrap().new_sub.clone();
    assert_eq!(links.old_sub_of(&new_sub).await, Ok(Some(subs[0].clone())));
    assert_eq!(links.old_sub_of(&NewSub::parse("nobody").unwrap()).await, Ok(None));
}

#[tokio::test]
async fn members_are_those_who_say_so() {
    let stub = AwsStub::streaming(&Population::new(2_500, key()));
    let config = config(&stub.endpoint()).await;
    for id in [OLD_POOL, "eu-west-1_New"] {
        let pool = CognitoPool::connect(&config, None, PoolId::parse(id).unwrap());
        let (mut members, mut place) = (Vec::new(), None);
        loop {
            let page = pool.members(&group("beta"), place.as_ref()).await.unwrap();
            members.extend(page.items);
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        assert_eq!(members.len(), 125);
        let groups = pool.groups(&UserRef::Sub(members[1].clone())).await.unwrap().unwrap();
        assert_eq!(groups, [group("beta")].into());
    }
}

#[tokio::test]
async fn a_walk_over_the_links_gives_each_once() {
    let stub = AwsStub::streaming(&Population::new(2_500, key()));
    let config = config(&stub.endpoint()).await;
    let links = Links::connect(&config, TABLE.to_owned(), Some(&key()));
    let (mut pairs, mut place) = (BTreeMap::new(), None);
    loop {
        let page = links.pairs(place.as_ref()).await.unwrap();
        assert_eq!(page.unreadable, 0);
        pairs.extend(page.items.into_iter().map(|pair| (pair.old_sub, pair.new_sub)));
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(pairs.len(), 2_500);
    let page = links.page(None).await.unwrap();
    let link = &page.links[0];
    let new_sub = link.linked().map(|linked| linked.new_sub.clone());
    assert_eq!((page.unreadable, &pairs[&link.old_sub]), (0, &new_sub));
}
