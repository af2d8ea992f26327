//! A stand-in for Invoke of Lambda: functions are closures.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::http::{Hangup, Reply, Request, Server};
use crate::runtime_api::WATCHDOG;

/// What becomes of a call.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function answers this.
    Says(Vec<u8>),
    /// The function ends with an error.
    Fails(String),
    /// Lambda does not call it.
    Refuses { status: u16, code: &'static str },
    /// Nothing comes back, ever.
    Hangs,
    /// The connection breaks.
    Breaks,
}

/// One Invoke, as it came over the wire.
#[derive(Debug, Clone)]
pub struct Invoked {
    pub connection: usize,
    pub function: String,
    pub payload: Vec<u8>,
    /// As JSON.
    pub client_context: String,
    pub trace: Option<String>,
}

#[derive(Debug, Default)]
struct Seen {
    invoked: Vec<Invoked>,
    warm_ups: Vec<usize>,
}

/// A Lambda with functions of the test's own.
#[derive(Debug)]
pub struct Lambda {
    server: Server,
    seen: Arc<Mutex<Seen>>,
    hangups: Receiver<()>,
}

impl Lambda {
    /// Answers each call so; `call` gets how many calls came before.
    pub fn start(call: impl Fn(usize, &Invoked) -> Outcome + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let state = Arc::clone(&seen);
        let (hung_up, hangups) = channel();
        let hung_up = Mutex::new(hung_up);
        let server = Server::start(move |request| {
            let Some(invoked) = invoked(&request) else {
                assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0), "{request:?}");
                state.lock().expect("no holder panics").warm_ups.push(request.connection);
                return refusal(404, "UnknownOperationException");
            };
            let before = {
                let mut seen = state.lock().expect("no holder panics");
                seen.invoked.push(invoked.clone());
                seen.invoked.len() - 1
            };
            match call(before, &invoked) {
                Outcome::Says(body) => Reply::Send { status: 200, headers: Vec::new(), body },
                Outcome::Fails(body) => Reply::Send {
                    status: 200,
                    headers: vec![("x-amz-function-error", "Unhandled".to_owned())],
                    body: body.into_bytes(),
                },
                Outcome::Refuses { status, code } => refusal(status, code),
                Outcome::Hangs => {
                    let hung_up = hung_up.lock().expect("no holder panics").clone();
                    Reply::Hang(Hangup(Box::new(move || hung_up.send(()).unwrap_or_default())))
                }
                Outcome::Breaks => Reply::Close,
            }
        });
        Self { server, seen, hangups }
    }

    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What came since the last call of this.
    #[must_use]
    pub fn take(&self) -> Vec<Invoked> {
        std::mem::take(&mut self.seen.lock().expect("no holder panics").invoked)
    }

    /// The connections that were opened ahead of any call.
    #[must_use]
    pub fn warm_ups(&self) -> Vec<usize> {
        self.seen.lock().expect("no holder panics").warm_ups.clone()
    }

    /// Waits until a caller has given up on a call that got no answer.
    pub fn given_up(&self) {
        self.hangups.recv_timeout(WATCHDOG).expect("the caller gives up on a function that says nothing");
    }
}

fn invoked(request: &Request) -> Option<Invoked> {
    let path = request.path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
    assert!(
        request.header("authorization").is_some_and(|signature| signature.contains("/lambda/aws4_request"))
    );
    Some(Invoked {
        connection: request.connection,
        function: path.replace("%3A", ":").replace("%24", "$"),
        payload: request.body.clone(),
        client_context: base64_text(request.header("x-amz-client-context").unwrap_or_default()),
        trace: request.header("x-amzn-trace-id").map(str::to_owned),
    })
}

fn base64_text(encoded: &str) -> String {
    let bytes = BASE64_STANDARD.decode(encoded).expect("a client context in base64");
    String::from_utf8(bytes).expect("a client context is text")
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Send {
        status,
        headers: vec![("x-amzn-errortype", code.to_owned())],
        body: br#"{"Message":"no"}"#.to_vec(),
    }
}
