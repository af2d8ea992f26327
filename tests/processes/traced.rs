//! What the built mirror tells the daemon of X-Ray, where the stack says `Traces=on`.

use std::net::UdpSocket;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use twinpool_tests::mirror::{Bench, failures, one};
use twinpool_tests::runtime_api::WATCHDOG;

const SENDER: &str = "53995c3f42cd8ad8";

/// All that was told, up to the whole of the message.
fn segments(daemon: &UdpSocket) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    while all.last().is_none_or(|segment| segment["name"] != "twinpool-mirror") {
        let mut datagram = vec![0; 65_536];
        let length = daemon.recv(&mut datagram).unwrap();
        let text = String::from_utf8(datagram[..length].to_vec()).unwrap();
        all.push(serde_json::from_str(text.split_once('\n').unwrap().1).unwrap());
    }
    all
}

#[test]
fn a_change_is_one_trace_from_the_trigger_to_the_calls_of_the_mirror() {
    let bench = Bench::new();
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    daemon.set_read_timeout(Some(WATCHDOG)).unwrap();
    let address = daemon.local_addr().unwrap().to_string();
    let mirror = bench.mirror_with(&[("TWINPOOL_TRACES", "on"), ("AWS_XRAY_DAEMON_ADDRESS", &address)]);
    let sub = bench.person("kim", &[]);
    let event = bench.sign_in("kim");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let root = format!("1-{now:08x}-0123456789abcdef01234567");
    let mut batch: Value = serde_json::from_str(&one(&event, 1)).unwrap();
    batch["Records"][0]["attributes"]["AWSTraceHeader"] =
        format!("Root={root};Parent={SENDER};Sampled=1").into();
    assert_eq!(failures(&mirror.invoke(batch.to_string())), Vec::<String>::new());

    let segments = segments(&daemon);
    for segment in &segments {
        assert_eq!(segment["trace_id"], root.as_str(), "{segment}");
        let text = segment.to_string();
        assert!(!text.contains("kim") && !text.contains("Ada"), "{text}");
    }
    let whole = segments.last().unwrap();
    assert_eq!(whole["parent_id"], SENDER);
    assert_eq!(whole["annotations"]["user_sub"], sub.as_str());
    assert_eq!(whole["annotations"]["event_id"], event.id.as_str());
    for call in ["UserRead", "UserCreation"] {
        let told = segments.iter().find(|segment| segment["name"] == call);
        assert_eq!(told.map(|segment| &segment["parent_id"]), Some(&whole["id"]), "{call}: {segments:?}");
    }
    bench.assert_in_step("kim", "while it was traced");
}
