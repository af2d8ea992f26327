//! One person has one user id: the tokens of both pools say so to the example service, and to a backend in Python that asks
//! the HTTP API.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use twinpool_tests::bootstrap::workspace;
use xtask::local::{Addresses, PASSWORD, PoolAddress, Stack};
use xtask::testbed::{COGNITO_LOCAL, MINISTACK, stack};
use xtask::tools::python_program;
use xtask::wire::REGION;

use crate::{arrived, claims};

/// Something that serves HTTP until the test is over, and said where.
struct Serving {
    child: Child,
    address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Serving {
    fn start(mut command: Command, words: &[&str], settings: &[(&str, String)]) -> Self {
        command.current_dir(workspace()).args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.envs(settings.iter().map(|(name, value)| (name, value))).spawn().unwrap();
        let mut serving = Self { child, address: String::new() };
        let (out, err) = (serving.child.stdout.take().unwrap(), serving.child.stderr.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        for stream in [Box::new(out) as Box<dyn std::io::Read + Send>, Box::new(err)] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
            });
        }
        drop(sender);
        let mut told = Vec::new();
        for line in &lines {
            let start = line.find("http://127.0.0.1:");
            let address = start.and_then(|start| line[start..].split(['/', ' ']).nth(2).map(str::to_owned));
            if let Some(address) = address {
                serving.address = format!("http://{address}");
                return serving;
            }
            told.push(line);
        }
        panic!("it does not serve: {told:?}");
    }

    /// What `GET` answers, with its status.
    fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let request = agent.get(format!("{}{path}", self.address));
        let mut answer = request.header("Authorization", format!("Bearer {token}")).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// What the server of a pool writes into `iss`: MiniStack what AWS would, cognito-local its own address.
fn issuer(pool: &PoolAddress) -> String {
    if pool.id.starts_with(REGION) {
        format!("https://cognito-idp.{REGION}.amazonaws.com/{}", pool.id)
    } else {
        format!("{}/{}", pool.endpoint, pool.id)
    }
}

fn jwks(pool: &PoolAddress) -> String {
    format!("{}/{}/.well-known/jwks.json", pool.endpoint, pool.id)
}

fn settings(at: &Addresses) -> Vec<(&'static str, String)> {
    let mut settings: Vec<_> =
        at.environment().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    let (old, new) = (&at.old_pool, &at.new_pool);
    settings.extend([
        ("TWINPOOL_OLD_CLIENT_IDS", old.client_id.clone()),
        ("TWINPOOL_NEW_CLIENT_IDS", new.client_id.clone()),
        ("TWINPOOL_TOKEN_USE", "access,id".to_owned()),
        ("TWINPOOL_OLD_ISSUERS", issuer(old)),
        ("TWINPOOL_NEW_ISSUERS", issuer(new)),
        ("TWINPOOL_OLD_JWKS_URL", jwks(old)),
        ("TWINPOOL_NEW_JWKS_URL", jwks(new)),
    ]);
    settings
}

/// The backend in Rust that the resolver has as an example.
fn service_program() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--locked", "--offline", "-p", "twinpool-resolver", "--features", "axum"]);
    cargo.args(["--example", "service", "--"]);
    cargo
}

/// What the backend in Python found out: for each pool the sub, the user id, and the claim.
fn python(stack: &Stack, usernames: [&str; 2]) -> Vec<Value> {
    let at = &stack.addresses;
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let api = Serving::start(Command::new(xtask::command::twinpool().unwrap()), &words, &settings(at));
    let pool = |name: &str, pool: &PoolAddress| {
        json!({ "pool": name, "endpoint": pool.endpoint, "id": pool.id, "client_id": pool.client_id,
                "issuer": issuer(pool) })
    };
    let given = json!({ "api": api.address, "pools": [pool("old", &at.old_pool), pool("new", &at.new_pool)],
                        "usernames": usernames, "password": PASSWORD });
    let mut client = Command::new(python_program("python"));
    client.arg(workspace().join("tests/local/client.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn().unwrap();
    client.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Somebody of the old pool is mirrored, gets a password in the new pool (as a reset does), and signs in to both.
fn same_before_and_after(stack: &Stack, username: &str, email: &str, sub: &str) {
    let moved = arrived(stack, sub);
    let (old, new) = (stack.old(), stack.new_pool());
    new.set_password(&moved.sub).unwrap();
    let service = Serving::start(service_program(), &["127.0.0.1:0"], &settings(&stack.addresses));
    let (before, after) = (old.tokens(username).unwrap(), new.tokens(email).unwrap());
    for token in [&after.id, &after.access] {
        assert_eq!(claims(token)["user_id"], sub, "most backends need not ask");
    }
    for (pool, tokens) in [("old", before), ("new", after)] {
        for token in [tokens.access, tokens.id] {
            let (status, me) = service.get("/me", &token);
            assert_eq!((status, me["user_id"].as_str(), me["pool"].as_str()), (200, Some(sub), Some(pool)));
            let (payload, signature) = token.rsplit_once('.').unwrap();
            let forged = format!("{payload}.{}", signature.chars().rev().collect::<String>());
            assert_eq!(service.get("/me", &forged), (401, Value::Null));
        }
    }
    let found = python(stack, [username, email]);
    assert_eq!(found.iter().map(|one| &one["user_id"]).collect::<Vec<_>>(), [sub, sub]);
    assert_eq!(found.iter().map(|one| &one["sub"]).collect::<Vec<_>>(), [sub, moved.sub.as_str()]);
    assert!(found.iter().all(|one| one["again"] == 304), "unchanged, so not sent again: {found:?}");
}

#[test]
fn who_is_born_in_the_new_pool_has_a_user_id_from_the_first_token_on() {
    let stack = stack(MINISTACK).unwrap();
    let (new, email) = (stack.new_pool(), "zoe@example.com");
    let sub = new.sign_up(email, &[("email", email)]).unwrap();
    new.confirm(email).unwrap();
    let first = new.tokens(email).unwrap();
    for token in [&first.id, &first.access] {
        assert_eq!(claims(token)["user_id"], *sub);
    }
    let service = Serving::start(service_program(), &["127.0.0.1:0"], &settings(&stack.addresses));
    let (status, me) = service.get("/me", &first.access);
    assert_eq!((status, me["user_id"].as_str(), me["pool"].as_str()), (200, Some(sub.as_str()), Some("new")));
}

#[test]
fn one_user_id_before_and_after_the_move_from_cognito_local() {
    let stack = stack(COGNITO_LOCAL).unwrap();
    let (old, email) = (stack.old(), "irma@example.com");
    let sub = old.sign_up(email, &[("email", email)]).unwrap();
    old.confirm(email).unwrap();
    same_before_and_after(&stack, email, email, &sub);
}

#[test]
fn one_user_id_before_and_after_the_move_on_ministack() {
    let stack = stack(MINISTACK).unwrap();
    let (old, email) = (stack.old(), "ingo@example.com");
    let sub = old.sign_up("ingo", &[("email", email), ("email_verified", "true")]).unwrap();
    old.confirm("ingo").unwrap();
    old.sign_in("ingo").unwrap();
    same_before_and_after(&stack, "ingo", email, &sub);
}
