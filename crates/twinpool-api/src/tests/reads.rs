//! One user.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::book::Book;
use super::client::{get, send};

#[tokio::test]
async fn a_user_id_gives_every_account_of_both_pools() {
    let book = Book::of_three();
    let ada = json!({ "user_id": "ada-old", "state": "linked", "old_subs": ["ada-old", "ada-old-too"], "new_subs": ["ada-new"] });
    let told = get(&book, "/v1/users/ada-old", &[]).await;
    assert_eq!((told.status, told.json()), (200, ada.clone()));
    // The id that a merged user had before gives the one that counts.
    assert_eq!(get(&book, "/v1/users/ada-old-too", &[]).await.json(), ada);
    let cleo = json!({ "user_id": "cleo-new", "state": null, "old_subs": [], "new_subs": ["cleo-new"] });
    assert_eq!(get(&book, "/v1/users/cleo-new", &[]).await.json(), cleo);
}

#[tokio::test]
async fn a_sub_of_either_pool_gives_one_user_id() {
    let book = Book::of_three();
    for (path, pool, sub) in [
        ("/v1/subs/ada-old", "old", "ada-old"),
        ("/v1/subs/ada-old-too", "old", "ada-old-too"),
        ("/v1/subs/ada-new", "new", "ada-new"),
        ("/v1/subs/ada-new?pool=new", "new", "ada-new"),
        ("/v1/subs/ada%2Dnew?trace=1&pool=new", "new", "ada-new"),
    ] {
        let told = get(&book, path, &[]).await;
        assert_eq!(told.json(), json!({ "pool": pool, "sub": sub, "user_id": "ada-old" }), "{path}");
    }
    assert_eq!(get(&book, "/v1/subs/ada-new?pool=old", &[]).await.code(), "unknown_id");
}

#[tokio::test]
async fn a_sub_of_both_pools_is_told_only_where_the_pool_is_named() {
    let book = Book::of_three().with_a_namesake("bob-old");
    assert_eq!(get(&book, "/v1/subs/bob-old", &[]).await.code(), "ambiguous");
    assert_eq!(get(&book, "/v1/subs/bob-old?pool=old", &[]).await.json()["user_id"], "bob-old");
    assert_eq!(get(&book, "/v1/subs/bob-old?pool=new", &[]).await.json()["user_id"], "namesake");
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again() {
    let book = Book::of_three();
    let first = get(&book, "/v1/users/ada-old", &[]).await;
    let tag = first.header("etag").unwrap();
    assert_eq!(first.header("cache-control"), Some("private, max-age=60"));
    let weak = format!("\"other\", W/{tag}");
    for known in [tag, weak.as_str(), "*"] {
        let again = get(&book, "/v1/users/ada-old", &[("if-none-match", known)]).await;
        assert_eq!((again.status, again.header("etag")), (304, Some(tag)), "{known}");
    }
    let bob = get(&book, "/v1/users/bob-old", &[("if-none-match", tag)]).await;
    assert_eq!((bob.status, bob.header("etag") == Some(tag)), (200, false));
    // A tag makes nobody known.
    assert_eq!(get(&book, "/v1/users/eve", &[("if-none-match", "*")]).await.status, 404);
}

#[tokio::test]
async fn head_says_what_get_would_without_the_body() {
    let book = Book::of_three();
    for path in ["/v1/users/ada-old", "/v1/subs/ada-new", "/v1/health", "/v1/users/eve", "/v1/openapi.json"] {
        let got = get(&book, path, &[]).await;
        let head = send(&book, Request::head(path).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.headers, head.body.as_str()), (got.status, got.headers, ""), "{path}");
    }
}
