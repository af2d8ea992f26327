//! The built `twinpool` attaches and detaches the new pool, and deletes no stack that either pool calls.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_setup::port::{FunctionArn, Functions as _, Json, Permission};
use twinpool_testkit::{Behaviour, Knobs, MemoryFunctions, MemorySettings, Process};
use twinpool_tests::aws_stub::{AwsStub, TABLE};

use super::{between_in, folder, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const CAPTURE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-Capture-1";
const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1";
const CLAIMS: &str = "arn:aws:lambda:eu-west-1:123456789012:function:claims";
const GUARD: &str = "arn:aws:lambda:eu-west-1:123456789012:function:guard";
const FOREIGN_ROLE: &str = "arn:aws:iam::444455556666:role/twinpool-new-pool";

/// Nothing in it is what AWS sets by default. `more`: instead.
fn description(id: &str, more: &Value) -> Value {
    let mut described = json!({
        "Id": id, "Name": "production", "Arn": format!("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{id}"),
        "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": false } },
        "DeletionProtection": "ACTIVE", "UserPoolTier": "PLUS", "MfaConfiguration": "OPTIONAL",
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "IssuerConfiguration": { "Type": "UPDATED" }, "SettingOfTomorrow": { "On": true },
        "LambdaConfig": { "PreSignUp": GUARD },
    });
    for (key, value) in more.as_object().unwrap() {
        described[key] = value.clone();
    }
    described
}

struct Bench {
    old: Arc<MemorySettings>,
    new: Arc<MemorySettings>,
    functions: Arc<MemoryFunctions>,
    stub: AwsStub,
    folder: PathBuf,
    before: [Json; 2],
}

