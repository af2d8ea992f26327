//! The local CloudWatch, which is ours (docs/local-metrics.md): it is told what happens, and tells it as `twinpool` and the template ask.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use xtask::local::Stack;
use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};
use xtask::{paths, tools};

use crate::arrived;
use crate::command::twinpool;

#[test]
fn lines_questions_and_alarms_are_understood() {
    let mut tests = Command::new(tools::python_program("python"));
    tests.args(["-B", "metrics_test.py"]).current_dir(paths::root().join("infra/local"));
    let output = tests.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The sum of all points of the last minutes; nothing where there is none.
fn told(stack: &Stack, query: &Value) -> Option<f64> {
    let now = now();
    let question = json!({ "StartTime": now - 600, "EndTime": now + 60, "MetricDataQueries": [query] });
    let answer = stack.aws().cloudwatch("GetMetricData", &question).unwrap();
    let series = answer["MetricDataResults"].as_array().unwrap();
    assert!(series.iter().all(|one| one["StatusCode"] == "Complete"), "{answer}");
    let values: Vec<_> =
        series.iter().flat_map(|one| one["Values"].as_array().unwrap()).filter_map(Value::as_f64).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

fn metric(namespace: &str, name: &str, dimension: (&str, &str), stat: &str) -> Value {
    json!({ "Id": "m", "MetricStat": { "Period": 60, "Stat": stat, "Metric": {
        "Namespace": namespace, "MetricName": name, "Dimensions": [{ "Name": dimension.0, "Value": dimension.1 }],
    } } })
}

fn is_counted(stack: &Stack, what: &str, query: &Value) {
    wait_for(what, || Ok(told(stack, query).filter(|sum| *sum >= 1.0))).unwrap();
}

/// Somebody signs up and in.
fn somebody(stack: &Stack, name: &str) -> String {
    let (old, email) = (stack.old(), format!("{name}@example.com"));
    let sub = old.sign_up(name, &[("email", &email), ("email_verified", "true")]).unwrap();
    old.confirm(name).unwrap();
    old.sign_in(name).unwrap();
    sub
}

#[test]
fn sign_ins_functions_queues_and_calls_are_counted() {
    let stack = stack(MINISTACK).unwrap();
    arrived(&stack, &somebody(&stack, "metered"));
    let pool = &stack.addresses.old_pool.id;
    let wanted =
        format!(r#"{{AWS/Cognito,UserPool,UserPoolClient}} MetricName="SignInSuccesses" UserPool="{pool}""#);
    is_counted(
        &stack,
        "the sign-in",
        &json!({ "Id": "m", "Expression": format!("SEARCH('{wanted}', 'Sum', 60)") }),
    );
    let calls =
        r#"Namespace="AWS/Usage" Service="Cognito user pool" MetricName="CallCount" Resource="UserRead""#;
    is_counted(
        &stack,
        "the mirror's calls",
        &json!({ "Id": "m", "Expression": format!("SEARCH('{calls}', 'Sum', 60)") }),
    );
    let queue = stack.addresses.queue_url.rsplit('/').next().unwrap();
    for name in ["NumberOfMessagesSent", "NumberOfMessagesDeleted"] {
        is_counted(&stack, name, &metric("AWS/SQS", name, ("QueueName", queue), "Sum"));
    }
    let mirror = stack.output("MirrorArn").unwrap();
    for name in ["MirrorLag", "Handled", "Operations"] {
        let own = ("FunctionName", mirror.rsplit(':').next().unwrap());
        is_counted(&stack, name, &metric("twinpool", name, own, "SampleCount"));
    }
    for output in ["CaptureArn", "MirrorArn"] {
        let arn = stack.output(output).unwrap();
        let function = arn.rsplit(':').next().unwrap();
        is_counted(&stack, output, &metric("AWS/Lambda", "Invocations", ("FunctionName", function), "Sum"));
    }
}

#[test]
fn a_line_in_the_embedded_metric_format_is_a_metric() {
    let stack = stack(MINISTACK).unwrap();
    let aws = stack.aws();
    let (group, stream) = ("metered", "one");
    aws.logs("CreateLogGroup", &json!({ "logGroupName": group })).unwrap();
    aws.logs("CreateLogStream", &json!({ "logGroupName": group, "logStreamName": stream })).unwrap();
    let at = now() * 1_000;
    let line = json!({
        "_aws": { "Timestamp": at, "CloudWatchMetrics": [{
            "Namespace": "twinpool", "Dimensions": [["FunctionName"]],
            "Metrics": [{ "Name": "Metered", "Unit": "Milliseconds" }],
        }] },
        "FunctionName": "metered", "Metered": (1..=100).collect::<Vec<_>>(),
    });
    let events = json!([{ "timestamp": at, "message": line.to_string() }]);
    let put = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events });
    aws.logs("PutLogEvents", &put).unwrap();
    let lag = told(&stack, &metric("twinpool", "Metered", ("FunctionName", "metered"), "p95"));
    assert_eq!(lag, Some(95.0));
}

/// Where the move stands, as a program is told it.
fn status(stack: &Stack) -> (Option<i32>, Value) {
    let output = twinpool(stack, &["status", "--json", "--stack", &stack.deployed_as()]);
    let seen = serde_json::from_slice(&output.stdout);
    (output.status.code(), seen.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

/// Runs again, whatever becomes of the test.
struct Stopped<'a>(&'a Stack);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let _ = self.0.let_mirror_run(true);
    }
}

#[test]
fn status_and_the_alarm_tell_of_a_mirror_that_was_stopped_and_of_one_that_runs_again() {
    let stack = stack(MINISTACK).unwrap();
    let prefix = format!("{}-MirrorStandsStill", stack.deployed_as());
    let is = |wanted: &str| {
        let question = json!({ "AlarmNamePrefix": prefix, "StateValue": wanted });
        let found = stack.aws().cloudwatch("DescribeAlarms", &question)?;
        Ok(found["MetricAlarms"].as_array().is_some_and(|alarms| alarms.len() == 1).then_some(()))
    };
    wait_for("the alarm to be off", || is("OK")).unwrap();
    stack.let_mirror_run(false).unwrap();
    let stopped = Stopped(&stack);
    let sub = somebody(&stack, "unheard");
    let (code, seen) = status(&stack);
    assert!(code == Some(10) && seen["health"] == "act", "{seen}");
    assert!(seen["mirror"]["stopped"].is_string(), "{seen}");
    wait_for("the alarm", || is("ALARM")).unwrap();
    let (_, seen) = status(&stack);
    let found = seen["findings"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap());
    assert!(found.into_iter().any(|what| what.contains("MirrorStandsStill")), "{seen}");
    assert_eq!(stack.links().new_sub(&sub).unwrap(), None, "the mirror goes on");
    drop(stopped);
    arrived(&stack, &sub);
    wait_for("the alarm to be off again", || is("OK")).unwrap();
}
