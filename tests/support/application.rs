//! A person at the TypeScript client, as an application has it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use xtask::tools;

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// With tokens: what is written in the ID token and in the access token.
    Tokens(Box<(Value, Value)>),
    /// Without: the reason.
    Refused(String),
}

impl End {
    /// The ID token.
    #[must_use]
    pub fn id(&self) -> &Value {
        match self {
            Self::Tokens(tokens) => &tokens.0,
            Self::Refused(why) => panic!("nobody is signed in: {why}"),
        }
    }

    /// The access token.
    #[must_use]
    pub fn access(&self) -> &Value {
        match self {
            Self::Tokens(tokens) => &tokens.1,
            Self::Refused(why) => panic!("nobody is signed in: {why}"),
        }
    }

    /// The groups in the access token, sorted.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
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
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Tokens(_) => panic!("somebody is signed in who must not be"),
            Self::Refused(why) => why,
        }
    }
}

/// An application, with its settings: the `Pool` of the client.
#[derive(Debug)]
pub struct Application {
    pool: Value,
}

impl Application {
    #[must_use]
    pub fn new(pool: Value) -> Self {
        Self { pool }
    }

    /// Somebody signs in, and is asked nothing.
    #[must_use]
    pub fn sign_in(&self, username: &str, password: &str) -> End {
        self.asked(username, password, |question| panic!("nothing should be asked: {question}"))
    }

    /// Somebody signs in, and answers what is asked.
    pub fn asked(&self, username: &str, password: &str, answer: impl FnMut(&Value) -> String) -> End {
        self.run(&json!({ "pool": self.pool, "username": username, "password": password }), answer)
    }

    /// Somebody signs in who has given no password, and answers what is asked.
    pub fn without_password(&self, username: &str, answer: impl FnMut(&Value) -> String) -> End {
        self.run(&json!({ "pool": self.pool, "username": username }), answer)
    }

    /// Somebody signs in where the route sends them, and is asked nothing. `route`: the `Asked` of the client; `pools`: both applications.
    #[must_use]
    pub fn sign_in_where_sent(route: &Value, pools: [&Self; 2], username: &str, password: &str) -> End {
        let [old, new] = pools.map(|application| &application.pool);
        let begin = json!({ "route": route, "pools": { "old": old, "new": new }, "username": username, "password": password });
        pools[1].run(&begin, |question| panic!("nothing should be asked: {question}"))
    }

    fn run(&self, begin: &Value, mut answer: impl FnMut(&Value) -> String) -> End {
        let mut child = client();
        let mut to = child.stdin.take().expect("a pipe");
        let from = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut tell = |line: &Value| writeln!(to, "{line}").expect("the client reads");
        tell(begin);
        for line in from.lines() {
            let line: Value = serde_json::from_str(&line.expect("text")).expect("a line of JSON");
            if let Some(tokens) = line.get("tokens") {
                child.wait().expect("the client ends");
                return End::Tokens(Box::new((claims(&tokens["id"]), claims(&tokens["access"]))));
            }
            if let Some(reason) = line["refused"].as_str() {
                child.wait().expect("the client ends");
                return End::Refused(reason.to_owned());
            }
            tell(&answer(&line).into());
        }
        panic!("the client ended without a word: {:?}", child.wait())
    }
}

/// The client, which waits for its first line.
fn client() -> Child {
    client_of(&[])
}

/// The same, in a Node that begins with these options.
fn client_of(options: &[&str]) -> Child {
    Command::new("node")
        .args(options)
        .arg(tools::client())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs the client: cargo xtask test compiles it")
}

/// Where the client is sent, asked at these times in milliseconds; `None`: the application is started anew. Pool, and where it is known from.
///
/// # Panics
/// When the client does not answer.
#[must_use]
pub fn sent(route: &Value, times: &[Option<u64>]) -> Vec<(String, String)> {
    sent_by(client(), route, times)
}

/// The same on React Native, or in an older Safari: there is no `AbortSignal.timeout`.
///
/// # Panics
/// When the client does not answer.
#[must_use]
pub fn sent_on_an_old_platform(route: &Value, times: &[Option<u64>]) -> Vec<(String, String)> {
    sent_by(client_of(&["--import", "data:text/javascript,delete AbortSignal.timeout"]), route, times)
}

fn sent_by(mut child: Child, route: &Value, times: &[Option<u64>]) -> Vec<(String, String)> {
    let mut to = child.stdin.take().expect("a pipe");
    let mut from = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    writeln!(to, "{}", json!({ "route": route })).expect("the client reads");
    let ask = |time: &Option<u64>| {
        let line = time.map_or_else(|| json!("again"), Value::from);
        writeln!(to, "{line}").expect("the client reads");
        let told = from.next().expect("the client answers").expect("text");
        let told: Value = serde_json::from_str(&told).expect("a line of JSON");
        let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        (word("pool"), word("from"))
    };
    let told = times.iter().map(ask).collect();
    drop(to);
    child.wait().expect("the client ends");
    told
}

fn claims(token: &Value) -> Value {
    xtask::local::claims(token.as_str().expect("a token")).expect("claims")
}