impl Bench {
    /// `more`: of the new pool; `chain`: variables of the sign-in function.
    fn start(name: &str, more: &Value, chain: Value) -> Self {
        let mfa =
            json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        let pool = |id, more| MemorySettings::new(description(id, more), mfa.clone(), Knobs::default());
        let (old, new) = (pool(OLD, &json!({})), pool(NEW, more));
        let functions = MemoryFunctions::new();
        for (arn, variables) in
            [(CAPTURE, json!({})), (SIGN_IN, chain), (CLAIMS, json!({})), (GUARD, json!({}))]
        {
            functions.put(&FunctionArn::parse(arn).unwrap(), variables, Behaviour::Echo);
        }
        let stub = AwsStub::of_account(&[&old, &new], &functions);
        stub.stack().tell(&[("CaptureArn", CAPTURE), ("SignInArn", SIGN_IN), ("TableName", TABLE)]);
        let made_of = [("Capture", "twinpool-Capture-1"), ("SignIn", "twinpool-SignIn-1")];
        stub.stack().is_made(&[("OldPoolId", OLD), ("NewPoolId", NEW)], &made_of);
        let before = [&old, &new].map(|pool| settings(pool));
        Self { old, new, functions, stub, folder: folder(name, 0o700), before }
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = between_in(&self.folder, &self.stub, OLD, NEW);
        told(&command.args(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// The owner deploys the sign-in function with these variables.
    fn deployed(&self, variables: Value) {
        self.functions.put(&FunctionArn::parse(SIGN_IN).unwrap(), variables, Behaviour::Echo);
    }

    fn attach(&self) {
        for pool in ["old", "new"] {
            let (code, told, said) = self.run(&["attach", "--pool", pool, "--yes"]);
            assert_eq!(code, Some(0), "{told}{said}");
        }
    }

    fn assert_new_untouched(&self) {
        assert_eq!((settings(&self.new), self.new.updates()), (self.before[1].clone(), 0));
    }
}

/// What DescribeUserPool says, without what moves by itself.
fn settings(pool: &MemorySettings) -> Json {
    let mut described = pool.described();
    described.retain(|key, _| !["LastModifiedDate", "EstimatedNumberOfUsers"].contains(&key.as_str()));
    described
}

fn tokens(pool: &MemorySettings) -> Value {
    pool.described()["LambdaConfig"]["PreTokenGenerationConfig"].clone()
}

#[test]
fn both_pools_are_attached_and_each_is_detached_by_itself() {
    let bench = Bench::start("attach-new", &json!({}), json!({}));
    let (code, shown, said) = bench.run(&["attach", "--pool", "new", "--dry-run"]);
    assert_eq!(code, Some(0), "{said}");
    for word in ["LambdaConfig.PreTokenGeneration", "LambdaConfig.PostConfirmation", SIGN_IN, NEW, "V2_0"] {
        assert!(shown.contains(word), "{shown}");
    }
    assert!(!shown.contains("UserMigration") && !shown.contains("PreSignUp"), "{shown}");
    bench.assert_new_untouched();

    bench.attach();
    assert_eq!(tokens(&bench.new), json!({ "LambdaVersion": "V2_0", "LambdaArn": SIGN_IN }));
    assert_eq!(tokens(&bench.old), json!({ "LambdaVersion": "V1_0", "LambdaArn": CAPTURE }));
    let mut others = settings(&bench.new);
    others.insert("LambdaConfig".to_owned(), bench.before[1]["LambdaConfig"].clone());
    assert_eq!(others, bench.before[1]);
    let kept: Vec<_> = bench.stub.table().all().into_keys().collect();
    assert_eq!(kept, [format!("SETTINGS#{NEW}"), format!("SETTINGS#{OLD}")]);

    let (code, told, said) = bench.run(&["detach", "--pool", "new", "--yes"]);
    assert_eq!((code, told.contains("is detached")), (Some(0), true), "{told}{said}");
    assert_eq!(settings(&bench.new), bench.before[1]);
    assert!(
        !bench
            .functions
            .lets_in(&FunctionArn::parse(SIGN_IN).unwrap(), bench.before[1]["Arn"].as_str().unwrap())
    );
    assert_eq!(tokens(&bench.old)["LambdaArn"], CAPTURE);
    let kept: Vec<_> = bench.stub.table().all().into_keys().collect();
    assert_eq!(kept, [format!("SETTINGS#{OLD}")]);
}

#[tokio::test]
async fn the_ways_in_that_are_deployed_decide_about_the_slots_and_the_same_command_follows_them() {
    let all = json!({ "TWINPOOL_CONTINUITY": "all", "TWINPOOL_CHAIN_PRE_SIGN_UP": GUARD });
    let bench = Bench::start("ways-in", &json!({}), all.clone());
    let permission = Permission {
        statement_id: "theirs".to_owned(),
        source_arn: bench.before[1]["Arn"].as_str().unwrap().to_owned(),
        source_account: "123456789012".to_owned(),
    };
    let functions = bench.functions.handle(&Arc::new(Process::healthy()));
    functions.allow(&FunctionArn::parse(GUARD).unwrap(), &permission).await.unwrap();
    bench.attach();
    for slot in ["PreSignUp", "UserMigration", "DefineAuthChallenge", "CreateAuthChallenge"] {
        assert_eq!(bench.new.described()["LambdaConfig"][slot], SIGN_IN, "{slot}");
    }
    bench.deployed(json!({ "TWINPOOL_CONTINUITY": "challenges", "TWINPOOL_CHAIN_PRE_SIGN_UP": GUARD }));
    let (code, told, said) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!((code, told.contains("5 triggers")), (Some(0), true), "{told}{said}");
    assert!(told.ends_with("then: twinpool doctor\n"), "{told}");
    let lambda = bench.new.described()["LambdaConfig"].clone();
    assert_eq!((&lambda["PreSignUp"], lambda.get("UserMigration")), (&json!(GUARD), None), "{lambda}");
    bench.deployed(all);
    bench.attach();
    bench.deployed(json!({ "TWINPOOL_CHAIN_PRE_SIGN_UP": GUARD }));
    let (code, told, said) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!((code, told.contains("then:")), (Some(0), false), "no way in is left: {told}{said}");
    let (code, told, said) = bench.run(&["detach", "--pool", "new", "--yes"]);
    assert_eq!((code, settings(&bench.new)), (Some(0), bench.before[1].clone()), "{told}{said}");
}

#[test]
fn a_slot_that_two_cannot_share_is_refused_with_the_parameter_to_deploy_with() {
    let taken = json!({ "LambdaConfig": { "UserMigration": CLAIMS } });
    let bench = Bench::start("not-shared", &taken, json!({ "TWINPOOL_CONTINUITY": "all" }));
    let (code, told, _) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(told.contains(CLAIMS) && told.contains("SignInContinuity=challenges"), "{told}");
    bench.assert_new_untouched();
}

#[test]
fn on_lite_the_events_are_of_the_first_version_and_what_that_means_is_said() {
    let bench = Bench::start("lite", &json!({ "UserPoolTier": "LITE" }), json!({}));
    let (code, told, said) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(told.contains("ID tokens alone will hold the user id"), "{told}");
    assert_eq!(tokens(&bench.new)["LambdaVersion"], "V1_0");
}

#[test]
fn a_taken_slot_and_a_pool_elsewhere_are_refused_with_what_to_do() {
    let taken = json!({ "LambdaConfig": { "PreTokenGeneration": CLAIMS } });
    let bench = Bench::start("taken-new", &taken, json!({}));
    let (code, told, _) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(told.contains(&format!("NewPoolChainPreTokenGeneration={CLAIMS}")), "{told}");
    bench.assert_new_untouched();

    let foreign = json!({ "Arn": format!("arn:aws:cognito-idp:eu-west-1:444455556666:userpool/{NEW}") });
    let bench = Bench::start("foreign", &foreign, json!({}));
    let (code, told, _) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(
        told.contains("444455556666") && told.contains("in the account and Region of the stack alone"),
        "{told}"
    );
    bench.assert_new_untouched();

    // The stack of such a pool has no sign-in function.
    bench.stub.stack().tell(&[("CaptureArn", CAPTURE), ("TableName", TABLE)]);
    let (code, _, said) = bench.run(&["attach", "--pool", "new", "--yes"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--sign-in-arn") && said.contains("the stack has no sign-in function"), "{said}");
}

#[test]
fn lines_for_the_template_keep_the_version_that_a_former_function_was_made_for() {
    let held = json!({ "LambdaConfig": { "PreTokenGeneration": SIGN_IN,
        "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": SIGN_IN } } });
    let words = ["attach", "--pool", "new", "--print", "cloudformation", "--token-version", "V2_0"];
    let chain = json!({ "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": CLAIMS });
    let (code, printed, said) = Bench::start("print-chained", &held, chain).run(&words);
    assert_eq!(code, Some(0), "{said}");
    let stays = format!("# PreTokenGeneration stays at V1_0, which {CLAIMS} was made for");
    assert!(printed.contains("LambdaVersion: V1_0") && printed.contains(&stays), "{printed}");
    let (code, printed, said) = Bench::start("print-alone", &held, json!({})).run(&words);
    assert_eq!(code, Some(0), "{said}");
    assert!(printed.contains("LambdaVersion: V2_0") && !printed.contains("stays at"), "{printed}");
}

#[test]
fn a_stack_is_deleted_only_after_both_pools_are_what_they_were() {
    let bench = Bench::start("remove-both", &json!({}), json!({}));
    bench.attach();
    let (code, told, said) = bench.run(&["remove", "--dry-run"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(0), true), "{told}{said}");
    assert!(told.contains(OLD) && told.contains(NEW), "{told}");
    assert_eq!(tokens(&bench.new)["LambdaArn"], SIGN_IN, "--dry-run");

    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(0), false), "{told}{said}");
    assert!(
        told.contains(&format!("{OLD} is detached")) && told.contains(&format!("{NEW} is detached")),
        "{told}"
    );
    assert_eq!([&bench.old, &bench.new].map(|pool| settings(pool)), bench.before);
}

#[test]
fn a_stack_stays_where_the_new_pool_cannot_be_detached_or_looked_at() {
    let bench = Bench::start("remove-stays", &json!({}), json!({}));
    bench.attach();
    // The update of the new pool is refused.
    bench.new.refuse_next("UpdateUserPool", "InvalidParameterException");
    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(1), true), "{told}{said}");
    assert_eq!(tokens(&bench.new)["LambdaArn"], SIGN_IN);
    let (done, then) = said.split_once("after that").expect("what was done first");
    assert!(done.contains(&format!("{OLD} is detached")), "{said}");
    assert!(then.contains(NEW) && then.contains("the pool was not changed"), "{said}");

