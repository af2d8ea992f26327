//! From a token to the user id, on one thread, beside aws-jwt-verify and PyJWT on the same tokens.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::runtime::Runtime;
use twinpool_aws::client::{Patience, load};
use twinpool_aws::jwks::HttpsKeys;
use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{Pool, PoolId, UserId};
use twinpool_core::port::Answer;
use twinpool_resolver::{
    Authenticate as _, Authenticator, ClientId, Resolver, SystemClock, Trust, TrustedPool, Verifier,
};
use twinpool_testkit::uuid;
use twinpool_tests::bootstrap::workspace;
use twinpool_tests::http::{Reply, Server};
use xtask::tools;

use crate::child::own_cpu;
use crate::function::figures::median;

#[path = "../../crates/twinpool-resolver/tests/tokens/signer.rs"]
#[expect(dead_code, reason = "the tests sign more kinds of tokens")]
mod signer;

use signer::Signer;

/// Users of each pool, with one token each.
const USERS: u64 = 1_000;

/// Each way is measured so often, in turns.
const TURNS: usize = 5;

/// Seconds of CPU of one turn.
const TURN: f64 = 3.0;

const POOLS: [(Pool, &str, &str); 2] =
    [(Pool::Old, "eu-west-1_Old", "oldclient"), (Pool::New, "eu-west-1_New", "newclient")];

/// Knows everybody, and is asked once for each.
struct Table;

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        Ok(accounts.iter().map(|account| UserId::parse(account.sub.as_str()).ok()).collect())
    }

    async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

pub(crate) fn run() {
    let server = Server::start(|request| {
        let signer = if request.path.contains("Old") { Signer::old() } else { Signer::new() };
        let body = json!({ "keys": [signer.jwk()] }).to_string().into_bytes();
        Reply::Send { status: 200, headers: vec![("content-type", "application/json".to_owned())], body }
    });
    let base = format!("http://{}", server.address());
    let tokens: Vec<_> = [Signer::old(), Signer::new()].iter().zip(POOLS).flat_map(of_pool).collect();
    let file = workspace().join("target/bench/tokens.txt");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, tokens.join("\n")).unwrap();
    let ours = Ours::new(&base);
    let home = tools::token_contenders();
    let mut figures: [Vec<f64>; 4] = Default::default();
    for _ in 0..TURNS {
        figures[0].push(ours.rate(&tokens, true));
        figures[1].push(ours.rate(&tokens, false));
        figures[2].push(node(&home.node, &file, &base));
        figures[3].push(python(&home.python, &file, &base));
    }
    print(figures.map(median));
}

fn print([whole, verify, node, python]: [f64; 4]) {
    let length = "RSA-2048, a thread";
    println!("| tokens a second of CPU, {length} | measured | twinpool is so many times as fast | goal |");
    println!("| --- | ---: | ---: | ---: |");
    println!("| twinpool, from the token to the user id | {whole:.0} | | 20000 |");
    println!("| … the token alone | {verify:.0} | | |");
    println!("| aws-jwt-verify, the token alone | {node:.0} | {:.1} | |", whole / node);
    println!("| PyJWT, the token alone | {python:.0} | {:.1} | |", whole / python);
}

/// Access tokens as Cognito writes them, good for an hour.
fn of_pool((signer, (_, pool, client)): (&Signer, (Pool, &str, &str))) -> Vec<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = |number| {
        let sub = uuid(pool, number);
        signer.sign(&json!({
            "sub": sub, "cognito:groups": ["staff", "readers"],
            "iss": format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}"), "version": 2,
            "client_id": client, "origin_jti": uuid("origin", number), "token_use": "access",
            "scope": "aws.cognito.signin.user.admin openid profile email", "auth_time": now,
            "exp": now + 3600, "iat": now, "jti": uuid("jti", number), "username": sub,
        }))
    };
    (0..USERS).map(token).collect()
}

struct Ours {
    runtime: Runtime,
    authenticator: Authenticator<HttpsKeys, Table>,
}

impl Ours {
    fn new(base: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let [old, new] = POOLS.map(|(_, id, client)| {
            let clients = BTreeSet::from([ClientId::parse(client).unwrap()]);
            let pool = TrustedPool::of_aws(&PoolId::parse(id).unwrap(), clients).unwrap();
            TrustedPool { keys_url: format!("{base}/{id}/.well-known/jwks.json"), ..pool }
        });
        let keys = HttpsKeys::connect(&runtime.block_on(load(Patience::MIRROR))).unwrap();
        let verifier = Verifier::new(Trust::new(old, new).unwrap(), keys, SystemClock);
        Self { runtime, authenticator: Authenticator::new(verifier, Resolver::new(Table)) }
    }

    fn rate(&self, tokens: &[String], with_user_id: bool) -> f64 {
        // Keys and user ids are there afterwards.
        self.once(tokens, true);
        let (mut count, started) = (0.0, own_cpu());
        while own_cpu() < started + TURN {
            self.once(tokens, with_user_id);
            count += 2.0 * USERS.to_string().parse::<f64>().unwrap();
        }
        count / (own_cpu() - started)
    }

    fn once(&self, tokens: &[String], with_user_id: bool) {
        self.runtime.block_on(async {
            for token in tokens {
                if with_user_id {
                    self.authenticator.authenticate(token).await.unwrap();
                } else {
                    self.authenticator.verifier().verify(token).await.unwrap();
                }
            }
        });
    }
}

fn node(home: &Path, tokens: &Path, base: &str) -> f64 {
    contender(Command::new("node").arg(script("tokens.mjs")).arg(home).arg(tokens).arg(base))
}

fn python(program: &Path, tokens: &Path, base: &str) -> f64 {
    contender(Command::new(program).arg(script("tokens.py")).arg(tokens).arg(base))
}

fn script(name: &str) -> PathBuf {
    workspace().join("tests/bench").join(name)
}

/// What it prints: tokens, and seconds of CPU.
fn contender(command: &mut Command) -> f64 {
    let output = command.output().expect("the contender starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let numbers: Vec<f64> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    numbers[0] / numbers[1]
}
