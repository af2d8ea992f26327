//! What goes wrong on the strict local AWS when it is asked to, and what it refuses by itself.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::{Links, UserIds};
use twinpool_core::account::{Account, IdReader as _, IdStore as _};
use twinpool_core::id::{NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::{Link, LinkState, Names};
use twinpool_core::listing::{LinkBatch as _, PoolList as _};
use twinpool_core::port::{Class, LinkStore as _};
use twinpool_testkit::world::{email_pool, key, person};
use twinpool_testkit::{MemoryPool, uuid};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use xtask::wire::Aws;

use crate::config;

const POOL: &str = "eu-west-1_New";

/// With so many users.
fn stub(users: u64) -> AwsStub {
    let pool = MemoryPool::with_uuids(email_pool(POOL));
    for number in 0..users {
        let sub = uuid("p", number);
        pool.put(person(&sub, &sub, &[("email", &format!("user{number}@example.com"))]));
    }
    AwsStub::start(&[&pool])
}

async fn pool_on(stub: &AwsStub) -> CognitoPool {
    let shape = email_pool(POOL);
    CognitoPool::connect(&config(&stub.endpoint()).await, None, shape.id)
}

/// The usernames on a page.
fn names(page: &Value) -> Vec<&str> {
    page["Users"].as_array().unwrap().iter().map(|user| user["Username"].as_str().unwrap()).collect()
}

fn list(stub: &AwsStub, more: Value) -> Result<Value, String> {
    let mut body = json!({ "UserPoolId": POOL });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Aws::new(stub.endpoint()).cognito("ListUsers", &body).map_err(|problem| format!("{problem:#}"))
}

#[test]
fn lists_are_filtered_and_cut_as_cognito_does_it() {
    let stub = stub(130);
    let sub = uuid("p", 7);
    for filter in [
        format!("sub = \"{sub}\""),
        format!("username = \"{sub}\""),
        "email = \"user7@example.com\"".to_owned(),
    ] {
        assert_eq!(names(&list(&stub, json!({ "Filter": filter })).unwrap()), [sub.as_str()]);
    }
    let start = &sub[..2];
    let found = list(&stub, json!({ "Filter": format!("sub ^= \"{start}\"") })).unwrap();
    assert!(
        names(&found).contains(&sub.as_str()) && names(&found).iter().all(|name| name.starts_with(start))
    );
    for refused in [
        json!({ "Limit": 61 }),
        json!({ "Filter": "custom:tenant = \"acme\"" }),
        json!({ "Filter": "name ^= \"Ann\"" }),
        json!({ "PaginationToken": "token" }),
    ] {
        let problem = list(&stub, refused.clone()).expect_err("a refusal");
        assert!(problem.contains("InvalidParameterException"), "{refused}: {problem}");
    }
}

#[test]
fn a_walk_meets_what_it_was_asked_to_meet() {
    let stub = stub(130);
    stub.faults().repeat_users(1);
    let first = list(&stub, json!({})).unwrap();
    stub.faults().empty_pages(1);
    let second = list(&stub, json!({ "PaginationToken": first["PaginationToken"] })).unwrap();
    assert!(names(&second).is_empty());
    let third = list(&stub, json!({ "PaginationToken": second["PaginationToken"] })).unwrap();
    assert_eq!((names(&first).len(), names(&third)[0]), (60, names(&first)[59]));
    stub.faults().expire_tokens();
    let expired = list(&stub, json!({ "PaginationToken": third["PaginationToken"] }));
    assert!(expired.expect_err("an expired token").contains("InvalidParameterException"));
}

#[tokio::test]
async fn calls_fail_as_often_as_they_were_told_to() {
    let stub = stub(1);
    let pool = pool_on(&stub).await;
    stub.faults().fail_next("DescribeUserPool", 1, "ExpiredTokenException");
    assert_eq!(pool.size().await.map_err(|error| error.class), Err(Class::Denied));
    assert_eq!(pool.size().await, Ok(1));
    stub.faults().cut();
    assert_eq!(pool.size().await.map_err(|error| error.class), Err(Class::Unavailable));
    stub.faults().mend();
    assert_eq!(pool.size().await, Ok(1));
}

#[tokio::test]
async fn keys_that_were_left_out_are_asked_for_again() {
    let stub = stub(0);
    let links = Links::connect(&config(&stub.endpoint()).await, TABLE.to_owned(), Some(&key()));
    let subs: Vec<_> = (0..9).map(|number| OldSub::parse(uuid("p", number)).unwrap()).collect();
    for sub in &subs {
        links.write(&Link::intent(sub, Names::default(), Timestamp(1))).await.unwrap();
    }
    stub.faults().leave_keys(4);
    assert_eq!(links.links(&subs).await.unwrap().links.len(), 9);
}

#[tokio::test]
async fn ids_that_were_left_out_are_asked_for_again() {
    let stub = stub(0);
    let ids = UserIds::connect(&config(&stub.endpoint()).await, TABLE.to_owned());
    let accounts: Vec<_> = (0..150).map(|number| NewSub::parse(uuid("n", number)).unwrap()).collect();
    for new in accounts.iter().take(140) {
        ids.assign(new, &UserId::parse(new.as_str()).unwrap(), None).await.unwrap();
    }
    stub.faults().leave_keys(4);
    let asked: Vec<_> = accounts.iter().map(Account::from).collect();
    let found = ids.user_ids(&asked).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 140);
    assert!(
        accounts.iter().zip(&found).all(|(new, id)| id.as_ref().is_none_or(|id| id.as_str() == new.as_str()))
    );
}

