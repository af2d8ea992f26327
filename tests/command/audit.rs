//! The built `twinpool audit` on two pools over the wire: what it says, and that it only reads.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use twinpool_tests::http::{Reply, Request, Server};

use super::{folder, said, told, twinpool};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const SCRIPT: &str = "<script src=\"https://example.org\">'&";

/// What the pools say. Calm, unless changed.
#[derive(Clone)]
struct World {
    old: Value,
    new: Value,
    users: Vec<Value>,
    clients: Vec<Value>,
    denied: &'static [&'static str],
}

fn pool(id: &str) -> Value {
    json!({
        "Id": id,
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "SchemaAttributes": [{
            "Name": "custom:twinpool",
            "AttributeDataType": "String",
            "Mutable": false,
            "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" },
        }],
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "MfaConfiguration": "OFF",
        "UserPoolTier": "ESSENTIALS",
        "DeletionProtection": "ACTIVE",
        "EstimatedNumberOfUsers": 2,
    })
}

fn user(number: usize, address: &str) -> Value {
    let attributes =
        [("sub", format!("0000000{number}-0000-4000-8000-000000000000")), ("email", address.to_owned())];
    let mut attributes: Vec<_> =
        attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    attributes.push(json!({ "Name": "email_verified", "Value": "true" }));
    json!({ "Username": format!("user{number}"), "Attributes": attributes, "Enabled": true, "UserStatus": "CONFIRMED" })
}

fn calm() -> World {
    let client = json!({ "ClientId": "c1", "ClientName": "web", "ClientSecret": "hushhush" });
    World {
        old: pool(OLD),
        new: pool(NEW),
        users: vec![user(1, "marvin@heartofgold.com"), user(2, "trillian@heartofgold.com")],
        clients: vec![client],
        denied: &[],
    }
}

/// Case twins, and a client whose name is a piece of a page.
fn spoilt() -> World {
    let mut world = calm();
    world.users.push(user(3, "Marvin@HeartOfGold.com"));
    world
        .clients
        .push(json!({ "ClientId": "c2", "ClientName": SCRIPT, "ReadAttributes": ["custom:twinpool"] }));
    world
}

impl World {
    fn answer(&self, operation: &str, body: &Value) -> Reply {
        if self.denied.contains(&operation) {
            return said(
                400,
                &json!({ "__type": "AccessDeniedException", "message": "marvin@heartofgold.com" }),
            );
        }
        let mine = if body["UserPoolId"] == OLD { &self.old } else { &self.new };
        let named = self.clients.iter().find(|client| client["ClientId"] == body["ClientId"]);
        said(
            200,
            &match operation {
                "DescribeUserPool" => json!({ "UserPool": mine }),
                "GetUserPoolMfaConfig" => json!({ "MfaConfiguration": "OFF" }),
                "ListIdentityProviders" => json!({ "Providers": [] }),
                "ListUserPoolClients" => json!({ "UserPoolClients": self.clients }),
                "DescribeUserPoolClient" => json!({ "UserPoolClient": named }),
                "ListGroups" => json!({ "Groups": [] }),
                "ListUsers" if body["PaginationToken"].is_null() => {
                    json!({ "Users": self.users[..2], "PaginationToken": "more" })
                }
                "ListUsers" => json!({ "Users": self.users[2..] }),
                "ListServiceQuotas" => json!({ "Quotas": [] }),
                _ => return said(400, &json!({ "__type": "UnknownOperationException" })),
            },
        )
    }

