use twinpool_core::port::Class;

use super::*;
use crate::raw::stub::{config, server};

fn described(status: &str) -> &'static str {
    let stack = format!(
        "<member><StackName>twinpool</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
         <StackStatus>{status}</StackStatus><Outputs><member><OutputKey>TableName</OutputKey>\
         <OutputValue>links</OutputValue></member></Outputs></member>"
    );
    let all = format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
         <Stacks>{stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>"
    );
    Box::leak(all.into_boxed_str())
}

const NO_STACK: &str = "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
    <Code>ValidationError</Code><Message>Stack with id twinpool does not exist</Message></Error></ErrorResponse>";

const BAD_NAME: &str = "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
    <Code>ValidationError</Code><Message>1 validation error detected</Message></Error></ErrorResponse>";

#[tokio::test]
async fn outputs_are_those_of_the_stack_and_a_stack_that_is_not_there_has_none() {
    let (address, seen) = server([
        (200, "", described("UPDATE_ROLLBACK_COMPLETE")),
        (200, "", described("REVIEW_IN_PROGRESS")),
        (400, "", NO_STACK),
    ]);
    let config = config(&address).await;
    let links = BTreeMap::from([("TableName".to_owned(), "links".to_owned())]);
    assert_eq!(outputs(&config, "twinpool").await, Ok(Some(links)));
    assert_eq!(outputs(&config, "twinpool").await, Ok(None), "a change set that nobody carried out");
    assert_eq!(outputs(&config, "twinpool").await, Ok(None));
    let asked = String::from_utf8(seen.recv().unwrap().body).unwrap();
    assert!(asked.contains("Action=DescribeStacks") && asked.contains("StackName=twinpool"), "{asked}");
}

#[tokio::test]
async fn another_refusal_is_no_missing_stack() {
    let (address, _seen) = server([(400, "", BAD_NAME)]);
    let error = outputs(&config(&address).await, "twin pool").await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Rejected, "ValidationError"));
}
