//! A stand-in for SQS that takes messages, refuses them, or says nothing.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::http::{Hangup, Reply, Request, Server};
use crate::runtime_api::WATCHDOG;

/// What the queue does with a message.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    Takes,
    Refuses { status: u16, code: &'static str },
    SaysNothing,
}

/// One SendMessage, as it came over the wire.
#[derive(Debug, Clone)]
pub struct Sent {
    pub connection: usize,
    pub queue_url: String,
    pub group: String,
    pub deduplication: String,
    pub body: String,
    /// The trace in which it was sent, which SQS gives to whoever receives it.
    pub trace: Option<String>,
}

#[derive(Debug, Default)]
struct Seen {
    sent: Vec<Sent>,
    warm_ups: Vec<usize>,
}

/// A queue with one sender.
#[derive(Debug)]
pub struct Sqs {
    server: Server,
    seen: Arc<Mutex<Seen>>,
    mood: Arc<Mutex<Mood>>,
    hangups: Receiver<usize>,
}

impl Sqs {
    #[must_use]
    pub fn start(mood: Mood) -> Self {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let mood = Arc::new(Mutex::new(mood));
        let (hung_up, hangups) = channel();
        let state = (Arc::clone(&seen), Arc::clone(&mood), Mutex::new(hung_up));
        let server = Server::start(move |request| reply(&state.0, &state.1, &state.2, &request));
        Self { server, seen, mood, hangups }
    }

    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().expect("no holder panics") = mood;
    }

    /// What came since the last call of this.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.seen.lock().expect("no holder panics").sent)
    }

    /// The connections that were opened ahead of any message.
    #[must_use]
    pub fn warm_ups(&self) -> Vec<usize> {
        self.seen.lock().expect("no holder panics").warm_ups.clone()
    }

    /// Waits until the sender has given up on a request that got no answer. Gives its connection.
    pub fn given_up(&self) -> usize {
        self.hangups.recv_timeout(WATCHDOG).expect("the sender gives up on a queue that says nothing")
    }
}

fn reply(seen: &Mutex<Seen>, mood: &Mutex<Mood>, hung_up: &Mutex<Sender<usize>>, request: &Request) -> Reply {
    let connection = request.connection;
    let mood = *mood.lock().expect("no holder panics");
    let send = |status: u16, body: &Value| Reply::Send {
        status,
        headers: vec![("content-type", "application/x-amz-json-1.0".to_owned())],
        body: body.to_string().into_bytes(),
    };
    if request.header("x-amz-target") == Some("AmazonSQS.SendMessage") {
        seen.lock().expect("no holder panics").sent.push(sent(request));
    } else {
        assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0), "{request:?}");
        seen.lock().expect("no holder panics").warm_ups.push(connection);
        if !matches!(mood, Mood::SaysNothing) {
            return send(404, &json!({}));
        }
    }
    match mood {
        Mood::Takes => send(200, &json!({ "MessageId": "m", "SequenceNumber": "1" })),
        Mood::Refuses { status, code } => {
            send(status, &json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "no" }))
        }
        Mood::SaysNothing => {
            let hung_up = hung_up.lock().expect("no holder panics").clone();
            Reply::Hang(Hangup(Box::new(move || hung_up.send(connection).unwrap_or_default())))
        }
    }
}

fn sent(request: &Request) -> Sent {
    let call: Value = serde_json::from_slice(&request.body).expect("a SendMessage in JSON");
    let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
    Sent {
        connection: request.connection,
        queue_url: text("QueueUrl"),
        group: text("MessageGroupId"),
        deduplication: text("MessageDeduplicationId"),
        body: text("MessageBody"),
        trace: request
            .headers()
            .find(|(name, _)| *name == "x-amzn-trace-id")
            .map(|(_, trace)| trace.to_owned()),
    }
}

/// An address where nobody listens, and nobody can while this lives: the near end of a connection of its own.
#[derive(Debug)]
pub struct Nobody {
    near: TcpStream,
    _far: TcpListener,
}

impl Nobody {
    #[must_use]
    pub fn new() -> Self {
        let far = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let near =
            TcpStream::connect(far.local_addr().expect("an address")).expect("a connection to ourselves");
        Self { near, _far: far }
    }

    fn address(&self) -> SocketAddr {
        self.near.local_addr().expect("an address")
    }

    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }
}

impl Default for Nobody {
    fn default() -> Self {
        Self::new()
    }
}
