use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Phase, Share};

use super::*;
use crate::raw::stub::{Reply, config, server};

const NOTHING: Reply = (200, "", "{}");
const COLLIDED: Reply = (
    400,
    "",
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]}"#,
);
const COLLIDED_ALONE: Reply =
    (400, "", r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"}"#);

async fn links(replies: impl IntoIterator<Item = Reply>) -> Links {
    let (address, _) = server(replies);
    Links::connect(&config(&address).await, "links".to_owned(), None)
}

/// From where nobody was ever moved to five of a hundred.
async fn changed(links: &Links) -> Answer<u64> {
    let share = Share::from_hundredths(500).unwrap();
    let next = Standing { phase: Phase::Canary, share, ..Standing::default() };
    let line = Change {
        version: 0,
        from: (Phase::DualWrite, Share::NONE),
        to: (next.phase, next.share),
        at: Timestamp(1),
        who: "anna".to_owned(),
        why: "a test".to_owned(),
        forced: Vec::new(),
    };
    links.change(&next, &line).await
}

#[tokio::test]
async fn a_change_that_meets_another_at_the_same_moment_is_tried_again() {
    assert_eq!(changed(&links([NOTHING, COLLIDED, NOTHING, COLLIDED, NOTHING, NOTHING]).await).await, Ok(1));
}

#[tokio::test]
async fn a_change_that_meets_others_again_and_again_is_stale() {
    let error = changed(&links([NOTHING, COLLIDED].repeat(8)).await).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Stale, "TransactionConflict"));
}

#[tokio::test]
async fn a_claim_that_meets_a_change_at_the_same_moment_is_tried_again() {
    let links = links([NOTHING, COLLIDED_ALONE, NOTHING, NOTHING]).await;
    assert_eq!(links.claim(&Standing::default(), None).await, Ok(1));
}

#[tokio::test]
async fn a_change_whose_line_is_there_already_names_the_line() {
    const TAKEN: Reply = (
        400,
        "",
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]}"#,
    );
    let refused = changed(&links([NOTHING, TAKEN]).await).await.unwrap_err();
    assert_eq!((refused.class, YoungerHistory::of(&refused)), (Class::Taken, Some(YoungerHistory(1))));
    assert_eq!(links([NOTHING, NOTHING]).await.younger().await, Ok(None));
}
