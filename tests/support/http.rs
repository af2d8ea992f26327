//! A plain HTTP/1.1 server on loopback, for stand-ins of AWS: a thread per connection, and a say in whether to answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// Counts connections from 0: two requests with one number came over one connection.
    pub connection: usize,
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// All headers, with names in small letters.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A header, by its name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does about it.
#[derive(Debug)]
pub enum Reply {
    Send {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Say nothing, and hold the connection until the client gives up; then call this.
    Hang(Hangup),
    /// Close the connection without a word.
    Close,
}

/// Called when the client has closed a connection that got no answer.
pub struct Hangup(pub Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hangup")
    }
}

/// A running server; it ends when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Listens on a free port.
    pub fn start(handler: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("the address of a listener");
        let (stop, stopped) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let (flag, handler) = (Arc::clone(&stop), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if flag.load(Ordering::SeqCst) {
                    return;
                }
                let handler = Arc::clone(&handler);
                let connection = stopped.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || serve(connection, stream, &*handler));
            }
        });
        Self { address, stop }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the accept.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(connection: usize, stream: TcpStream, handler: &(impl Fn(Request) -> Reply + ?Sized)) {
    let mut writer = stream.try_clone().expect("a second handle of a socket");
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(connection, &mut reader) {
        match handler(request) {
            Reply::Send { status, headers, body } => {
                if write(&mut writer, status, &headers, &body).is_err() {
                    return;
                }
            }
            Reply::Hang(hangup) => {
                // Ends when the client closes, whether in peace or not.
                drop(reader.read_to_end(&mut Vec::new()));
                (hangup.0)();
                return;
            }
            Reply::Close => return,
        }
    }
}

fn read(connection: usize, reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let first = line(reader)?;
    let (method, rest) = first.split_once(' ')?;
    let path = rest.split(' ').next()?;
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request =
        Request { connection, method: method.to_owned(), path: path.to_owned(), headers, body: Vec::new() };
    assert_eq!(request.header("transfer-encoding"), None, "this server reads no chunks");
    let length = request.header("content-length").map_or(0, |n| n.parse().expect("a content-length"));
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let length = reader.read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

fn write(
    writer: &mut TcpStream,
    status: u16,
    headers: &[(&'static str, String)],
    body: &[u8],
) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Reply\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // In one piece: two small ones wait for each other's acknowledgement.
    writer.write_all(&[head.as_bytes(), body].concat())
}
