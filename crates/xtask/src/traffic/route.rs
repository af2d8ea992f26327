//! Where people are sent: the deployed route is asked, as an application asks it.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::local::Stack;
use crate::wire::Aws;

/// The pool that somebody is to sign in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// The one being left.
    Old,
    /// The one being moved to.
    New,
}

/// The function.
#[derive(Debug)]
pub(super) struct Route {
    aws: Aws,
    function: String,
}

impl Route {
    pub(super) fn of(stack: &Stack) -> Result<Self> {
        Ok(Self { aws: stack.aws(), function: stack.output("RouteArn")? })
    }

    /// Of this user id.
    pub(super) fn home(&self, user_id: &str) -> Result<Home> {
        let answer = self.aws.invoke(&self.function, &question(user_id))?;
        let body = answer["body"].as_str().context("the route answers nothing")?;
        let body: Value = serde_json::from_str(body).context("the route answers no JSON")?;
        match body["pool"].as_str() {
            Some("old") => Ok(Home::Old),
            Some("new") => Ok(Home::New),
            _ => bail!("the route answers {body}"),
        }
    }
}

/// A request, as the function gets it from its URL.
fn question(user_id: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/v1/route",
        "rawQueryString": format!("id={user_id}"),
        "headers": { "host": "route.example.com" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "url", "domainName": "route.example.com", "domainPrefix": "route",
            "http": {
                "method": "GET", "path": "/v1/route", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "traffic",
            },
            "requestId": "1", "routeKey": "$default", "stage": "$default",
            "time": "21/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_219_200_000_u64,
        },
        "isBase64Encoded": false,
    })
}
