//! AWS's REST protocol: a method, a path, a query.

use std::fmt;

use twinpool_core::port::Answer;

use super::{RawClient, Request, answer};

/// One call.
pub struct Rest<'a> {
    /// The operation, in the words of the service.
    pub operation: &'static str,
    /// Such as `GET`.
    pub method: &'static str,
    /// Begins with `/`; texts of others in it come from [`segment`].
    pub path: String,
    /// Names and values as they are.
    pub query: &'a [(&'a str, &'a str)],
    /// Beside those of the signature.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub body: Vec<u8>,
}

impl Rest<'static> {
    /// AWS's query protocol: the operation and its version among the fields of a form.
    pub(crate) fn form(operation: &'static str, version: &str, fields: &[(&str, &str)]) -> Self {
        let named = [("Action", operation), ("Version", version)];
        let pairs = named.iter().chain(fields);
        let form: Vec<_> =
            pairs.map(|(name, value)| format!("{}={}", segment(name), segment(value))).collect();
        Self {
            operation,
            method: "POST",
            path: "/".to_owned(),
            query: &[],
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: form.join("&").into_bytes(),
        }
    }
}

impl fmt::Debug for Rest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// What came back of a call that was done.
pub struct RestReply {
    headers: Vec<(String, String)>,
    /// It may hold anything.
    pub body: Vec<u8>,
}

impl RestReply {
    /// A header, by its name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RestReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestReply").finish_non_exhaustive()
    }
}

impl RawClient {
    /// Makes one call of the REST protocol, in one attempt.
    ///
    /// # Errors
    /// Those of the service, by their code.
    pub async fn rest(&self, call: Rest<'_>) -> Answer<RestReply> {
        let Rest { operation, method, path, query, headers, body } = call;
        let query: Vec<_> =
            query.iter().map(|(name, value)| format!("{}={}", segment(name), segment(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let path = format!("{path}{mark}{}", query.join("&"));
        let url = format!("{}{path}", self.endpoint);
        let signature = self.signer.sign(operation, method, &url, headers, &body).await?;
        let own = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let request = Request { method, path, headers: own.chain(signature).collect(), body };
        let reply = self.sender.send(operation, &self.endpoint, request).await?;
        answer::done(operation, &reply)?;
        Ok(RestReply { headers: reply.headers, body: reply.body })
    }
}

/// A text as one segment of a path, or as a part of a query: all but `A-Z a-z 0-9 - . _ ~` is escaped (RFC 3986).
#[must_use]
pub fn segment(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}
