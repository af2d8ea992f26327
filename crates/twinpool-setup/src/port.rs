//! What setting up needs of AWS.

use std::fmt;
use std::future::Future;

use serde_json::{Map, Value};
use twinpool_core::id::PoolId;
use twinpool_core::port::Answer;

/// An object, every field as AWS sent it.
pub type Json = Map<String, Value>;

/// The settings of one pool, unread and unshortened (F§6).
///
/// # Errors
/// Those of AWS, by their code.
pub trait PoolSettings: Send + Sync {
    /// Which pool.
    fn id(&self) -> &PoolId;

    /// `UserPool` of DescribeUserPool.
    fn describe(&self) -> impl Future<Output = Answer<Json>> + Send;

    /// UpdateUserPool. The body names everything that is to stay; AWS resets what is left out (F§6). `UserPoolId` is added.
    fn update(&self, body: &Json) -> impl Future<Output = Answer<()>> + Send;

    /// GetUserPoolMfaConfig, whole.
    fn mfa(&self) -> impl Future<Output = Answer<Json>> + Send;

    /// SetUserPoolMfaConfig. `UserPoolId` is added.
    fn set_mfa(&self, body: &Json) -> impl Future<Output = Answer<()>> + Send;
}

/// A function, perhaps with an alias: `arn:aws:lambda:<region>:<account>:function:<name>[:<alias>]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionArn(String);

/// What is no ARN of a function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no ARN of a Lambda function: arn:aws:lambda:<region>:<account>:function:<name>")]
pub struct NoFunctionArn;

impl FunctionArn {
    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, NoFunctionArn> {
        let parts: Vec<_> = text.split(':').collect();
        let is_arn = matches!(parts.as_slice(), ["arn", partition, "lambda", region, account, "function", rest @ ..]
            if matches!(rest.len(), 1 | 2)
                && rest.iter().chain([partition, region, account]).all(|part| !part.is_empty())
                && text.len() <= 200
                && text.bytes().all(|c| c.is_ascii_alphanumeric() || b":-_$".contains(&c)));
        is_arn.then(|| Self(text.to_owned())).ok_or(NoFunctionArn)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ARN without an alias or a version.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        let end = self.0.match_indices(':').nth(6).map_or(self.0.len(), |(at, _)| at);
        Self(self.0.chars().take(end).collect())
    }

    /// The alias or version, if there is one.
    #[must_use]
    pub fn qualifier(&self) -> Option<&str> {
        self.0.splitn(8, ':').nth(7)
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Lets a pool call a function: one statement of its policy (F§2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The name of the statement.
    pub statement_id: String,
    /// The ARN of the pool.
    pub source_arn: String,
    /// The account of the pool.
    pub source_account: String,
}

/// What a function answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Invoked {
    /// `X-Amz-Function-Error`, when the function failed.
    pub error: Option<String>,
    /// What it returned. It may hold anything.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Invoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invoked").field("error", &self.error).finish_non_exhaustive()
    }
}

/// Lambda functions.
///
/// # Errors
/// Those of AWS, by their code.
pub trait Functions: Send + Sync {
    /// GetFunctionConfiguration, whole; `None` where there is no such function or alias.
    fn configuration(&self, function: &FunctionArn) -> impl Future<Output = Answer<Option<Json>>> + Send;

    /// GetPolicy: the document itself; `None` where there is none.
    fn policy(&self, function: &FunctionArn) -> impl Future<Output = Answer<Option<Json>>> + Send;

    /// AddPermission for `cognito-idp.amazonaws.com`, with SourceArn and SourceAccount. A statement of this name that is there
    /// already is no error.
    fn allow(
        &self,
        function: &FunctionArn,
        permission: &Permission,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// RemovePermission. One that is not there is no error.
    fn disallow(&self, function: &FunctionArn, statement_id: &str)
    -> impl Future<Output = Answer<()>> + Send;

    /// Invoke, and wait for the answer.
    fn invoke(&self, function: &FunctionArn, payload: &[u8]) -> impl Future<Output = Answer<Invoked>> + Send;
}

/// What was there before, kept until it is put back.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// Of which pool.
    pub pool: PoolId,
    /// `UserPool` of DescribeUserPool, before the first change.
    pub description: Json,
    /// GetUserPoolMfaConfig, before the first change.
    pub mfa: Json,
    /// Which function was put into which slots: the slots as `LambdaConfig` names them.
    pub attached: Vec<(String, FunctionArn)>,
    /// Milliseconds since 1970.
    pub at: u64,
}

/// Keeps what was there before.
///
/// # Errors
/// Those of AWS or of the file.
pub trait Archive: Send + Sync {
    /// Keeps it, in place of what was kept of this pool.
    fn save(&self, saved: &Saved) -> impl Future<Output = Answer<()>> + Send;

    /// What is kept of a pool.
    fn find(&self, pool: &PoolId) -> impl Future<Output = Answer<Option<Saved>>> + Send;

    /// Keeps it no longer.
    fn forget(&self, pool: &PoolId) -> impl Future<Output = Answer<()>> + Send;
}
