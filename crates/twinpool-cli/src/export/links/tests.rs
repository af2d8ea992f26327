use twinpool_core::account::IdStore as _;
use twinpool_core::id::UserId;
use twinpool_core::link::Left;
use twinpool_core::port::LinkStore as _;
use twinpool_testkit::MemoryLinks;

use super::*;
use crate::samples::{AT, conflict, in_state, new, old, pair};

fn unwritten(link: Link) -> Link {
    Link { version: 0, ..link }
}

async fn links() -> MemoryLinks {
    let links = MemoryLinks::default();
    links.connect(&unwritten(pair("old-1", &[])), None).await.unwrap();
    links.write(&unwritten(conflict())).await.unwrap();
    let merged = LinkState::Merged { into: old("old-1"), since: AT };
    links.write(&unwritten(in_state("old-3", merged))).await.unwrap();
    let id = |text: &str| UserId::parse(text).unwrap();
    links.assign(&new("born-1"), &id("born-1"), None).await.unwrap();
    links.assign(&new("further-1"), &id("old-3"), Some(&old("old-3"))).await.unwrap();
    links
}

#[tokio::test]
async fn every_account_has_the_user_id_that_counts() {
    let mut out = Vec::new();
    let written = jsonl(&links().await, &mut out).await.unwrap();
    assert_eq!(written, Written { rows: 5, unreadable: 0 });
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"");
}

#[tokio::test]
async fn a_table_for_every_database() {
    let mut out = Vec::new();
    sql(&links().await, &mut out).await.unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"");
    let mut empty = Vec::new();
    sql(&MemoryLinks::default(), &mut empty).await.unwrap();
    assert!(!String::from_utf8(empty).unwrap().contains("INSERT"));
}

#[tokio::test]
async fn many_rows_stand_in_several_statements() {
    let links = MemoryLinks::default();
    let gone = |number: usize| {
        let buried = LinkState::Tombstone {
            new_sub: None,
            by: twinpool_core::id::Pool::Old,
            left: Left::Nobody,
            since: AT,
        };
        unwritten(in_state(&format!("old-{number}"), buried))
    };
    for number in 0..201 {
        links.write(&gone(number)).await.unwrap();
    }
    let mut out = Vec::new();
    sql(&links, &mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!((out.matches("INSERT").count(), out.matches("  ('old-").count()), (3, 201));
    assert_eq!((out.matches("');\n").count(), out.matches(";").count()), (3, 7), "each statement ends once");
}