    /// The exit code, what was printed, what was said meanwhile, and which operations were called.
    fn audit(self, arguments: &[&str]) -> (Option<i32>, String, String, BTreeSet<String>) {
        let calls: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let seen = Arc::clone(&calls);
        let server = Server::start(move |request: Request| {
            let target = request.header("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            seen.lock().unwrap().insert(operation.clone());
            self.answer(&operation, &serde_json::from_slice(&request.body).unwrap_or_default())
        });
        let mut command = twinpool();
        command.arg("audit").args(arguments).envs([
            ("AWS_ENDPOINT_URL", format!("http://{}", server.address())),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("TWINPOOL_OLD_POOL_ID", OLD.to_owned()),
            ("TWINPOOL_NEW_POOL_ID", NEW.to_owned()),
        ]);
        let (code, told, complaints) = told(&command.output().unwrap());
        let calls = calls.lock().unwrap().clone();
        (code, told, complaints, calls)
    }
}

fn codes(told: &str) -> BTreeSet<String> {
    let told: Value = serde_json::from_str(told).unwrap();
    let findings = told["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn two_pools_without_fault_are_told_the_proof_and_nothing_is_written() {
    let (code, told, complaints, calls) = calm().audit(&["--json"]);
    assert_eq!(code, Some(0), "{told}{complaints}");
    assert_eq!(codes(&told), ["nobody-is-messaged", "users-counted"].map(str::to_owned).into());
    let reads = ["Describe", "Get", "List"];
    assert!(
        calls.len() > 7 && calls.iter().all(|call| reads.iter().any(|read| call.starts_with(read))),
        "{calls:?}"
    );
}

#[test]
fn what_blocks_is_told_masked_in_every_form_and_can_be_accepted() {
    let folder = folder("audit", 0o700);
    let (page, rules) = (folder.join("audit.html"), folder.join("rules.toml"));
    let (page_name, rules_name) = (page.to_str().unwrap(), rules.to_str().unwrap());
    let (code, words, complaints, _) = spoilt().audit(&["--html", page_name]);
    assert_eq!(code, Some(10), "{words}{complaints}");
    assert!(
        words.contains("blocks    case-twins") && words.ends_with("must not go on: 1 block, 1 warn\n"),
        "{words}"
    );
    assert!(words.contains("such as") && words.contains("00000003-0000-4000-8000-000000000000"), "{words}");
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("&lt;script src=&quot;https://example.org&quot;&gt;&#39;&amp;"), "{page}");
    assert!(
        !page.contains("<script")
            && !page.contains("src=\"")
            && !page.contains("href")
            && !page.contains("url(")
    );
    assert!(page.contains("case-twins") && page.contains("class=\"verdict blocks\""), "{page}");

    fs::write(&rules, "[audit]\naccept = [\"case-twins\"]\n").unwrap();
    let (code, json, _, _) = spoilt().audit(&["--json", "--rules", rules_name]);
    assert_eq!(code, Some(11), "{json}");
    assert!(json.contains("\"accepted\": true"), "{json}");
    for text in [words, complaints, page, json] {
        let text = text.to_lowercase();
        for planted in ["marvin", "trillian", "heartofgold", "hushhush"] {
            assert!(!text.contains(planted), "{planted} stands in {text}");
        }
    }
}

#[test]
fn a_missing_permission_is_a_finding_and_the_rest_is_looked_at() {
    let lacking: &[&str] =
        &["GetUserPoolMfaConfig", "ListGroups", "DescribeUserPoolClient", "ListServiceQuotas"];
    let (code, told, complaints, _) = World { denied: lacking, ..spoilt() }.audit(&["--json"]);
    assert_eq!(code, Some(10), "{told}{complaints}");
    assert!(
        codes(&told).is_superset(&["case-twins", "could-not-be-read"].map(str::to_owned).into()),
        "{told}"
    );
    for operation in lacking {
        assert!(told.contains(operation), "{operation} is not told: {told}");
    }
    let (code, told, ..) = World { denied: &["DescribeUserPool"], ..calm() }.audit(&["--json"]);
    assert_eq!((code, codes(&told).contains("pool-not-described")), (Some(10), true), "{told}");
    let (code, told, ..) = World { denied: &["ListUsers"], ..calm() }.audit(&["--json"]);
    assert_eq!((code, codes(&told).contains("users-not-looked-at")), (Some(11), true), "{told}");
}

#[test]
fn a_quick_look_reads_no_user_and_says_so() {
    let (code, told, _, calls) = spoilt().audit(&["--skip-users", "--json"]);
    assert_eq!((code, calls.contains("ListUsers")), (Some(11), false), "{told}");
    let codes = codes(&told);
    assert!(codes.contains("users-not-looked-at") && !codes.contains("case-twins"), "{told}");
}
