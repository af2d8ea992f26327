//! A stand-in for the Lambda Runtime API: hands events to a function, and takes its answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::http::{Hangup, Reply, Request, Server};

/// A function that says nothing for so long is broken: this ends a test, and decides none.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// In which trace every event is.
pub const TRACE: &str = "Root=1-5e272390-8c398be037738dc042009320";

const PREFIX: &str = "/2018-06-01/runtime/";

/// What a function said about one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Response(Vec<u8>),
    Error(String),
}

impl Answer {
    /// The answer, where it is one.
    #[must_use]
    pub fn response(&self) -> Option<&[u8]> {
        match self {
            Self::Response(body) => Some(body),
            Self::Error(_) => None,
        }
    }
}

/// How a function was called.
#[derive(Debug, Clone)]
pub struct Call {
    /// By which ARN.
    pub function: String,
    /// The client context, as JSON.
    pub client_context: Option<String>,
}

impl Default for Call {
    fn default() -> Self {
        Self { function: "arn:aws:lambda:eu-west-1:111122223333:function:f".to_owned(), client_context: None }
    }
}

struct Event {
    id: String,
    payload: Vec<u8>,
    call: Call,
}

/// The Runtime API of one function.
#[derive(Debug)]
pub struct RuntimeApi {
    server: Server,
    events: Sender<Event>,
    answers: Mutex<Receiver<(String, Answer)>>,
    count: AtomicUsize,
    polled: Arc<OnceLock<Instant>>,
}

impl RuntimeApi {
    #[must_use]
    pub fn start() -> Self {
        let (events, waiting) = channel();
        let (told, answers) = channel();
        let polled: Arc<OnceLock<Instant>> = Arc::default();
        let (state, first) = ((Mutex::new(waiting), Mutex::new(told)), Arc::clone(&polled));
        let server = Server::start(move |request| {
            if request.method == "GET" {
                first.get_or_init(Instant::now);
            }
            reply(&state.0, &state.1, &request)
        });
        Self { server, events, answers: Mutex::new(answers), count: AtomicUsize::new(0), polled }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// When the function first asked for an event. Waits for that.
    #[must_use]
    pub fn first_poll(&self) -> Instant {
        *self.polled.wait()
    }

    /// Hands the function an event; gives the id of the request.
    pub fn hand(&self, event: &[u8]) -> String {
        self.hand_called(event, Call::default())
    }

    fn hand_called(&self, event: &[u8], call: Call) -> String {
        let id = self.count.fetch_add(1, Ordering::SeqCst);
        let id = format!("00000000-0000-4000-8000-{id:012}");
        let event = Event { id: id.clone(), payload: event.to_vec(), call };
        self.events.send(event).expect("the Runtime API runs");
        id
    }

    /// The answer to a request, if it is there.
    pub fn answer(&self, id: &str) -> Option<Answer> {
        let (answered, answer) = self.answers.lock().expect("no reader panics").try_recv().ok()?;
        assert_eq!(answered, id, "an answer to another event: {answer:?}");
        Some(answer)
    }

    /// Hands the function an event and waits for its answer.
    pub fn invoke(&self, event: &[u8], call: Call) -> Answer {
        let id = self.hand_called(event, call);
        let answers = self.answers.lock().expect("no reader panics");
        let (answered, answer) =
            answers.recv_timeout(WATCHDOG).expect("the function answers; if not, see its standard error");
        assert_eq!(answered, id, "an answer to another event: {answer:?}");
        answer
    }
}

fn reply(
    events: &Mutex<Receiver<Event>>,
    answers: &Mutex<Sender<(String, Answer)>>,
    request: &Request,
) -> Reply {
    let path = request.path.strip_prefix(PREFIX).expect("a path of the Runtime API");
    if path == "invocation/next" {
        let Ok(event) = events.lock().expect("no reader panics").recv() else {
            // The test is over: the function is about to be ended.
            return Reply::Hang(Hangup(Box::new(|| ())));
        };
        return next(event);
    }
    let text = || String::from_utf8_lossy(&request.body).into_owned();
    let answer = match path.strip_prefix("invocation/").and_then(|path| path.split_once('/')) {
        Some((id, "response")) => (id.to_owned(), Answer::Response(request.body.clone())),
        Some((id, "error")) => (id.to_owned(), Answer::Error(text())),
        _ => (String::new(), Answer::Error(text())),
    };
    // The test may be over.
    answers.lock().expect("no writer panics").send(answer).unwrap_or_default();
    Reply::Send { status: 202, headers: Vec::new(), body: Vec::new() }
}

fn next(event: Event) -> Reply {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", event.id),
        // Far away, so that no clock decides a test.
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", event.call.function),
        ("lambda-runtime-trace-id", TRACE.to_owned()),
    ];
    headers.extend(event.call.client_context.map(|context| ("lambda-runtime-client-context", context)));
    Reply::Send { status: 200, headers, body: event.payload }
}