    // Nobody can tell what it calls: that comes after the old pool, which is detached by now.
    bench.new.refuse_next("DescribeUserPool", "NotAuthorizedException");
    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(1), true), "{told}{said}");
    assert!(said.contains("nothing was deleted"), "{said}");

    // The stack does not say which function it is, and the slot names one of its own.
    bench.stub.stack().tell(&[("CaptureArn", CAPTURE), ("TableName", TABLE)]);
    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(10), true), "{told}{said}");
    assert!(told.contains(NEW) && told.contains(SIGN_IN), "{told}");

    // Another stack's function calls ours.
    bench.stub.stack().tell(&[("CaptureArn", CAPTURE), ("SignInArn", SIGN_IN), ("TableName", TABLE)]);
    let chain = json!({ "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": SIGN_IN });
    bench.functions.put(&FunctionArn::parse(CLAIMS).unwrap(), chain, Behaviour::Echo);
    bench.new.change(|it| {
        it["LambdaConfig"] = json!({ "PreTokenGeneration": CLAIMS,
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": CLAIMS } });
    });
    let kept = bench.stub.table().all().contains_key(&format!("SETTINGS#{NEW}"));
    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(10), true), "{told}{said}");
    assert!(told.contains("another stack's function calls it"), "{told}");
    let arn = bench.before[1]["Arn"].as_str().unwrap();
    assert!(bench.functions.lets_in(&FunctionArn::parse(SIGN_IN).unwrap(), arn), "it takes its place again");
    assert!(kept && bench.stub.table().all().contains_key(&format!("SETTINGS#{NEW}")));
}

