//! What AWS says of each part of the chain from a trigger to the new pool, as JSON: for whoever looks for what is broken.
//!
//! Each is one read, or a few; what is not there is [`Class::NotFound`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::doctor::Trail;
use twinpool_setup::port::{FunctionArn, Json};

use crate::raw::{RawClient, Rest};

/// CloudWatch has a minute some minutes later.
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// A function has one or two event source mappings.
const MOST_MAPPINGS: &str = "100";
/// The stack has some twenty alarms, and a page holds a hundred.
const MOST_ALARM_PAGES: usize = 10;

const DESCRIBE_TRAILS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails";
const TRAIL_STATUS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus";
const EVENT_SELECTORS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetEventSelectors";

/// The parts of one account and Region.
#[derive(Debug)]
pub struct Chain {
    sqs: RawClient,
    kms: RawClient,
    tables: RawClient,
    metrics: RawClient,
    functions: RawClient,
    rules: RawClient,
    trails: RawClient,
}

impl Chain {
    /// The parts in the Region of `config`.
    ///
    /// # Errors
    /// When there is no Region.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        Ok(Self {
            sqs: RawClient::connect(config, "sqs", "sqs")?.json_1_0(),
            kms: RawClient::connect(config, "kms", "kms")?,
            tables: RawClient::connect(config, "dynamodb", "dynamodb")?.json_1_0(),
            metrics: RawClient::connect(config, "monitoring", "monitoring")?.json_1_0(),
            functions: RawClient::connect(config, "lambda", "lambda")?,
            rules: RawClient::connect(config, "events", "events")?,
            trails: RawClient::connect(config, "cloudtrail", "cloudtrail")?,
        })
    }

    /// `Attributes` of GetQueueAttributes.
    ///
    /// # Errors
    /// Those of SQS, by their code.
    pub async fn queue(&self, url: &str) -> Answer<Json> {
        let ask = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        field("GetQueueAttributes", "Attributes", self.sqs.call("AmazonSQS.GetQueueAttributes", &ask).await?)
    }

    /// How many seconds old the oldest message of a queue is, as CloudWatch has it; `None` where it has nothing.
    ///
    /// # Errors
    /// Those of CloudWatch, by their code.
    pub async fn age(&self, url: &str, now: SystemTime) -> Answer<Option<f64>> {
        let name = url.rsplit('/').next().unwrap_or_default();
        let metric = json!({
            "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage",
            "Dimensions": [{ "Name": "QueueName", "Value": name }],
        });
        let end = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let ask = json!({
            "StartTime": end.saturating_sub(WINDOW).as_secs(), "EndTime": end.as_secs(), "ScanBy": "TimestampDescending",
            "MetricDataQueries": [{ "Id": "age", "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Maximum" } }],
        });
        let answer = self.metrics.call("GraniteServiceVersion20100801.GetMetricData", &ask).await?;
        Ok(answer["MetricDataResults"][0]["Values"][0].as_f64())
    }

    /// The alarms whose names begin like this and that are on, by name. Those of a stack begin with its name and a dash.
    ///
    /// # Errors
    /// Those of CloudWatch, by their code.
    pub async fn alarms_on(&self, prefix: &str) -> Answer<Vec<String>> {
        const OPERATION: &str = "DescribeAlarms";
        let mut on = Vec::new();
        let mut next = Value::Null;
        for _ in 0..MOST_ALARM_PAGES {
            let mut ask = json!({ "AlarmNamePrefix": prefix, "StateValue": "ALARM", "MaxRecords": 100 });
            if !next.is_null() {
                ask["NextToken"] = next;
            }
            let mut answer = self.metrics.call("GraniteServiceVersion20100801.DescribeAlarms", &ask).await?;
            let list = answer["MetricAlarms"].as_array().ok_or_else(|| unreadable(OPERATION))?;
            on.extend(list.iter().filter_map(|alarm| alarm["AlarmName"].as_str()).map(str::to_owned));
            next = answer["NextToken"].take();
            if next.is_null() {
                return Ok(on);
            }
        }
        Err(unreadable(OPERATION))
    }

    /// `KeyMetadata` of DescribeKey.
    ///
    /// # Errors
    /// Those of KMS, by their code.
    pub async fn key(&self, id: &str) -> Answer<Json> {
        let answer = self.kms.call("TrentService.DescribeKey", &json!({ "KeyId": id })).await;
        field("DescribeKey", "KeyMetadata", answer.map_err(|error| missing(error, "NotFoundException"))?)
    }

    /// `Table` of DescribeTable.
    ///
    /// # Errors
    /// Those of DynamoDB, by their code.
    pub async fn table(&self, name: &str) -> Answer<Json> {
        let answer =
            self.tables.call("DynamoDB_20120810.DescribeTable", &json!({ "TableName": name })).await?;
        field("DescribeTable", "Table", answer)
    }

    /// ListEventSourceMappings of a function.
    ///
    /// # Errors
    /// Those of Lambda, by their code.
    pub async fn mappings(&self, function: &FunctionArn) -> Answer<Vec<Json>> {
        const OPERATION: &str = "ListEventSourceMappings";
        let query = [("FunctionName", function.as_str()), ("MaxItems", MOST_MAPPINGS)];
        let call = Rest {
            operation: OPERATION,
            method: "GET",
            path: "/2015-03-31/event-source-mappings/".to_owned(),
            query: &query,
            headers: &[],
            body: Vec::new(),
        };
        let reply = self.functions.rest(call).await?;
        let answer: Value = serde_json::from_slice(&reply.body).map_err(|_| unreadable(OPERATION))?;
        let list = answer["EventSourceMappings"].as_array().ok_or_else(|| unreadable(OPERATION))?;
        Ok(list.iter().filter_map(Value::as_object).cloned().collect())
    }

    /// DescribeRule.
    ///
    /// # Errors
    /// Those of EventBridge, by their code.
    pub async fn rule(&self, name: &str) -> Answer<Json> {
        let answer = self.rules.call("AWSEvents.DescribeRule", &json!({ "Name": name })).await?;
        object("DescribeRule", answer)
    }

    /// The trails that see this Region, those of other Regions and of the organisation too.
    ///
    /// # Errors
    /// Those of CloudTrail, by their code.
    pub async fn trails(&self) -> Answer<Vec<Trail>> {
        let answer = self.ask_trail(DESCRIBE_TRAILS, &json!({})).await?;
        let list =
            answer.get("trailList").and_then(Value::as_array).ok_or_else(|| unreadable("DescribeTrails"))?;
        let mut trails = Vec::new();
        for trail in list {
            let text = |name: &str| trail[name].as_str();
            let name = text("Name").unwrap_or_default().to_owned();
            // Those of elsewhere are known by their ARN only.
            let which = text("TrailARN").unwrap_or(&name);
            let status = self.ask_trail(TRAIL_STATUS, &json!({ "Name": which })).await;
            let ask = json!({ "TrailName": which });
            let selectors = self.ask_trail(EVENT_SELECTORS, &ask).await;
            trails.push(Trail {
                name,
                status: status.map_err(Into::into),
                selectors: selectors.map_err(Into::into),
            });
        }
        Ok(trails)
    }

    async fn ask_trail(&self, target: &'static str, ask: &Value) -> Answer<Json> {
        object("CloudTrail", self.trails.call(target, ask).await?)
    }

    /// So many seconds is `now` ahead of the clock of AWS. Asks without a signature, which a wrong clock would spoil.
    ///
    /// # Errors
    /// [`Class::Unavailable`] when nobody answers, [`Class::Unreadable`] when the answer has no date.
    pub async fn ahead(&self, now: impl Fn() -> SystemTime) -> Answer<i64> {
        const OPERATION: &str = "ReadDate";
        let date = self.sqs.date(OPERATION).await?.ok_or_else(|| unreadable(OPERATION))?;
        let theirs = DateTime::from_str(&date, Format::HttpDate).map_err(|_| unreadable(OPERATION))?;
        Ok(DateTime::from(now()).secs() - theirs.secs())
    }
}

fn unreadable(operation: &'static str) -> PortError {
    PortError::new(Class::Unreadable, operation, "UnreadableResponse")
}

fn missing(error: PortError, code: &str) -> PortError {
    if error.code == code { PortError { class: Class::NotFound, ..error } } else { error }
}

fn object(operation: &'static str, answer: Value) -> Answer<Json> {
    match answer {
        Value::Object(answer) => Ok(answer),
        _ => Err(unreadable(operation)),
    }
}

fn field(operation: &'static str, name: &str, mut answer: Value) -> Answer<Json> {
    answer
        .get_mut(name)
        .map(Value::take)
        .map_or_else(|| Err(unreadable(operation)), |found| object(operation, found))
}

#[cfg(test)]
mod tests;
