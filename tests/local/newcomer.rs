//! From two pools to mirrored, by the commands of the README, which are told the two ids once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use twinpool_tests::bootstrap::workspace;
use xtask::local::{Links, PoolAddress, Users};
use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};
use xtask::wire::{Aws, REGION};

const STACK: &str = "twinpool-newcomer";

/// Somebody in a folder of the checkout, with two pools and nothing else.
struct Newcomer {
    aws: Aws,
    old: PoolAddress,
    new: PoolAddress,
    folder: PathBuf,
}

impl Newcomer {
    fn start() -> Self {
        let aws = stack(MINISTACK).unwrap().aws();
        let folder = workspace().join("target").join(format!("newcomer-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let marker = json!({ "Name": "twinpool", "AttributeDataType": "String", "Mutable": false,
                             "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } });
        let old = pool(&aws, &json!({ "PoolName": "newcomer-old" }));
        let new = pool(
            &aws,
            &json!({
                "PoolName": "newcomer-new", "UsernameAttributes": ["email"], "Schema": [marker],
                "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            }),
        );
        Self { aws, old, new, folder }
    }

    /// The exit code, and all that it says. What is not in `words` is found by the command itself.
    fn twinpool(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(xtask::command::twinpool().unwrap());
        command.current_dir(&self.folder).args(words).envs([
            ("AWS_ENDPOINT_URL", self.aws.endpoint.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]);
        let output = command.output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(all).unwrap())
    }

    fn expect(&self, words: &[&str], codes: &[i32]) -> String {
        let (got, told) = self.twinpool(words);
        assert!(codes.contains(&got), "{words:?} ends with {got}:\n{told}");
        told
    }

    fn triggers(&self) -> Value {
        let ask = json!({ "UserPoolId": self.old.id });
        self.aws.cognito("DescribeUserPool", &ask).unwrap()["UserPool"]["LambdaConfig"].clone()
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn pool(aws: &Aws, body: &Value) -> PoolAddress {
    let made = aws.cognito("CreateUserPool", body).unwrap();
    let id = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client =
        json!({ "UserPoolId": id, "ClientName": "app", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let made = aws.cognito("CreateUserPoolClient", &client).unwrap();
    let client_id = made["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
    PoolAddress { endpoint: aws.endpoint.clone(), id, client_id }
}

/// Somebody who has confirmed the sign-up.
fn somebody(users: &Users, name: &str) -> String {
    let address = format!("{name}@newcomer.example.com");
    let sub = users.sign_up(name, &[("email", &address), ("email_verified", "true")]).unwrap();
    users.confirm(name).unwrap();
    sub
}

#[test]
fn two_pools_are_taken_from_nothing_to_mirrored_and_back() {
    let newcomer = Newcomer::start();
    let [old, new] = [&newcomer.old, &newcomer.new].map(Users::of);
    let (early, before) = (somebody(&old, "early"), newcomer.triggers());

    let pools = ["--old-pool", &newcomer.old.id, "--new-pool", &newcomer.new.id];
    newcomer.expect(&[&["init", "--yes", "--stack", STACK], &pools[..]].concat(), &[0]);
    // What an emulator does not answer is a warning.
    newcomer.expect(&["audit"], &[0, 11]);
    let made = newcomer.expect(&["deploy", "--yes", "--parameter", "TableDeletionProtection=false"], &[0]);
    let output = |name: &str| {
        let found = made.lines().find_map(|line| line.trim().strip_prefix(name));
        found.unwrap_or_else(|| panic!("no {name}: {made}")).trim().to_owned()
    };
    let attached = newcomer.expect(&["attach", "--yes"], &[0]);
    assert!(newcomer.triggers().to_string().contains(&output("CaptureArn")), "{attached}");

    let links = Links::new(newcomer.aws.clone(), &output("TableName"));
    let sub = somebody(&old, "ada");
    old.sign_in("ada").unwrap();
    let arrived = wait_for("the link", || links.new_sub(&sub)).unwrap();
    assert_eq!(new.person(&arrived).unwrap().unwrap().attributes["email"], "ada@newcomer.example.com");

    // The local CloudFormation makes no trail, and nobody else has made one.
    let said = newcomer.expect(&["doctor", "--user", &sub], &[1]);
    let broken: Vec<_> = said.lines().filter(|line| line.contains("broken:")).collect();
    assert!(matches!(broken[..], [trail] if trail.starts_with("trail ")), "{said}");
    assert!(said.contains("in step"), "the hint was followed to the new pool: {said}");
    newcomer.expect(&["backfill", "--yes"], &[0]);
    assert!(links.new_sub(&early).unwrap().is_some(), "who was there before is carried over");
    newcomer.expect(&["verify"], &[0]);

    newcomer.expect(&["remove", "--yes"], &[0]);
    assert_eq!(newcomer.triggers(), before, "no trigger is left behind");
    old.sign_in("ada").unwrap();
    assert!(links.new_sub(&sub).unwrap().is_some(), "the links stay");
}