#[tokio::test]
async fn a_new_pool_of_another_account_bars_the_end_only_where_a_policy_lets_it_in() {
    let bench = Bench::start("remove-foreign", &json!({}), json!({}));
    let foreign = ("NewPoolId", "eu-west-1_Foreign");
    let made_of = [("Capture", "twinpool-Capture-1")];
    let parameters = [("OldPoolId", OLD), foreign, ("NewPoolRoleArn", FOREIGN_ROLE)];
    bench.stub.stack().is_made(&parameters, &made_of);
    let (code, told, said) = bench.run(&["remove", "--dry-run"]);
    assert_eq!(code, Some(0), "{told}{said}");
    let account = "444455556666".to_owned();
    let permission = Permission {
        statement_id: "by-hand".to_owned(),
        source_arn: format!("arn:aws:cognito-idp:eu-west-1:{account}:userpool/eu-west-1_Foreign"),
        source_account: account,
    };
    let capture = FunctionArn::parse(CAPTURE).unwrap();
    let functions = bench.functions.handle(&Arc::new(Process::healthy()));
    functions.allow(&capture, &permission).await.unwrap();
    let (code, _, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(1), true), "{said}");
    assert!(said.contains("eu-west-1_Foreign") && said.contains("remove-permission"), "{said}");
    functions.disallow(&capture, "by-hand").await.unwrap();
    bench.stub.faults().fail_next("GetPolicy", 1, "AccessDeniedException");
    let (code, _, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(1), true), "{said}");
    assert!(said.contains("nothing was deleted"), "{said}");
    let (code, told, said) = bench.run(&["remove", "--yes"]);
    assert_eq!((code, bench.stub.stack().is_there()), (Some(0), false), "{told}{said}");
}
