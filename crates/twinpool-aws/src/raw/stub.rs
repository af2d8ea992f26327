//! A service on loopback, for tests.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

/// What a client sent: the first line, the headers in small letters, the body.
pub(crate) struct Seen {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

/// Status, further header lines, and body.
pub(crate) type Reply = (u16, &'static str, &'static str);

/// Gives these replies in turn, one per connection, and tells what was asked.
pub(crate) fn server(replies: impl IntoIterator<Item = Reply>) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    let replies: Vec<_> = replies.into_iter().collect();
    thread::spawn(move || {
        for (stream, (status, head, body)) in listener.incoming().map_while(Result::ok).zip(replies) {
            let mut reader = BufReader::new(stream);
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                    break;
                }
                lines.push(line.trim().to_owned());
            }
            let header = |line: &String| {
                line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            };
            let mut one = Seen {
                line: lines.remove(0),
                headers: lines.iter().filter_map(header).collect(),
                body: vec![],
            };
            one.body.resize(one.header("content-length").parse().unwrap_or_default(), 0);
            reader.read_exact(&mut one.body).unwrap();
            // Before the reply: whoever has it finds what was asked.
            let _ = tell.send(one);
            let length = body.len();
            let reply = format!(
                "HTTP/1.1 {status} Reply\r\ncontent-length: {length}\r\nconnection: close\r\n{head}\r\n{body}"
            );
            reader.get_mut().write_all(reply.as_bytes()).unwrap();
        }
    });
    (address, seen)
}

/// As [`crate::client::load`] makes it, but for TLS, and what it would take from the environment.
pub(crate) async fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".to_owned()), None, "test");
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30)).build();
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(credentials)
        .timeout_config(timeouts)
        .load()
        .await
}
