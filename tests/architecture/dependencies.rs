//! Which crates reach which: the edges that a review would have to guard otherwise.

use std::collections::BTreeSet;
use std::process::Command;

use twinpool_tests::bootstrap::workspace;

use crate::files::files;

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
fn the_core_asks_neither_clock_nor_environment() {
    let sources = files(&workspace().join("crates/twinpool-core/src"), ".rs");
    assert!(sources.len() > 50);
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let asked: Vec<_> =
            ["SystemTime", "Instant", "std::env"].into_iter().filter(|it| text.contains(it)).collect();
        assert!(asked.is_empty(), "{} asks {asked:?}", path.display());
    }
}

#[test]
fn the_rules_are_pure() {
    assert_none(
        "twinpool-rules",
        &["aws", "tokio", "lambda", "hyper", "tracing", "twinpool-engine", "twinpool-aws"],
    );
}

#[test]
fn setting_up_knows_no_aws_and_no_function_has_it() {
    assert_none("twinpool-setup", &["aws", "tokio", "lambda", "hyper", "twinpool-engine", "twinpool-aws"]);
    assert_none("twinpool-functions", &["twinpool-setup"]);
}

#[test]
fn packaging_knows_no_aws_and_neither_do_the_project_s_own_commands() {
    for krate in ["twinpool-package", "xtask"] {
        assert_none(krate, &["aws", "tokio", "hyper", "twinpool-aws"]);
    }
}

#[test]
fn engine_and_aws_do_not_see_each_other() {
    assert_none("twinpool-engine", &["aws", "lambda", "hyper", "twinpool-aws"]);
    assert_none("twinpool-aws", &["twinpool-engine"]);
}

#[test]
fn what_is_fuzzed_comes_without_aws() {
    assert_none("twinpool-fuzz", &["aws", "lambda", "hyper"]);
}

#[test]
fn what_backends_link_in_knows_no_aws() {
    for krate in ["twinpool-resolver", "twinpool-bridge", "twinpool-api"] {
        assert_none(krate, &["aws", "lambda", "hyper-rustls", "twinpool-engine", "twinpool-aws"]);
    }
}

#[test]
fn the_page_knows_no_aws_and_decides_nothing() {
    assert_none(
        "twinpool-page",
        &["aws", "lambda", "hyper-rustls", "twinpool-engine", "twinpool-aws", "twinpool-cli"],
    );
}

#[test]
fn the_bridge_brings_no_runtime_and_logs_nothing() {
    assert_none("twinpool-bridge", &["tokio", "tracing", "log", "twinpool-rules"]);
}

#[test]
fn what_triggers_share_reaches_no_pool_no_links_and_no_queue() {
    let far = ["aws-sdk-cognito", "aws-sdk-dynamodb", "aws-sdk-sqs", "twinpool-engine"];
    assert_none("twinpool-trigger", &far);
}

#[test]
fn capture_cannot_reach_a_pool_or_the_links() {
    let far =
        ["aws-sdk-cognito", "aws-sdk-dynamodb", "twinpool-engine", "tracing-subscriber", "aws_lambda_events"];
    assert_none("twinpool-capture", &far);
    assert!(reach("twinpool-capture").contains("aws-sdk-sqs"));
}

#[test]
fn the_command_and_the_functions_do_not_see_each_other() {
    assert_none("twinpool-functions", &["twinpool-cli", "twinpool-capture"]);
    assert_none("twinpool-cli", &["twinpool-functions", "lambda"]);
}

#[test]
fn stand_ins_are_built_into_nothing() {
    assert_none("twinpool-testkit", &["aws", "lambda", "twinpool-engine"]);
    for krate in ["twinpool-capture", "twinpool-functions", "twinpool-cli"] {
        assert_none(krate, &["twinpool-testkit", "twinpool-fuzz", "xtask"]);
    }
}

#[test]
fn there_is_one_tls_stack_and_one_runtime() {
    let others = [
        "aws-lc",
        "openssl-sys",
        "native-tls",
        "boring",
        "reqwest",
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

/// What `deny.toml` allows.
fn allowed_licences() -> BTreeSet<String> {
    let text = std::fs::read_to_string(workspace().join("deny.toml")).unwrap();
    let list = text.split("allow = [").nth(1).unwrap().split(']').next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace()).args(["metadata", "--locked", "--offline", "--format-version", "1"]);
    // What other systems would need is not fetched.
    cargo.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (allowed, packages) = (allowed_licences(), metadata["packages"].as_array().unwrap());
    assert!(packages.len() > 100);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none").replace(['(', ')'], "");
        let is_fine = |choice: &str| choice.split([' ', '/']).any(|word| allowed.contains(word));
        assert!(licence.split(" AND ").all(is_fine), "{}: {licence}", package["name"]);
    }
}
