//! The built `twinpool` attaches and detaches a pool of a local AWS that resets whatever an update leaves out (F§6).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_setup::port::{FunctionArn, Json};
use twinpool_testkit::{Behaviour, Knobs, MemoryFunctions, MemorySettings};
use twinpool_tests::aws_stub::AwsStub;

use super::{between, folder, told};

const OLD: &str = "eu-west-1_Old";
const POOL_ARN: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Old";
const CAPTURE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-capture";
const CLAIMS: &str = "arn:aws:lambda:eu-west-1:123456789012:function:claims";
const GUARD: &str = "arn:aws:lambda:eu-west-1:123456789012:function:guard";

/// A pool in use: nothing in it is what AWS sets by default.
fn description() -> Value {
    json!({
        "Id": OLD, "Name": "production", "Arn": POOL_ARN, "CreationDate": 1_577_934_245.123,
        "SchemaAttributes": [{ "Name": "email", "Required": true }], "UsernameAttributes": ["email"],
        "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": false, "TemporaryPasswordValidityDays": 3 } },
        "DeletionProtection": "ACTIVE", "UserPoolTier": "PLUS", "MfaConfiguration": "OPTIONAL",
        "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x" },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": "Your code: {####}" },
        "IssuerConfiguration": { "Type": "UPDATED" }, "SettingOfTomorrow": { "On": true, "Limit": 18_446_744_073_709_551_615_u64 },
        "UserPoolTags": { "team": "identity" },
        "LambdaConfig": { "PreSignUp": GUARD },
    })
}

fn mfa() -> Value {
    json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::123456789012:role/sms" } } })
}

struct Bench {
    pool: Arc<MemorySettings>,
    functions: Arc<MemoryFunctions>,
    stub: AwsStub,
    folder: PathBuf,
    before: Json,
}

fn function(arn: &str) -> FunctionArn {
    FunctionArn::parse(arn).unwrap()
}

impl Bench {
    /// Of a pool with these settings beside the usual ones; capture has these variables.
    fn start(name: &str, more: &Value, variables: Value) -> Self {
        let mut described = description();
        for (key, value) in more.as_object().unwrap() {
            described[key] = value.clone();
        }
        let pool = MemorySettings::new(described, mfa(), Knobs::default());
        let functions = MemoryFunctions::new();
        functions.put(&function(CAPTURE), variables, Behaviour::Echo);
        functions.put(&function(CLAIMS), json!({}), Behaviour::Echo);
        let stub = AwsStub::of_account(&[&pool], &functions);
        let before = settings(&pool);
        Self { pool, functions, stub, folder: folder(name, 0o700), before }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = between(&self.stub, OLD, "eu-west-1_New");
        command.env("TWINPOOL_CAPTURE_ARN", CAPTURE).args(arguments);
        command.args(["--save", self.file().to_str().unwrap()]).stdin(Stdio::null());
        command
    }

    fn file(&self) -> PathBuf {
        self.folder.join("before.json")
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        told(&self.command(arguments).output().unwrap())
    }

    fn calls(&self, operation: &str) -> u64 {
        self.stub.meter().operations().get(operation).copied().unwrap_or_default()
    }

    /// Nothing of the pool, of capture's policy, or of what is kept has changed.
    fn assert_untouched(&self, why: &str) {
        assert_eq!(settings(&self.pool), self.before, "{why}");
        assert_eq!((self.calls("UpdateUserPool"), self.calls("AddPermission")), (0, 0), "{why}");
        assert!(self.stub.table().all().is_empty() && !self.file().exists(), "{why}");
    }
}

/// What DescribeUserPool says, without what moves by itself.
fn settings(pool: &MemorySettings) -> Json {
    let mut described = pool.described();
    described.retain(|key, _| !["LastModifiedDate", "EstimatedNumberOfUsers"].contains(&key.as_str()));
    described
}

fn triggers(pool: &MemorySettings) -> Value {
    pool.described()["LambdaConfig"].clone()
}

