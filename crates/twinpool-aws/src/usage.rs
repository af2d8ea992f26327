//! How much of each quota the account uses now, as CloudWatch counts it: `AWS/Usage`, by the minute.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::id::Timestamp;
use twinpool_core::port::Answer;
use twinpool_core::quota::Category;

use crate::raw::RawClient;

const TARGET: &str = "GraniteServiceVersion20100801.GetMetricData";
/// CloudWatch has a minute some minutes later.
const WINDOW: u64 = 5 * 60;
const PERIOD: u64 = 60;
const MOST_PAGES: usize = 5;

/// What one category is used for: calls a second, over the newest minute that CloudWatch knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// All calls of the account: also our own, and those that were refused or failed.
    pub calls: f64,
    /// Those of them that were refused because there were too many.
    pub throttled: f64,
    /// When that minute began.
    pub minute: Timestamp,
}

const SILENCE: Load = Load { calls: 0.0, throttled: 0.0, minute: Timestamp(0) };

/// Reads usage.
#[derive(Debug)]
pub struct Usage(RawClient);

impl Usage {
    /// Of the account and Region of this configuration. Needs `cloudwatch:GetMetricData`.
    ///
    /// # Errors
    /// When the configuration has no Region.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        Ok(Self(RawClient::connect(config, "monitoring", "monitoring")?.json_1_0()))
    }

    /// The load at this time. A category that is not there was not called lately.
    ///
    /// # Errors
    /// When CloudWatch refuses.
    pub async fn at(&self, now: SystemTime) -> Answer<BTreeMap<Category, Load>> {
        let mut found: BTreeMap<Category, Load> = BTreeMap::new();
        let mut ask = question(now);
        for _ in 0..MOST_PAGES {
            let mut page = self.0.call(TARGET, &ask).await?;
            for series in page["MetricDataResults"].as_array().into_iter().flatten() {
                let Some((category, rps, minute)) = newest(series) else { continue };
                let load = found.entry(category).or_insert(SILENCE);
                if series["Id"] == "throttled" {
                    load.throttled = load.throttled.max(rps);
                } else if minute >= load.minute {
                    (load.calls, load.minute) = (rps, minute);
                }
            }
            ask["NextToken"] = page["NextToken"].take();
            if ask["NextToken"].is_null() {
                break;
            }
        }
        Ok(found)
    }
}

fn question(now: SystemTime) -> Value {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    // The minute that runs would look like little.
    let end = now / PERIOD * PERIOD;
    // A search finds the series whatever further dimensions they have: `Class` is or is not there.
    let search = |id: &str, metric: &str| {
        let wanted = format!(r#"Namespace="AWS/Usage" Service="Cognito user pool" MetricName="{metric}""#);
        json!({
            "Id": id,
            "Expression": format!("SEARCH('{wanted}', 'Sum', {PERIOD})"),
            "Label": "${PROP('Dim.Resource')}",
        })
    };
    json!({
        "StartTime": end.saturating_sub(WINDOW),
        "EndTime": end,
        "ScanBy": "TimestampDescending",
        "MetricDataQueries": [search("calls", "CallCount"), search("throttled", "ThrottleCount")],
    })
}

/// The category of a series, its newest value as calls a second, and of which minute it is.
fn newest(series: &Value) -> Option<(Category, f64, Timestamp)> {
    let category = Category::named(series["Label"].as_str()?.trim())?;
    let sum = series["Values"].get(0)?.as_f64().filter(|sum| sum.is_finite() && *sum >= 0.0)?;
    let minute = series["Timestamps"].get(0)?.as_f64().filter(|at| (0.0..1e11).contains(at))?;
    #[expect(clippy::cast_precision_loss, reason = "it is sixty")]
    let seconds = PERIOD as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a date of some century"
    )]
    let minute = Timestamp((minute * 1_000.0) as u64);
    Some((category, sum / seconds, minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn the_newest_full_minute_of_each_category_is_read() {
        let answer = r#"{"MetricDataResults": [
            {"Id": "calls", "Label": "UserUpdate", "Values": [600.0, 60.0], "Timestamps": [1795219140, 1795219080]},
            {"Id": "throttled", "Label": "UserUpdate", "Values": [30.0], "Timestamps": [1795219140]},
            {"Id": "calls", "Label": "UserAuthentication", "Values": [6000.0], "Timestamps": [1795219140]},
            {"Id": "calls", "Label": "UserRead", "Values": []},
            {"Id": "calls", "Label": "UserList", "Values": ["many"]}]}"#;
        let (address, seen) = server([(200, "", answer)]);
        let usage = Usage::connect(&config(&address).await).unwrap();
        let found = usage.at(at(1_795_219_225)).await.unwrap();
        assert_eq!(
            found,
            BTreeMap::from([(
                Category::UserUpdate,
                Load { calls: 10.0, throttled: 0.5, minute: Timestamp(1_795_219_140_000) }
            )])
        );
        let seen = seen.recv().unwrap();
        assert_eq!(seen.header("content-type"), "application/x-amz-json-1.0");
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(
            (asked["StartTime"].as_u64(), asked["EndTime"].as_u64()),
            (Some(1_795_218_900), Some(1_795_219_200))
        );
        let search = asked["MetricDataQueries"][1]["Expression"].as_str().unwrap();
        assert_eq!(
            search,
            r#"SEARCH('Namespace="AWS/Usage" Service="Cognito user pool" MetricName="ThrottleCount"', 'Sum', 60)"#
        );
    }

    #[tokio::test]
    async fn all_pages_are_read_and_a_refusal_is_told() {
        let first = r#"{"NextToken": "n", "MetricDataResults": [{"Id": "calls", "Label": "UserRead", "Values": [60], "Timestamps": [1795219140.0]}]}"#;
        let second = r#"{"MetricDataResults": [{"Id": "calls", "Label": "UserList", "Values": [120], "Timestamps": [1795219080]}]}"#;
        let (address, seen) =
            server([(200, "", first), (200, "", second), (400, "", r#"{"__type":"AccessDenied"}"#)]);
        let usage = Usage::connect(&config(&address).await).unwrap();
        let found = usage.at(at(1_795_219_225)).await.unwrap();
        let calls = |category| found.get(&category).map(|load: &Load| load.calls);
        assert_eq!((calls(Category::UserRead), calls(Category::UserList)), (Some(1.0), Some(2.0)));
        let asked: Vec<Value> =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
        assert_eq!((asked[0].get("NextToken"), asked[1]["NextToken"].as_str()), (None, Some("n")));
        assert_eq!(usage.at(at(0)).await.unwrap_err().code, "AccessDenied");
    }
}
