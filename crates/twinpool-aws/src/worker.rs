//! Whether a function that works on a queue gets anything from it.

use aws_config::SdkConfig;
use serde_json::Value;
use twinpool_core::port::{Answer, Class, PortError};

use crate::raw::{RawClient, Rest, segment};

const GET_FUNCTION: &str = "GetFunctionConfiguration";
const LIST_MAPPINGS: &str = "ListEventSourceMappings";
const GET_CONCURRENCY: &str = "GetFunctionConcurrency";

/// Asks Lambda.
#[derive(Debug)]
pub struct Workers(RawClient);

impl Workers {
    /// Of the account and Region of this configuration. Needs `lambda:GetFunctionConfiguration`, `lambda:ListEventSourceMappings`
    /// and `lambda:GetFunctionConcurrency`; what the last would tell is not missed.
    ///
    /// # Errors
    /// When the configuration has no Region.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        RawClient::connect(config, "lambda", "lambda").map(Self)
    }

    /// In a clause, why this function, by its name, gets nothing from this queue; `None`: nothing is in the way.
    ///
    /// # Errors
    /// Those of Lambda, by their code.
    pub async fn stopped(&self, function: &str, queue_url: &str) -> Answer<Option<String>> {
        let path = format!("/2015-03-31/functions/{}/configuration", segment(function));
        let configuration = match self.get(GET_FUNCTION, path, &[]).await {
            Err(error) if error.class == Class::NotFound => {
                return Ok(Some(format!("the function {function} is not there")));
            }
            answer => answer?,
        };
        if let Some(state @ ("Failed" | "Inactive")) = configuration["State"].as_str() {
            return Ok(Some(format!("the function {function} is in the state {state}")));
        }
        let query = [("FunctionName", function), ("MaxItems", "100")];
        let path = "/2015-03-31/event-source-mappings/".to_owned();
        let answer = self.get(LIST_MAPPINGS, path, &query).await?;
        let mappings = answer["EventSourceMappings"].as_array().ok_or_else(|| unreadable(LIST_MAPPINGS))?;
        if let Some(why) = of_mappings(mappings, queue_url) {
            return Ok(Some(why));
        }
        let path = format!("/2019-09-30/functions/{}/concurrency", segment(function));
        let reserved = self.get(GET_CONCURRENCY, path, &[]).await.ok();
        let none = reserved.is_some_and(|told| told["ReservedConcurrentExecutions"] == 0);
        Ok(none.then(|| format!("the reserved concurrency of {function} is 0")))
    }

    async fn get(&self, operation: &'static str, path: String, query: &[(&str, &str)]) -> Answer<Value> {
        let call = Rest { operation, method: "GET", path, query, headers: &[], body: Vec::new() };
        let reply = self.0.rest(call).await?;
        serde_json::from_slice(&reply.body).map_err(|_| unreadable(operation))
    }
}

fn unreadable(operation: &'static str) -> PortError {
    PortError::new(Class::Unreadable, operation, "UnreadableResponse")
}

/// The name of a queue ends its address and its ARN.
fn of_mappings(mappings: &[Value], queue_url: &str) -> Option<String> {
    let queue = queue_url.rsplit('/').next().unwrap_or_default();
    let of_queue = |one: &&Value| {
        one["EventSourceArn"].as_str().is_some_and(|arn| arn.rsplit(':').next() == Some(queue))
    };
    let Some(mapping) = mappings.iter().find(of_queue) else {
        return Some("no event source mapping brings it events from the queue".to_owned());
    };
    match mapping["State"].as_str() {
        Some("Enabled" | "Updating") => None,
        state => Some(format!(
            "its event source mapping is {}",
            state.unwrap_or("in no known state").to_lowercase()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{Reply, config, server};

    const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/events.fifo";
    const ACTIVE: Reply = (200, "", r#"{"State":"Active"}"#);
    const GONE: Reply = (404, "x-amzn-ErrorType: ResourceNotFoundException\r\n", "{}");
    const DENIED: Reply = (403, "x-amzn-ErrorType: AccessDeniedException\r\n", "{}");

    fn ok(body: &'static str) -> Reply {
        (200, "", body)
    }

    fn mapping(state: &str) -> Reply {
        let arn = "arn:aws:sqs:eu-west-1:123456789012:events.fifo";
        let other =
            r#"{"EventSourceArn":"arn:aws:sqs:eu-west-1:123456789012:x-events.fifo","State":"Disabled"}"#;
        let own = format!(r#"{{"EventSourceArn":"{arn}","State":"{state}"}}"#);
        ok(Box::leak(format!(r#"{{"EventSourceMappings":[{other},{own}]}}"#).into_boxed_str()))
    }

    async fn stopped(replies: impl IntoIterator<Item = Reply>) -> (Answer<Option<String>>, Vec<String>) {
        let (address, seen) = server(replies);
        let workers = Workers::connect(&config(&address).await).unwrap();
        let stopped = workers.stopped("prod-Mirror", QUEUE).await;
        (stopped, seen.try_iter().map(|one| one.line).collect())
    }

    #[tokio::test]
    async fn a_function_that_runs_is_not_stopped_and_all_three_things_were_asked() {
        let (stopped, asked) = stopped([ACTIVE, mapping("Enabled"), ok("{}")]).await;
        assert_eq!(stopped, Ok(None));
        assert_eq!(
            asked,
            [
                "GET /2015-03-31/functions/prod-Mirror/configuration HTTP/1.1",
                "GET /2015-03-31/event-source-mappings/?FunctionName=prod-Mirror&MaxItems=100 HTTP/1.1",
                "GET /2019-09-30/functions/prod-Mirror/concurrency HTTP/1.1",
            ]
        );
    }

    #[tokio::test]
    async fn whatever_keeps_events_from_it_is_told() {
        let cases: [(Vec<Reply>, &str); 5] = [
            (vec![GONE], "the function prod-Mirror is not there"),
            (vec![ok(r#"{"State":"Failed"}"#)], "the function prod-Mirror is in the state Failed"),
            (vec![ACTIVE, mapping("Disabled")], "its event source mapping is disabled"),
            (
                vec![ACTIVE, ok(r#"{"EventSourceMappings":[]}"#)],
                "no event source mapping brings it events from the queue",
            ),
            (
                vec![ACTIVE, mapping("Enabled"), ok(r#"{"ReservedConcurrentExecutions":0}"#)],
                "the reserved concurrency of prod-Mirror is 0",
            ),
        ];
        for (replies, why) in cases {
            assert_eq!(stopped(replies).await.0, Ok(Some(why.to_owned())));
        }
    }

    #[tokio::test]
    async fn what_may_not_be_read_is_an_error_but_for_the_concurrency() {
        assert_eq!(stopped([DENIED]).await.0.unwrap_err().code, "AccessDeniedException");
        assert_eq!(stopped([ACTIVE, ok("7")]).await.0.unwrap_err().class, Class::Unreadable);
        assert_eq!(stopped([ACTIVE, mapping("Enabled"), DENIED]).await.0, Ok(None));
    }
}
