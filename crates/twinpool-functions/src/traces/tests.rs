use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

const SENDER: &str = "53995c3f42cd8ad8";

struct Settings(BTreeMap<&'static str, String>);

impl Source for Settings {
    fn get(&self, key: &'static str) -> Option<String> {
        self.0.get(key).cloned()
    }
}

fn daemon() -> (UdpSocket, Settings) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, Settings([(SWITCH, "on".to_owned()), (DAEMON, address)].into()))
}

/// A segment, as the daemon is told it.
fn segment(socket: &UdpSocket) -> Value {
    let mut datagram = vec![0; 65_536];
    let length = socket.recv(&mut datagram).unwrap();
    let text = std::str::from_utf8(&datagram[..length]).unwrap();
    let (head, segment) = text.split_once('\n').unwrap();
    assert_eq!(serde_json::from_str::<Value>(head).unwrap()["format"], "json");
    serde_json::from_str(segment).unwrap()
}

/// X-Ray takes traces of the last 30 days.
fn root() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!("1-{:08x}-0123456789abcdef01234567", now / 3600 * 3600)
}

fn header(sampled: u8) -> String {
    format!("Root={};Parent={SENDER};Sampled={sampled}", root())
}

#[test]
fn a_sampled_message_is_a_part_of_the_trace_that_it_was_sent_in_and_another_is_not() {
    let (socket, settings) = daemon();
    let traces = Traces::of(&settings);
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    tracing::subscriber::with_default(subscriber, || {
        for (sampled, id) in [(0, "not-sampled"), (1, "sampled")] {
            let span = traces.of_message(Some(&header(sampled)));
            span.record("event_id", id);
            span.in_scope(|| {
                tracing::info!("a line of log");
                tracing::info_span!(target: TRACED, "UserRead", otel.kind = "client").in_scope(|| ());
            });
        }
    });
    let (call, message) = (segment(&socket), segment(&socket));
    assert_eq!((&call["name"], &call["trace_id"]), (&"UserRead".into(), &root().into()), "{call}");
    assert_eq!((&message["trace_id"], &message["parent_id"]), (&root().into(), &SENDER.into()), "{message}");
    assert_eq!(call["parent_id"], message["id"]);
    assert_eq!(message["annotations"]["event_id"], "sampled", "{message}");
    assert!(!message.to_string().contains("a line of log"), "{message}");
}

#[test]
fn without_the_switch_a_daemon_or_a_readable_header_nothing_is_traced() {
    let (_socket, settings) = daemon();
    let traces = Traces::of(&settings);
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    tracing::subscriber::with_default(subscriber, || {
        assert!(!traces.of_message(Some(&header(1))).is_none());
        for header in [None, Some(""), Some("Root=1-x;Parent=y;Sampled=1")] {
            assert!(traces.of_message(header).is_none(), "{header:?}");
        }
    });
    let address = settings.0.get(DAEMON).cloned().unwrap();
    let off = [("on", None), ("on", Some("nowhere")), ("off", Some(address.as_str())), ("", None)];
    for (switch, address) in off {
        let mut set = BTreeMap::from([(SWITCH, switch.to_owned())]);
        set.extend(address.map(|address| (DAEMON, address.to_owned())));
        let traces = Traces::of(&Settings(set));
        assert!(traces.0.is_none(), "{switch} {address:?}");
        assert!(traces.of_message(Some(&header(1))).is_none());
    }
}
