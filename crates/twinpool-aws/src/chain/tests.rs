use super::*;
use crate::raw::stub::{Reply, Seen, config, server};

async fn chain(replies: impl IntoIterator<Item = Reply>) -> (Chain, std::sync::mpsc::Receiver<Seen>) {
    let (address, seen) = server(replies);
    (Chain::connect(&config(&address).await).unwrap(), seen)
}

fn asked(seen: &std::sync::mpsc::Receiver<Seen>) -> (String, Value) {
    let one = seen.recv().unwrap();
    let body = serde_json::from_slice(&one.body).unwrap_or_default();
    (one.header("x-amz-target").to_owned(), body)
}

#[tokio::test]
async fn queue_key_table_and_rule_are_asked_for_by_name_and_read_as_they_are() {
    let (chain, seen) = chain([
        (200, "", r#"{"Attributes":{"FifoQueue":"true"}}"#),
        (200, "", r#"{"KeyMetadata":{"KeyState":"Enabled"}}"#),
        (200, "", r#"{"Table":{"TableStatus":"ACTIVE"}}"#),
        (200, "", r#"{"State":"ENABLED"}"#),
    ])
    .await;
    assert_eq!(chain.queue("https://q").await.unwrap()["FifoQueue"], "true");
    assert_eq!(
        asked(&seen),
        (
            "AmazonSQS.GetQueueAttributes".to_owned(),
            json!({ "QueueUrl": "https://q", "AttributeNames": ["All"] })
        )
    );
    assert_eq!(chain.key("alias/x").await.unwrap()["KeyState"], "Enabled");
    assert_eq!(asked(&seen), ("TrentService.DescribeKey".to_owned(), json!({ "KeyId": "alias/x" })));
    assert_eq!(chain.table("links").await.unwrap()["TableStatus"], "ACTIVE");
    assert_eq!(asked(&seen), ("DynamoDB_20120810.DescribeTable".to_owned(), json!({ "TableName": "links" })));
    assert_eq!(chain.rule("audit").await.unwrap()["State"], "ENABLED");
    assert_eq!(asked(&seen), ("AWSEvents.DescribeRule".to_owned(), json!({ "Name": "audit" })));
}

#[tokio::test]
async fn the_mappings_of_a_function_and_no_other_s_are_listed() {
    let (chain, seen) =
        chain([(200, "", r#"{"EventSourceMappings":[{"UUID":"u","State":"Disabled"}]}"#)]).await;
    let function = FunctionArn::parse("arn:aws:lambda:eu-west-1:123456789012:function:mirror").unwrap();
    assert_eq!(chain.mappings(&function).await.unwrap()[0]["State"], "Disabled");
    assert_eq!(
        seen.recv().unwrap().line,
        "GET /2015-03-31/event-source-mappings/?FunctionName=arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Amirror&MaxItems=100 HTTP/1.1"
    );
}

#[tokio::test]
async fn each_trail_is_read_and_one_that_may_not_be_is_told_beside_the_others() {
    let trails = r#"{"trailList":[{"Name":"org","TrailARN":"arn:aws:cloudtrail:eu-west-1:1:trail/org"}]}"#;
    let denied = r#"{"__type":"AccessDeniedException"}"#;
    let (chain, seen) =
        chain([(200, "", trails), (200, "", r#"{"IsLogging":true}"#), (400, "", denied)]).await;
    let found = chain.trails().await.unwrap();
    assert_eq!(found[0].name, "org");
    assert_eq!(found[0].status.as_ref().unwrap()["IsLogging"], true);
    assert!(found[0].selectors.is_err());
    let asked: Vec<_> = (0..3).map(|_| asked(&seen)).collect();
    assert_eq!(asked[0].0, DESCRIBE_TRAILS);
    let arn = "arn:aws:cloudtrail:eu-west-1:1:trail/org";
    assert_eq!(
        asked[1..],
        [
            (TRAIL_STATUS.to_owned(), json!({ "Name": arn })),
            (EVENT_SELECTORS.to_owned(), json!({ "TrailName": arn })),
        ]
    );
}

#[tokio::test]
async fn the_age_of_the_oldest_message_is_the_newest_that_cloudwatch_has() {
    let some = r#"{"MetricDataResults":[{"Id":"age","Values":[42.0,7.0]}]}"#;
    let (chain, seen) =
        chain([(200, "", some), (200, "", r#"{"MetricDataResults":[{"Id":"age","Values":[]}]}"#)]).await;
    let now = UNIX_EPOCH + Duration::from_secs(1_795_219_225);
    assert_eq!(chain.age("https://sqs/1/events.fifo", now).await.unwrap(), Some(42.0));
    let (_, body) = asked(&seen);
    let metric = &body["MetricDataQueries"][0]["MetricStat"]["Metric"];
    assert_eq!(metric["Dimensions"], json!([{ "Name": "QueueName", "Value": "events.fifo" }]));
    assert_eq!(chain.age("https://sqs/1/events.fifo", now).await.unwrap(), None);
}

#[tokio::test]
async fn the_clock_is_compared_with_whatever_answers_and_nothing_is_signed() {
    let date = "Date: Sat, 21 Nov 2026 16:00:00 GMT\r\n";
    let (chain, seen) = chain([(403, date, "<Error/>"), (404, "", "")]).await;
    let now = || UNIX_EPOCH + Duration::from_secs(1_795_276_800 + 90);
    assert_eq!(chain.ahead(now).await.unwrap(), 90);
    let one = seen.recv().unwrap();
    assert_eq!((one.line.as_str(), one.header("authorization")), ("GET / HTTP/1.1", ""));
    assert_eq!(chain.ahead(now).await.unwrap_err().class, Class::Unreadable);
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_may_not_be_read() {
    let gone = |code: &'static str| (400, "", code);
    let (chain, _seen) = chain([
        gone(r#"{"__type":"NotFoundException"}"#),
        gone(r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#),
        gone(r#"{"__type":"ResourceNotFoundException"}"#),
        gone(r#"{"__type":"AccessDeniedException"}"#),
    ])
    .await;
    let classes = [
        chain.key("k").await.unwrap_err().class,
        chain.queue("q").await.unwrap_err().class,
        chain.rule("r").await.unwrap_err().class,
        chain.table("t").await.unwrap_err().class,
    ];
    assert_eq!(classes, [Class::NotFound, Class::NotFound, Class::NotFound, Class::Denied]);
}

#[tokio::test]
async fn the_alarms_of_the_stack_that_are_on_are_told_over_all_pages() {
    let first = r#"{"MetricAlarms":[{"AlarmName":"twinpool-Late-1"}],"NextToken":"more"}"#;
    let second = r#"{"MetricAlarms":[{"AlarmName":"twinpool-Dead-2"}]}"#;
    let (chain, seen) = chain([(200, "", first), (200, "", second), (200, "", "{}")]).await;
    assert_eq!(chain.alarms_on("twinpool-").await.unwrap(), ["twinpool-Late-1", "twinpool-Dead-2"]);
    let (target, ask) = asked(&seen);
    assert_eq!(target, "GraniteServiceVersion20100801.DescribeAlarms");
    assert_eq!(ask, json!({ "AlarmNamePrefix": "twinpool-", "StateValue": "ALARM", "MaxRecords": 100 }));
    assert_eq!(asked(&seen).1["NextToken"], "more");
    // What tells nothing of alarms does not tell that none is on.
    assert!(chain.alarms_on("twinpool-").await.is_err());
}
