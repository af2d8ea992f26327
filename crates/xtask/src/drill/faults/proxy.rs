//! What stands between twinpool and the local AWS. A thread per connection; nothing of what passes is written down.

use std::collections::BTreeMap;
use std::io::{BufReader, Result, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::super::dice::Dice;
use super::chance::{self, Fault};
use super::counts::{Counts, Service};
use super::message::Message;
use super::refusal;
use crate::process;

/// The local AWS closes connections that nobody used for five seconds: none is used that may be closing.
const FRESH: Duration = Duration::from_secs(1);

/// For an answer of the local AWS.
const PATIENCE: Duration = Duration::from_secs(60);

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    endpoint: String,
}

#[derive(Debug)]
struct Shared {
    /// Host and port of the local AWS.
    server: String,
    dice: Mutex<Dice>,
    rages: AtomicBool,
    is_over: AtomicBool,
    counts: Counts,
    /// The connections of clients, by their number.
    open: Mutex<BTreeMap<usize, TcpStream>>,
    /// So many calls are on their way that nobody waits for.
    late: AtomicUsize,
}

/// What a client gets.
enum Reply {
    Whole(Vec<u8>),
    /// This, and then the end.
    Last(Vec<u8>),
}

impl Proxy {
    /// Listens on a free port of the loopback, and passes everything on to this endpoint.
    pub(super) fn before(endpoint: &str, seed: usize) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on the loopback")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server: endpoint.trim_start_matches("http://").to_owned(),
            dice: Mutex::new(Dice::of(seed)),
            rages: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            counts: Counts::default(),
            open: Mutex::default(),
            late: AtomicUsize::new(0),
        });
        let of_listener = Arc::clone(&shared);
        thread::spawn(move || listen(&listener, &of_listener));
        Ok(Self { shared, address, endpoint: format!("http://{address}") })
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// From now on calls are spoilt, or not any more.
    pub(super) fn let_rage(&self, rages: bool) {
        self.shared.rages.store(rages, Ordering::SeqCst);
    }

    /// Cuts all connections that are open now. What has arrived takes effect; what is being delayed never arrives.
    pub(super) fn cut_all(&self) {
        let open = std::mem::take(&mut *self.shared.open());
        for connection in open.values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        self.shared.counts.cut_all(open.len());
    }

    /// Waits until every call has arrived that nobody waits for.
    pub(super) fn wait_for_the_late(&self) -> anyhow::Result<()> {
        process::wait_for("late calls to arrive", || {
            Ok((self.shared.late.load(Ordering::SeqCst) == 0).then_some(()))
        })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener.
        drop(TcpStream::connect(self.address));
        self.cut_all();
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, client) in listener.incoming().map_while(Result::ok).enumerate() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // Whoever closes it, the next call comes over another connection.
            let _ = shared.serve(number, &client);
            shared.open().remove(&number);
            let _ = client.shutdown(Shutdown::Both);
        });
    }
}

impl Shared {
    fn serve(&self, number: usize, client: &TcpStream) -> Result<()> {
        client.set_nodelay(true)?;
        self.open().insert(number, client.try_clone()?);
        let (mut reader, mut writer) = (BufReader::new(client.try_clone()?), client);
        let mut server = Server { address: &self.server, connection: None };
        while let Some(request) = Message::request(&mut reader)? {
            match self.reply(number, &mut server, &request)? {
                Some(Reply::Whole(answer)) => writer.write_all(&answer)?,
                Some(Reply::Last(answer)) => return writer.write_all(&answer),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Nothing, where the connection is to be closed without a word.
    fn reply(&self, number: usize, server: &mut Server<'_>, request: &Message) -> Result<Option<Reply>> {
        let (service, operation) = target(request);
        let fault = self.throw(service, operation);
        self.counts.call(service, fault);
        let answer = match fault {
            Some(Fault::Throttle) => {
                return Ok(Some(Reply::Whole(refusal::too_many(service, operation, &mut self.dice()))));
            }
            Some(Fault::CutBefore) => return Ok(None),
            Some(Fault::CutAfter { begins }) => {
                let mut answer = server.ask(request)?.bytes();
                answer.truncate(answer.len() / 2);
                return Ok(begins.then_some(Reply::Last(answer)));
            }
            Some(Fault::Twice { first }) => {
                let (one, other) = (server.ask(request)?, server.ask(request)?);
                if first { one } else { other }
            }
            Some(Fault::Delay(by)) => {
                wait(by);
                if !self.open().contains_key(&number) {
                    return Ok(None);
                }
                server.ask(request)?
            }
            Some(Fault::Late(by)) => {
                self.late.fetch_add(1, Ordering::SeqCst);
                wait(by);
                let answer = server.ask(request);
                self.late.fetch_sub(1, Ordering::SeqCst);
                answer?
            }
            None => server.ask(request)?,
        };
        let bytes = answer.bytes();
        Ok(Some(if answer.ended_with_connection { Reply::Last(bytes) } else { Reply::Whole(bytes) }))
    }

    fn throw(&self, service: Service, operation: &str) -> Option<Fault> {
        let is_spoilt = self.rages.load(Ordering::SeqCst) && service != Service::Other;
        let fault = is_spoilt.then(|| chance::throw(&mut self.dice())).flatten();
        fault.map(|fault| fault.at(operation))
    }

    fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<usize, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The local AWS, as one connection of a client reaches it.
struct Server<'a> {
    address: &'a str,
    connection: Option<(BufReader<TcpStream>, Instant)>,
}

impl Server<'_> {
    fn ask(&mut self, request: &Message) -> Result<Message> {
        let kept = self.connection.take().filter(|(_, used)| used.elapsed() < FRESH);
        let mut connection = match kept {
            Some((connection, _)) => connection,
            None => {
                let connection = TcpStream::connect(self.address)?;
                connection.set_nodelay(true)?;
                connection.set_read_timeout(Some(PATIENCE))?;
                BufReader::new(connection)
            }
        };
        connection.get_mut().write_all(&request.bytes())?;
        let answer = Message::answer(&mut connection)?;
        if !answer.ended_with_connection {
            self.connection = Some((connection, Instant::now()));
        }
        Ok(answer)
    }
}

/// For whom a call is, and what it wants.
fn target(request: &Message) -> (Service, &str) {
    let Some((service, operation)) = request.header("x-amz-target").and_then(|target| target.split_once('.'))
    else {
        return (Service::Other, "");
    };
    let service = match service {
        "AWSCognitoIdentityProviderService" => Service::Cognito,
        "DynamoDB_20120810" => Service::DynamoDb,
        "AmazonSQS" => Service::Sqs,
        _ => Service::Other,
    };
    (service, operation)
}

#[expect(clippy::disallowed_methods, reason = "a delay is what is wanted")]
fn wait(time: Duration) {
    thread::sleep(time);
}
