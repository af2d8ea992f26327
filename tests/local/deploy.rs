//! The built `twinpool deploy` and `remove`, with the template of production and the zips of this test run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use twinpool_tests::bootstrap::workspace;
use xtask::testbed::{MINISTACK, stack};
use xtask::wire::{Aws, REGION, tags};

const STACK: &str = "twinpool-deployed";

/// An operator in a folder of the checkout, with two pools.
struct Operator {
    aws: Aws,
    old: String,
    new: String,
    folder: PathBuf,
}

impl Operator {
    fn start() -> Self {
        let aws = stack(MINISTACK).unwrap().aws();
        // Below the checkout, where the command finds it, and apart from everything else.
        let folder = workspace().join("target").join(format!("deploy-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pool = |name: &str| {
            let made = aws.cognito("CreateUserPool", &json!({ "PoolName": name })).unwrap();
            made["UserPool"]["Id"].as_str().unwrap().to_owned()
        };
        let (old, new) = (pool("deployed-old"), pool("deployed-new"));
        Self { aws, old, new, folder }
    }

    /// The exit code, and all that it says.
    fn twinpool(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(xtask::command::twinpool().unwrap());
        command.current_dir(&self.folder).args(words).args(["--stack", STACK]).envs([
            ("AWS_ENDPOINT_URL", self.aws.endpoint.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("TWINPOOL_OLD_POOL_ID", &self.old),
            ("TWINPOOL_NEW_POOL_ID", &self.new),
        ]);
        let output = command.output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(all).unwrap())
    }

    fn expect(&self, words: &[&str], code: i32) -> String {
        let (got, told) = self.twinpool(words);
        assert_eq!(got, code, "{words:?}: {told}");
        told
    }

    /// What CloudFormation says of the stack; nothing when there is none.
    fn described(&self) -> String {
        let name = [("StackName".to_owned(), STACK.to_owned())];
        self.aws.cloudformation("DescribeStacks", &name).unwrap_or_default()
    }

    /// A parameter of the stack.
    fn parameter(&self, name: &str) -> String {
        let all = self.described();
        let (keys, values) = (tags(&all, "ParameterKey"), tags(&all, "ParameterValue"));
        let found = keys.iter().zip(&values).find(|(key, _)| **key == name).map(|(_, value)| *value);
        found.unwrap_or_else(|| panic!("no {name}: {all}")).to_owned()
    }

    fn trigger(&self, slot: &str, function: &str) {
        let slots = json!({ "UserPoolId": self.old, "LambdaConfig": { slot: function } });
        self.aws.cognito("UpdateUserPool", &slots).unwrap();
    }

    fn triggers(&self) -> Value {
        let ask = json!({ "UserPoolId": self.old });
        self.aws.cognito("DescribeUserPool", &ask).unwrap()["UserPool"]["LambdaConfig"].clone()
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

#[test]
fn a_stack_is_shown_made_changed_and_deleted_and_its_table_stays() {
    let operator = Operator::start();
    let key = operator.folder.join("twinpool.key");
    let deploy = ["deploy", "--parameter", "TableDeletionProtection=false"];

    let dry = [&deploy[..], &["--dry-run"]].concat();
    let bucket = format!("twinpool-000000000000-{REGION}");
    let refused = operator.expect(&dry, 2);
    assert!(refused.contains(&format!("aws s3 mb s3://{bucket}")), "the template needs a bucket: {refused}");
    operator.aws.put(&bucket, b"").unwrap();
    let shown = operator.expect(&dry, 0);
    assert!(shown.contains("would be made") && shown.contains("Lambda::Function: "), "{shown}");
    let unasked = operator.expect(&deploy, 2);
    assert!(unasked.contains("--yes"), "{unasked}");
    assert!(!key.exists() && !operator.described().contains("REVIEW_IN_PROGRESS"), "nothing is left of it");

    let made = operator.expect(&[&deploy[..], &["--yes"]].concat(), 0);
    assert!(made.contains("CREATE_COMPLETE") && made.contains("CaptureArn"), "{made}");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let secret = fs::read_to_string(&key).unwrap();
    assert!(!made.contains(secret.trim()), "the digest key is never printed");
    assert_eq!(operator.parameter("LocalEndpointUrl"), operator.aws.endpoint);

    let again = operator.expect(&["deploy", "--yes"], 0);
    assert!(again.contains("nothing to do"), "{again}");
    let changed = operator.expect(&["deploy", "--yes", "--parameter", "QuotaPercent=20"], 0);
    assert!(changed.contains("UPDATE_COMPLETE"), "{changed}");
    let now = ["QuotaPercent", "TableDeletionProtection"].map(|name| operator.parameter(name));
    assert_eq!(now, ["20", "false"], "what is not said stays");
    let other = operator.expect(&["deploy", "--yes", "--old-pool", "us-east-1_Another"], 10);
    assert!(other.contains(&operator.old) && other.contains("another stack"), "{other}");

    let capture = made.lines().find_map(|line| line.trim().strip_prefix("CaptureArn")).unwrap().trim();
    // A slot that twinpool never puts anything into.
    operator.trigger("PreSignUp", capture);
    let refused = operator.expect(&["remove", "--yes"], 10).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(refused.contains("PreSignUp") && refused.contains("sign-ins would fail"), "{refused}");
    assert!(operator.described().contains("UPDATE_COMPLETE"), "nothing was deleted");
    operator.trigger("PostConfirmation", capture);

    let table = made.lines().find_map(|line| line.trim().strip_prefix("TableName")).unwrap().trim();
    let removed = operator.expect(&["remove", "--yes"], 0);
    assert!(removed.contains("is detached") && removed.contains("is deleted"), "{removed}");
    assert!(removed.contains(table) && !operator.triggers().to_string().contains(capture), "{removed}");
    assert!(removed.contains(&bucket), "the bucket is left: {removed}");
    let there = operator.aws.dynamodb("DescribeTable", &json!({ "TableName": table })).unwrap();
    assert_eq!(there["Table"]["TableName"], Value::from(table));
    operator.expect(&["remove", "--yes"], 3);
}
