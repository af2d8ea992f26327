//! Functions in memory: policies, configuration, and an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{FunctionArn, Functions, Invoked, Json, Permission};

use crate::process::Process;

/// What a function does when it is invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Gives back what it got. One that is told to let people in by challenges asks for one.
    Echo,
    /// Gives back something else.
    Says(Vec<u8>),
    /// Gives back what it got so many times, and fails from then on.
    EchoFor(usize),
    /// Fails.
    Fails,
}

#[derive(Debug)]
struct Function {
    configuration: Json,
    behaviour: Behaviour,
    statements: Vec<Value>,
    invocations: usize,
}

/// All functions of a Region. A function and each of its aliases have a policy of their own (F§2).
#[derive(Debug, Default)]
pub struct MemoryFunctions {
    functions: Mutex<BTreeMap<FunctionArn, Function>>,
}

impl MemoryFunctions {
    /// No function.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Puts a function, or an alias, there.
    pub fn put(&self, arn: &FunctionArn, environment: Value, behaviour: Behaviour) {
        let configuration = json!({"FunctionArn": arn.as_str(), "State": "Active", "LastUpdateStatus": "Successful",
            "Environment": {"Variables": environment}});
        let configuration = configuration.as_object().cloned().expect("an object");
        let function = Function { configuration, behaviour, statements: Vec::new(), invocations: 0 };
        self.functions().insert(arn.clone(), function);
    }

    /// Somebody deletes it.
    pub fn remove(&self, arn: &FunctionArn) {
        self.functions().remove(arn);
    }

    /// From now on it does this.
    pub fn behave(&self, arn: &FunctionArn, behaviour: Behaviour) {
        self.functions().get_mut(arn).expect("a function").behaviour = behaviour;
    }

    /// How often it was invoked.
    #[must_use]
    pub fn invocations(&self, arn: &FunctionArn) -> usize {
        self.functions().get(arn).map_or(0, |function| function.invocations)
    }

    /// The names of the statements of its policy.
    #[must_use]
    pub fn statements(&self, arn: &FunctionArn) -> Vec<String> {
        let functions = self.functions();
        let statements =
            functions.get(arn).map(|function| function.statements.as_slice()).unwrap_or_default();
        statements.iter().filter_map(|it| it.get("Sid")?.as_str().map(str::to_owned)).collect()
    }

    /// Whether a pool may invoke it (F§2).
    #[must_use]
    pub fn lets_in(&self, arn: &FunctionArn, pool_arn: &str) -> bool {
        let functions = self.functions();
        let statements =
            functions.get(arn).map(|function| function.statements.as_slice()).unwrap_or_default();
        statements.iter().any(|it| it.pointer("/Condition/ArnLike/AWS:SourceArn") == Some(&json!(pool_arn)))
    }

    /// The functions as one process calls them.
    #[must_use]
    pub fn handle(self: &Arc<Self>, process: &Arc<Process>) -> FunctionsHandle {
        FunctionsHandle { functions: Arc::clone(self), process: Arc::clone(process) }
    }

    fn functions(&self) -> MutexGuard<'_, BTreeMap<FunctionArn, Function>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Functions as one process calls them.
#[derive(Debug, Clone)]
pub struct FunctionsHandle {
    functions: Arc<MemoryFunctions>,
    process: Arc<Process>,
}

impl FunctionsHandle {
    async fn call<T: Send>(
        &self,
        operation: &'static str,
        arn: &FunctionArn,
        work: impl FnOnce(Option<&mut Function>) -> Answer<T> + Send,
    ) -> Answer<T> {
        self.process.enter(operation).await?;
        let answer = work(self.functions.functions().get_mut(arn))?;
        self.process.leave(operation).await?;
        Ok(answer)
    }
}

fn missing(operation: &'static str) -> PortError {
    PortError::new(Class::NotFound, operation, "ResourceNotFoundException")
}

fn invalid(operation: &'static str) -> PortError {
    PortError::new(Class::Rejected, operation, "ValidationException")
}

/// A statement, as GetPolicy shows what AddPermission made (F§2).
fn statement(arn: &FunctionArn, permission: &Permission) -> Value {
    json!({"Sid": permission.statement_id, "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Action": "lambda:InvokeFunction",
        "Resource": arn.as_str(), "Condition": {
            "StringEquals": {"AWS:SourceAccount": permission.source_account},
            "ArnLike": {"AWS:SourceArn": permission.source_arn}}})
}

fn is_statement_id(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c))
}

impl Functions for FunctionsHandle {
    async fn configuration(&self, function: &FunctionArn) -> Answer<Option<Json>> {
        let read = |found: Option<&mut Function>| Ok(found.map(|found| found.configuration.clone()));
        self.call("GetFunctionConfiguration", function, read).await
    }

    async fn policy(&self, function: &FunctionArn) -> Answer<Option<Json>> {
        self.call("GetPolicy", function, |found| {
            let statements = found.map(|found| found.statements.clone()).unwrap_or_default();
            let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
            Ok(policy.as_object().cloned().filter(|_| !statements.is_empty()))
        })
        .await
    }

    async fn allow(&self, function: &FunctionArn, permission: &Permission) -> Answer<()> {
        let account = &permission.source_account;
        let is_account = account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit());
        self.call("AddPermission", function, |found| {
            let found = found.ok_or(missing("AddPermission"))?;
            if !is_account || !is_statement_id(&permission.statement_id) {
                return Err(invalid("AddPermission"));
            }
            let is_there = found.statements.iter().any(|it| it["Sid"] == permission.statement_id.as_str());
            if !is_there {
                found.statements.push(statement(function, permission));
            }
            Ok(())
        })
        .await
    }

    async fn disallow(&self, function: &FunctionArn, statement_id: &str) -> Answer<()> {
        self.call("RemovePermission", function, |found| {
            if let Some(found) = found {
                found.statements.retain(|it| it["Sid"] != statement_id);
            }
            Ok(())
        })
        .await
    }

    async fn invoke(&self, function: &FunctionArn, payload: &[u8]) -> Answer<Invoked> {
        self.call("Invoke", function, |found| {
            let found = found.ok_or(missing("Invoke"))?;
            found.invocations += 1;
            Ok(match &found.behaviour {
                Behaviour::EchoFor(times) if found.invocations > *times => failed(),
                Behaviour::Echo | Behaviour::EchoFor(_) => {
                    Invoked { error: None, payload: answer(&found.configuration, payload) }
                }
                Behaviour::Says(bytes) => Invoked { error: None, payload: bytes.clone() },
                Behaviour::Fails => failed(),
            })
        })
        .await
    }
}

/// What it got; the first step of a sign-in by challenges with the challenge (F§1.3), where its environment asks for them.
fn answer(configuration: &Json, payload: &[u8]) -> Vec<u8> {
    let continuity =
        configuration.get("Environment").and_then(|it| it.pointer("/Variables/TWINPOOL_CONTINUITY"));
    let challenges = continuity.is_some_and(|it| it == "challenges" || it == "all");
    let event = serde_json::from_slice::<Value>(payload).ok().filter(|_| challenges);
    let is_first = |event: &Value| event["triggerSource"] == "DefineAuthChallenge_Authentication";
    match event.filter(is_first) {
        Some(mut event) => {
            event["response"] = json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false});
            event.to_string().into_bytes()
        }
        None => payload.to_vec(),
    }
}

fn failed() -> Invoked {
    Invoked { error: Some("Unhandled".to_owned()), payload: br#"{"errorMessage": "x"}"#.to_vec() }
}
