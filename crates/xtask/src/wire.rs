//! A small client of the local AWS: plain HTTP, and no SDK, so that `cargo xtask` compiles in seconds.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

/// The Region of everything local.
pub const REGION: &str = "us-east-1";

/// An endpoint that speaks AWS.
#[derive(Debug, Clone)]
pub struct Aws {
    /// Such as `http://127.0.0.1:4566`.
    pub endpoint: String,
    agent: ureq::Agent,
}

/// An error that the service answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error code.
    pub code: String,
    /// What the service said. May hold names of invented people.
    pub message: String,
}

impl Refusal {
    /// Whether a user, group or anything else is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.code.contains("NotFound")
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl Aws {
    /// The endpoint with this address.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(60))).build().into();
        Self { endpoint: endpoint.into(), agent }
    }

    /// A call of Cognito.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn cognito(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("cognito-idp", &format!("AWSCognitoIdentityProviderService.{operation}"), "1.1", body)
    }

    /// A call of DynamoDB.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn dynamodb(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), "1.0", body)
    }

    /// A call of SQS.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn sqs(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("sqs", &format!("AmazonSQS.{operation}"), "1.0", body)
    }

    /// A call of CloudWatch Logs.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn logs(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("logs", &format!("Logs_20140328.{operation}"), "1.1", body)
    }

    /// A call of EventBridge.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn events(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("events", &format!("AWSEvents.{operation}"), "1.1", body)
    }

    /// A call of CloudWatch.
    ///
    /// # Errors
    /// [`Refusal`] when the service refuses.
    pub fn cloudwatch(&self, operation: &str, body: &Value) -> Result<Value> {
        self.json("monitoring", &format!("GraniteServiceVersion20100801.{operation}"), "1.0", body)
    }

    fn json(&self, service: &str, target: &str, version: &str, body: &Value) -> Result<Value> {
        let request = self
            .agent
            .post(format!("{}/", self.endpoint))
            .header("Content-Type", format!("application/x-amz-json-{version}"))
            .header("X-Amz-Target", target)
            .header("Authorization", authorization(service));
        let mut response = request.send(body.to_string()).with_context(|| format!("{target}: no answer"))?;
        let text = text_of(&mut response, target)?;
        let value = serde_json::from_str(&text);
        if response.status().is_success() {
            return if text.is_empty() {
                Ok(Value::Null)
            } else {
                value.with_context(|| format!("{target} answers no JSON"))
            };
        }
        let value = value.unwrap_or(Value::Null);
        let part = |names: [&str; 3]| names.iter().find_map(|name| value[*name].as_str()).unwrap_or_default();
        let code = part(["__type", "code", "Code"]);
        let code = code.rsplit('#').next().unwrap_or_default();
        let message = part(["message", "Message", "error"]);
        Err(Refusal { code: code.to_owned(), message: message.to_owned() }).with_context(|| target.to_owned())
    }

    /// A call of CloudFormation; the answer is XML.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn cloudformation(&self, action: &str, parameters: &[(String, String)]) -> Result<String> {
        let fixed = [("Action", action), ("Version", "2010-05-15")];
        let all =
            fixed.into_iter().chain(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = self
            .agent
            .post(format!("{}/", self.endpoint))
            .header("Authorization", authorization("cloudformation"));
        let mut response = request.send_form(all).with_context(|| format!("{action}: no answer"))?;
        let text = text_of(&mut response, action)?;
        if response.status().is_success() {
            return Ok(text);
        }
        bail!("{action}: {}", tags(&text, "Message").first().copied().unwrap_or("refused"))
    }

    /// A call of an API that names its resources in the path, as SES does.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn post(&self, path: &str, service: &str, body: &Value) -> Result<Value> {
        let request = self.agent.post(format!("{}/{path}", self.endpoint));
        let request =
            request.header("Authorization", authorization(service)).content_type("application/json");
        Self::read(path, request.send(body.to_string()))
    }

    /// The same, where something that is there is changed.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn change(&self, path: &str, service: &str, body: &Value) -> Result<Value> {
        let request = self.agent.put(format!("{}/{path}", self.endpoint));
        let request =
            request.header("Authorization", authorization(service)).content_type("application/json");
        Self::read(path, request.send(body.to_string()))
    }

    /// What the local AWS tells of itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.look(path, "none")
    }

    /// What an API tells that names its resources in the path.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn look(&self, path: &str, service: &str) -> Result<Value> {
        let request = self.agent.get(format!("{}/{path}", self.endpoint));
        Self::read(path, request.header("Authorization", authorization(service)).call())
    }

    fn read(path: &str, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value> {
        let mut response = answer.with_context(|| format!("{path}: no answer"))?;
        let text = text_of(&mut response, path)?;
        if !response.status().is_success() {
            bail!("{path}: HTTP {}: {text}", response.status());
        }
        serde_json::from_str(&text).with_context(|| format!("{path} answers no JSON"))
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// When the function fails, or Lambda refuses.
    pub fn invoke(&self, function: &str, input: &Value) -> Result<Value> {
        let name = function.rsplit(':').next().unwrap_or(function);
        let url = format!("{}/2015-03-31/functions/{name}/invocations", self.endpoint);
        let request = self.agent.post(url).header("Authorization", authorization("lambda"));
        let mut response = request.send(input.to_string()).with_context(|| format!("{name}: no answer"))?;
        let text = text_of(&mut response, name)?;
        if response.status().is_success() && response.headers().get("X-Amz-Function-Error").is_none() {
            return serde_json::from_str(&text).with_context(|| format!("{name} answers no JSON"));
        }
        bail!("{name} fails: {text}")
    }

    /// Puts an object into a bucket, or makes the bucket.
    ///
    /// # Errors
    /// When S3 refuses.
    pub fn put(&self, path: &str, body: &[u8]) -> Result<()> {
        let request =
            self.agent.put(format!("{}/{path}", self.endpoint)).header("Authorization", authorization("s3"));
        let response = request.send(body)?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(anyhow!("cannot put {path} into the local S3: HTTP {}", response.status()))
    }
}

/// All of an answer: what broke off is none.
fn text_of(response: &mut ureq::http::Response<ureq::Body>, asked: &str) -> Result<String> {
    response.body_mut().read_to_string().with_context(|| format!("{asked}: the answer broke off"))
}

/// Names the caller and the service; local servers do not check the signature.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// The texts of all elements with this name.
#[must_use]
pub fn tags<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(open.as_str()).skip(1);
    parts.filter_map(|part| part.split(close.as_str()).next()).collect()
}

#[cfg(test)]
pub(crate) mod tests;