#[tokio::test]
async fn one_id_costs_one_read() {
    let stub = stub(0);
    let links = Links::connect(&config(&stub.endpoint()).await, TABLE.to_owned(), Some(&key()));
    let ids = links.user_ids();
    let [one, other] = ["one", "other"].map(|sub| OldSub::parse(sub).unwrap());
    let intent = |sub: &OldSub| Link::intent(sub, Names::default(), Timestamp(1));
    links.write(&intent(&one)).await.unwrap();
    let state = LinkState::Merged { into: one.clone(), since: Timestamp(2) };
    links.write(&Link { state, ..intent(&other) }).await.unwrap();
    for (sub, reads) in [(&one, 1), (&other, 2)] {
        let before = stub.meter().operations();
        let found = ids.user_ids(&[Account::from(sub)]).await.unwrap();
        assert_eq!(found, [Some(UserId::from(&one))]);
        let after = stub.meter().operations();
        let calls: u64 = after.values().sum::<u64>() - before.values().sum::<u64>();
        let gets = |counted: &std::collections::BTreeMap<String, u64>| counted.get("GetItem").copied();
        assert_eq!((calls, gets(&after)), (reads, Some(gets(&before).unwrap_or_default() + reads)));
    }
}

#[test]
fn expressions_that_nobody_knows_are_named() {
    let stub = stub(0);
    let aws = Aws::new(stub.endpoint());
    let key = json!({ "pk": { "S": "OLD#a" } });
    let put = |more: (&str, &str)| {
        let mut body = json!({ "TableName": TABLE, "Item": key });
        body[more.0] = json!(more.1);
        format!("{:#}", aws.dynamodb("PutItem", &body).expect_err("a refusal"))
    };
    assert!(put(("ConditionExpression", "contains(pk, pk)")).contains("contains(pk, pk)"));
    assert!(put(("ConditionExpression", "pk = :missing")).contains(":missing"));
    assert!(put(("ReturnItemCollectionMetrics", "SIZE")).contains("ReturnItemCollectionMetrics"));
    assert!(stub.table().all().is_empty());
}

#[test]
fn calls_above_a_quota_are_refused_and_counted() {
    let stub = stub(1);
    stub.meter().limit_by(Arc::new(|| Duration::ZERO));
    let refused = (0..40).filter_map(|_| list(&stub, json!({})).err());
    let refused: Vec<_> = refused.filter(|problem| problem.contains("TooManyRequestsException")).collect();
    // Thirty a second (F§5), all of them in one.
    let used = stub.meter().used()["UserList"];
    assert_eq!((used.admitted, used.refused, refused.len()), (30, 10, 10));
}
