//! `twinpool route`, and the route that `serve` answers: the same record, the same place.

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use xtask::wire::Aws;

use super::serve::Serving;
use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";

/// Half of the users, and the staff.
fn half() -> AwsStub {
    let stub = AwsStub::start(&[]);
    let (text, number) =
        (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
    let none = json!({ "L": [] });
    let item = json!({ "pk": text("PHASE"), "format": number(1), "version": number(3), "changes": number(2), "phase": text("canary"),
                       "share": number(5_000), "round": number(0), "since": number(1_795_219_200_000), "two_way_since": number(1),
                       "groups": { "L": [text("staff")] }, "values": none, "allow": none, "deny": none });
    Aws::new(stub.endpoint()).dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
    stub
}

fn route(stub: &AwsStub, words: &[&str]) -> (Option<i32>, String, String) {
    told(&between(stub, OLD, NEW).arg("route").args(words).output().unwrap())
}

#[test]
fn the_command_says_where_somebody_is_sent_and_why() {
    let stub = half();
    let (code, said, complaints) = route(&stub, &["--group", "staff", "--clients", "web=web2"]);
    assert_eq!(code, Some(0), "{complaints}");
    for part in ["the new pool, eu-west-1_New", "a group or a value", "web2", "canary, 50 %"] {
        assert!(said.contains(part), "{said}");
    }
    let (code, _, complaints) = route(&stub, &["--id", "jane@example.com"]);
    assert_eq!((code, complaints.contains("addresses")), (Some(2), true), "{complaints}");
    // As the application is told: the pool is known, whichever client it has.
    let (code, said, complaints) = route(&stub, &["--group", "staff", "--client", "unknown"]);
    let is_told = ["the new pool, eu-west-1_New", "RouteClients"].iter().all(|part| said.contains(part));
    assert_eq!((code, is_told), (Some(0), true), "{said}{complaints}");
}

#[test]
fn the_command_and_serve_send_an_id_to_the_same_pool() {
    let stub = half();
    let serving = Serving::start(&stub);
    let mut pools = Vec::new();
    for id in ["a", "b", "c", "d", "e", "f"] {
        let (_, said, complaints) = route(&stub, &["--id", id, "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{complaints}"));
        let (head, body) = serving.get(&format!("/v1/route?id={id}"), &[]);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((head.status().as_u16(), &body["pool"]), (200, &said["pool"]), "{id}");
        assert_eq!((&body["because"], &body["ttl_seconds"]), (&json!("share"), &json!(30)));
        pools.push(body["pool"].as_str().unwrap().to_owned());
    }
    pools.sort();
    pools.dedup();
    assert_eq!(pools, ["new", "old"], "half of them");
}