#[test]
fn a_pool_is_attached_and_detached_and_is_what_it_was_field_by_field() {
    let bench = Bench::start("attach", &json!({}), json!({}));
    let (code, shown, said) = bench.run(&["attach", "--dry-run"]);
    assert_eq!(code, Some(0), "{said}");
    for line in ["LambdaConfig.PostConfirmation", "    - nothing", &format!("    + {CAPTURE}"), POOL_ARN] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!shown.contains("PreSignUp") && !shown.contains("Policies"), "{shown}");
    bench.assert_untouched("--dry-run");

    let (code, told, said) = bench.run(&["attach", "--yes", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["did_update"], &told["pool"]), (&json!(true), &json!(OLD)));
    let expected = json!({ "PreSignUp": GUARD, "PostConfirmation": CAPTURE, "CustomMessage": CAPTURE,
        "PreTokenGeneration": CAPTURE, "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": CAPTURE } });
    assert_eq!(triggers(&bench.pool), expected);
    let mut others = settings(&bench.pool);
    others.insert("LambdaConfig".to_owned(), bench.before["LambdaConfig"].clone());
    assert_eq!(others, bench.before);
    assert!(bench.functions.lets_in(&function(CAPTURE), POOL_ARN));
    let saved: Value = serde_json::from_str(&fs::read_to_string(bench.file()).unwrap()).unwrap();
    assert_eq!(saved["description"]["SettingOfTomorrow"], bench.before["SettingOfTomorrow"]);
    assert_eq!(fs::metadata(bench.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let kept: Vec<_> = bench.stub.table().all().into_keys().collect();
    assert_eq!(kept, [format!("SETTINGS#{OLD}")]);

    // The second time there is nothing to do.
    let (code, again, said) = bench.run(&["attach", "--yes"]);
    assert_eq!((code, bench.pool.updates()), (Some(0), 1), "{said}");
    assert!(again.contains("attached already"), "{again}");

    // What the table has is enough.
    fs::remove_file(bench.file()).unwrap();
    let (code, told, said) = bench.run(&["detach", "--yes"]);
    assert_eq!((code, told.contains("is detached")), (Some(0), true), "{told}{said}");
    assert_eq!(settings(&bench.pool), bench.before);
    assert_eq!(Value::Object(bench.pool.factors()), mfa());
    assert!(!bench.functions.lets_in(&function(CAPTURE), POOL_ARN));
    assert!(bench.stub.table().all().is_empty());
    let (code, told, _) = bench.run(&["detach", "--yes"]);
    assert_eq!((code, told.contains("detached already"), bench.pool.updates()), (Some(0), true, 2), "{told}");
}

#[test]
fn nothing_happens_without_a_yes() {
    let bench = Bench::start("declined", &json!({}), json!({}));
    let (code, _, said) = bench.run(&["attach"]);
    assert_eq!((code, said.contains("--yes")), (Some(2), true), "{said}");
    bench.assert_untouched("nobody to ask");
}

#[test]
fn a_taken_slot_is_refused_until_capture_calls_that_very_function() {
    let lambda = json!({ "LambdaConfig": { "PreTokenGeneration": CLAIMS,
        "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": CLAIMS } } });
    let bench = Bench::start("taken", &lambda, json!({ "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": "" }));
    let (code, told, _) = bench.run(&["attach", "--yes"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(told.contains(&format!("ChainPreTokenGeneration={CLAIMS}")), "{told}");
    bench.assert_untouched("taken");

    let chained = json!({ "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": CLAIMS });
    bench.functions.put(&function(CAPTURE), chained, Behaviour::Echo);
    let (code, told, said) = bench.run(&["attach", "--yes"]);
    assert_eq!(code, Some(0), "{told}{said}");
    let config = &triggers(&bench.pool)["PreTokenGenerationConfig"];
    assert_eq!(*config, json!({ "LambdaVersion": "V2_0", "LambdaArn": CAPTURE }));

    // The policy of the former function would not let the pool in.
    let (code, told, _) = bench.run(&["detach", "--yes"]);
    assert_eq!((code, bench.pool.updates()), (Some(10), 1), "{told}");
    assert!(told.contains(CLAIMS) && told.contains("--even-if-not-allowed"), "{told}");
    let (code, told, said) = bench.run(&["detach", "--yes", "--even-if-not-allowed"]);
    assert_eq!(code, Some(0), "{told}{said}");
    assert_eq!(triggers(&bench.pool), bench.before["LambdaConfig"]);
}

#[test]
fn a_managed_pool_is_left_to_its_template_and_the_template_s_lines_are_printed() {
    let tags = json!({ "UserPoolTags": { "aws:cloudformation:stack-name": "identity" } });
    let bench = Bench::start("managed", &tags, json!({}));
    let (code, told, _) = bench.run(&["attach", "--yes"]);
    assert_eq!(code, Some(10), "{told}");
    for words in ["CloudFormation", "next deployment", "--print cloudformation", "--even-if-managed"] {
        assert!(told.contains(words), "{told}");
    }
    let (code, printed, said) = bench.run(&["attach", "--print", "cloudformation"]);
    assert_eq!(code, Some(0), "{said}");
    for line in
        [format!("SourceArn: {POOL_ARN}"), format!("LambdaArn: {CAPTURE}"), "LambdaVersion: V1_0".to_owned()]
    {
        assert!(printed.contains(&line), "{printed}");
    }
    bench.assert_untouched("managed");
    let (code, told, said) = bench.run(&["attach", "--yes", "--even-if-managed"]);
    assert_eq!((code, told.contains("warning: the pool is managed")), (Some(0), true), "{told}{said}");
    assert_eq!(bench.pool.described()["UserPoolTags"]["aws:cloudformation:stack-name"], "identity");
    let (code, told, _) = bench.run(&["detach", "--yes"]);
    assert_eq!((code, bench.pool.updates()), (Some(10), 1), "{told}");
    assert!(told.contains("CloudFormation") && told.contains("--even-if-managed"), "{told}");
    let (code, told, said) = bench.run(&["detach", "--yes", "--even-if-managed"]);
    assert_eq!(code, Some(0), "{told}{said}");
    assert_eq!(settings(&bench.pool), bench.before);
}

#[test]
fn what_aws_refuses_is_told_in_its_words_and_changes_nothing() {
    let bench = Bench::start("refused", &json!({}), json!({}));
    bench.pool.refuse_next("UpdateUserPool", "InvalidParameterException");
    let (code, _, said) = bench.run(&["attach", "--yes"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the pool was not changed") && said.contains("AWS says: "), "{said}");
    assert_eq!(settings(&bench.pool), bench.before);
}

#[test]
fn a_lost_answer_is_found_out() {
    let bench = Bench::start("lost", &json!({}), json!({}));
    bench.stub.faults().lose_answer("UpdateUserPool");
    bench.stub.faults().lose_answer("DescribeUserPool");
    let (code, told, said) = bench.run(&["attach", "--yes"]);
    assert_eq!((code, bench.pool.updates()), (Some(0), 1), "{told}{said}");
    assert_eq!(triggers(&bench.pool)["CustomMessage"], CAPTURE);
}

#[test]
fn a_capture_that_fails_is_never_put_before_sign_ins() {
    let bench = Bench::start("fails", &json!({}), json!({}));
    bench.functions.behave(&function(CAPTURE), Behaviour::Fails);
    let (code, _, said) = bench.run(&["attach", "--yes"]);
    assert_eq!((code, bench.pool.updates()), (Some(1), 0), "{said}");
    assert!(said.contains("the pool was not changed") && said.contains("capture failed"), "{said}");
    assert!(bench.stub.table().all().is_empty() && !bench.file().exists(), "there is no former state");
    assert_eq!(settings(&bench.pool), bench.before);
}

#[test]
fn an_update_that_changes_more_than_it_should_is_taken_back() {
    let bench = Bench::start("mishap", &json!({}), json!({}));
    bench.pool.mishap(|settings| drop(settings.insert("UserPoolTier".to_owned(), json!("ESSENTIALS"))));
    let (code, _, said) = bench.run(&["attach", "--yes"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("as it was before") && said.contains("UserPoolTier"), "{said}");
    assert_eq!(settings(&bench.pool), bench.before);
}
