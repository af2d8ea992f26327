//! Two users who may be one.

use serde_json::{Value, json};

use super::book::Book;
use super::client::post;

async fn verdict(old: &str, new: &str) -> [Value; 3] {
    let body = json!({ "old_sub": old, "new_sub": new });
    let told = post(&Book::of_three(), "/v1/links/check", body.to_string()).await.json();
    let holder = |side: &str| told[side]["user_id"].clone();
    [told["verdict"].clone(), holder("old_held_by"), holder("new_held_by")]
}

#[tokio::test]
async fn the_side_that_conflicts_is_named_with_who_holds_it() {
    let said = |verdict: &str, old: Option<&str>, new: Option<&str>| [json!(verdict), json!(old), json!(new)];
    assert_eq!(verdict("ada-old", "ada-new").await, said("linked", None, None));
    assert_eq!(verdict("ada-old-too", "ada-new").await, said("linked", None, None));
    assert_eq!(verdict("eve-old", "eve-new").await, said("free", None, None));
    // Bob has nobody in the new pool yet.
    assert_eq!(verdict("bob-old", "eve-new").await, said("free", None, None));
    assert_eq!(verdict("ada-old", "eve-new").await, said("old_side", Some("ada-old"), None));
    assert_eq!(verdict("bob-old", "ada-new").await, said("new_side", None, Some("ada-old")));
    // An account that was born in the new pool has its user id, and keeps it.
    assert_eq!(verdict("bob-old", "cleo-new").await, said("new_side", None, Some("cleo-new")));
    assert_eq!(verdict("ada-old", "cleo-new").await, said("both", Some("ada-old"), Some("cleo-new")));
}
