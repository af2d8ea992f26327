//! Which crates reach which: the edges that a review would have to guard otherwise.

use std::collections::BTreeSet;
use std::process::Command;

use twinpool_tests::bootstrap::workspace;

/// Everything that a crate is built with, tests aside.
fn reach(krate: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace());
    cargo.args([
        "tree",
        "--locked",
        "--offline",
        "-p",
        krate,
        "-e",
        "normal",
        "--prefix",
        "none",
        "-f",
        "{p}",
    ]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split(' ').next()).filter(|name| *name != krate);
    names.map(str::to_owned).collect()
}

fn assert_none(krate: &str, forbidden: &[&str]) {
    let reach = reach(krate);
    let found: Vec<_> =
        reach.iter().filter(|name| forbidden.iter().any(|start| name.starts_with(start))).collect();
    assert!(found.is_empty(), "{krate} reaches {found:?}");
}

#[test]
fn the_core_is_pure() {
    assert_none("twinpool-core", &["aws", "tokio", "lambda", "hyper", "tracing", "twinpool"]);
}

#[test]
fn engine_and_aws_do_not_see_each_other() {
    assert_none("twinpool-engine", &["aws", "lambda", "hyper", "twinpool-aws"]);
    assert_none("twinpool-aws", &["twinpool-engine"]);
}

#[test]
fn capture_cannot_reach_a_pool_or_the_links() {
    let far =
        ["aws-sdk-cognito", "aws-sdk-dynamodb", "twinpool-engine", "tracing-subscriber", "aws_lambda_events"];
    assert_none("twinpool-capture", &far);
    assert!(reach("twinpool-capture").contains("aws-sdk-sqs"));
}

#[test]
fn stand_ins_are_built_into_nothing() {
    for krate in ["twinpool-capture", "twinpool-functions", "twinpool-cli"] {
        assert_none(krate, &["twinpool-testkit", "xtask"]);
    }
}

#[test]
fn there_is_one_tls_stack_and_one_runtime() {
    let others = [
        "aws-lc",
        "openssl-sys",
        "native-tls",
        "boring",
        "async-std",
        "smol",
        "actix",
        "simd-json",
        "sonic-rs",
    ];
    for krate in ["twinpool-capture", "twinpool-functions", "twinpool-cli", "xtask"] {
        assert_none(krate, &others);
    }
}
