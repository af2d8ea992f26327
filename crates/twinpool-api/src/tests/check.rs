//! Two users who may be one.

use serde_json::{Value, json};

use super::book::Book;
use super::client::post;

async fn verdict(old: &str, new: &str) -> Value {
    let body = json!({ "old_sub": old, "new_sub": new });
    post(&Book::of_three(), "/v1/links/check", body.to_string()).await.json()
}

#[tokio::test]
async fn the_side_that_conflicts_is_named_with_who_holds_it() {
    let said = |verdict: &str, tied_to: &[&str], belongs_to: Option<&str>| json!({ "verdict": verdict, "tied_to": tied_to, "belongs_to": belongs_to });
    for old in ["ada-old", "ada-old-too"] {
        assert_eq!(verdict(old, "ada-new").await, said("linked", &[], None));
    }
    // Bob has nobody in the new pool yet.
    for old in ["eve-old", "bob-old"] {
        assert_eq!(verdict(old, "eve-new").await, said("free", &[], None));
        assert_eq!(verdict(old, "ada-new").await, said("new_side", &[], Some("ada-old")));
    }
    assert_eq!(verdict("ada-old", "eve-new").await, said("old_side", &["ada-new"], None));
    // An account that was born in the new pool has its user id, and keeps it.
    assert_eq!(verdict("bob-old", "cleo-new").await, said("new_side", &[], Some("cleo-new")));
    assert_eq!(verdict("ada-old", "cleo-new").await, said("both", &["ada-new"], Some("cleo-new")));
}
