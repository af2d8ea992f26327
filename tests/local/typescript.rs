//! A person at the TypeScript client, as an application has it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};
use xtask::local::Stack;
use xtask::tools;

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// With tokens: what is written in the ID token and in the access token.
    Tokens(Box<(Value, Value)>),
    /// Without: the reason.
    Refused(String),
}

impl End {
    /// The ID token.
    pub(crate) fn id(&self) -> &Value {
        match self {
            Self::Tokens(tokens) => &tokens.0,
            Self::Refused(why) => panic!("nobody is signed in: {why}"),
        }
    }

    /// The access token.
    pub(crate) fn access(&self) -> &Value {
        match self {
            Self::Tokens(tokens) => &tokens.1,
            Self::Refused(why) => panic!("nobody is signed in: {why}"),
        }
    }

    /// The groups in the access token, sorted.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<_> = self.access()["cognito:groups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        groups.sort_unstable();
        groups
    }

    /// The reason why there are no tokens.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Tokens(_) => panic!("somebody is signed in who must not be"),
            Self::Refused(why) => why,
        }
    }
}

/// An application at the new pool of a stack.
pub(crate) struct Application {
    pool: Value,
}

impl Application {
    /// With this `continuity`, and SRP unless the pool is one of cognito-local.
    pub(crate) fn of(stack: &Stack, continuity: &str) -> Self {
        let pool = &stack.addresses.new_pool;
        let flow =
            if pool.endpoint == stack.addresses.endpoint { "USER_SRP_AUTH" } else { "USER_PASSWORD_AUTH" };
        let settings = json!({
            "userPoolId": pool.id, "clientId": pool.client_id, "endpoint": format!("{}/", pool.endpoint),
            "continuity": continuity, "plainFlow": flow,
        });
        Self { pool: settings }
    }

    /// Somebody signs in, and is asked nothing.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> End {
        self.asked(username, password, |question| panic!("nothing should be asked: {question}"))
    }

    /// Somebody signs in, and answers what is asked.
    pub(crate) fn asked(
        &self,
        username: &str,
        password: &str,
        mut answer: impl FnMut(&Value) -> String,
    ) -> End {
        let mut child = Command::new("node")
            .arg(tools::client())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs the client: cargo xtask test compiles it");
        let (mut to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut tell = |line: &Value| writeln!(to, "{line}").unwrap();
        tell(&json!({ "pool": self.pool, "username": username, "password": password }));
        for line in from.lines() {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if let Some(tokens) = line.get("tokens") {
                child.wait().unwrap();
                return End::Tokens(Box::new((claims(&tokens["id"]), claims(&tokens["access"]))));
            }
            if let Some(reason) = line["refused"].as_str() {
                child.wait().unwrap();
                return End::Refused(reason.to_owned());
            }
            tell(&answer(&line).into());
        }
        panic!("the client ended without a word: {:?}", child.wait())
    }
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().and_then(|token| token.split('.').nth(1)).expect("a token has three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
