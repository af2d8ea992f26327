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
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {"new_sub":"new-1","old_sub":"old-1","state":"linked","user_id":"old-1"}
        {"new_sub":null,"old_sub":"old-2","state":"conflict","user_id":"old-2"}
        {"new_sub":"born-1","old_sub":null,"state":"born","user_id":"born-1"}
        {"new_sub":null,"old_sub":"old-3","state":"merged","user_id":"old-1"}
        {"new_sub":"further-1","old_sub":null,"state":"further","user_id":"old-1"}
        "#);
}

#[tokio::test]
async fn a_table_for_every_database() {
    let mut out = Vec::new();
    sql(&links().await, &mut out).await.unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        -- Who is who in both user pools. Load it in one transaction, into a database without a table of this name.
        CREATE TABLE twinpool_users (
          user_id VARCHAR(128) NOT NULL,
          old_sub VARCHAR(64),
          new_sub VARCHAR(64),
          state VARCHAR(16) NOT NULL
        );
        INSERT INTO twinpool_users (user_id, old_sub, new_sub, state) VALUES
          ('old-1', 'old-1', 'new-1', 'linked'),
          ('old-2', 'old-2', NULL, 'conflict'),
          ('born-1', NULL, 'born-1', 'born'),
          ('old-1', 'old-3', NULL, 'merged'),
          ('old-1', NULL, 'further-1', 'further');
        CREATE INDEX twinpool_users_user_id ON twinpool_users (user_id);
        CREATE INDEX twinpool_users_old_sub ON twinpool_users (old_sub);
        CREATE INDEX twinpool_users_new_sub ON twinpool_users (new_sub);
        -- 5 rows
        ");
    let mut empty = Vec::new();
    sql(&MemoryLinks::default(), &mut empty).await.unwrap();
    assert!(!String::from_utf8(empty).unwrap().contains("INSERT"));
}

#[tokio::test]
async fn what_an_export_wrote_may_be_written_again_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("twinpool-links-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir(&folder).unwrap();
    let (jsonl, sql) = (folder.join("links.jsonl"), folder.join("links.sql"));
    let links = links().await;
    let both = (Some(jsonl.as_path()), Some(sql.as_path()));
    let first = Files::begin(both.0, both.1, false).unwrap().write(&links).await.unwrap();
    assert!(Files::begin(both.0, both.1, false).is_err());
    let again = Files::begin_again(both.0, both.1).unwrap().write(&links).await.unwrap();
    assert_eq!((first, again.rows), (again, 5));
    std::fs::write(&sql, "SELECT 1;\n").unwrap();
    let refused = Files::begin_again(both.0, both.1).unwrap_err().to_string();
    assert!(refused.contains("links.sql") && refused.contains("another file"), "{refused}");
    std::fs::write(&jsonl, "{\"name\": \"somebody else's\"}\n").unwrap();
    assert!(Files::begin_again(both.0, None).is_err());
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
