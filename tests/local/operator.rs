//! What an operator does with the built `twinpool`: a conflict found, decided and carried out; a user told; a drift mended.

use std::process::Output;

use serde_json::Value;
use xtask::local::Stack;
use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};

use crate::command::twinpool;
use crate::{arrived, until};

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a command that ends well prints for programs.
fn json(stack: &Stack, arguments: &[&str]) -> Value {
    let output = twinpool(stack, &[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text(&output)).unwrap()
}

fn sign_in_as(stack: &Stack, name: &str, email: &str) -> String {
    let old = stack.old();
    let sub = old.sign_up(name, &[("email", email), ("email_verified", "true")]).unwrap();
    old.confirm(name).unwrap();
    old.sign_in(name).unwrap();
    sub
}

/// Two people with one address: the old pool takes it for an attribute, the new one for a name.
fn twins(stack: &Stack, name: &str) -> (String, String) {
    let address = format!("{name}@example.com");
    let first = sign_in_as(stack, name, &address);
    arrived(stack, &first);
    let second = sign_in_as(stack, &format!("{name}.twin"), &address);
    let reason = wait_for("the conflict", || stack.links().conflict(&second)).unwrap();
    assert_eq!(reason, "twin");
    (first, second)
}

#[test]
fn a_twin_is_listed_merged_and_resolved() {
    let stack = stack(MINISTACK).unwrap();
    let (first, second) = twins(&stack, "mara");

    let listed = text(&twinpool(&stack, &["conflicts", "list", "--reason", "twin"]));
    assert!(listed.lines().any(|line| line.starts_with(&second)), "{listed}");
    let shown = text(&twinpool(&stack, &["conflicts", "show", &second]));
    assert!(shown.contains(&format!("twinpool conflicts resolve {second} --merge-into {first}")), "{shown}");

    let merge = ["conflicts", "resolve", &second, "--merge-into", &first];
    let unasked = twinpool(&stack, &merge);
    assert_eq!(unasked.status.code(), Some(2), "there is nobody to ask");
    let dry = twinpool(&stack, &[&merge[..], &["--dry-run"]].concat());
    assert!(text(&dry).starts_with("dry run: "), "{}", text(&dry));
    assert_eq!(json(&stack, &["resolve", &second])["state"], "conflict", "nothing was written");

    let merged = json(&stack, &[&merge[..], &["--yes"]].concat());
    assert_eq!((&merged["answer"], &merged["state"]), (&"done".into(), &"merged".into()));
    let resolved = json(&stack, &["resolve", &second]);
    for (field, value) in
        [("user_id", &first), ("alias_of", &first), ("own_user_id", &second), ("old_sub", &second)]
    {
        assert_eq!(resolved[field], value.as_str(), "{field}");
    }
    let listed = text(&twinpool(&stack, &["conflicts", "list"]));
    assert!(!listed.contains(&second), "{listed}");
    let aliases = &json(&stack, &["explain", &first, "--aliases"])["aliases"];
    assert_eq!(aliases, &serde_json::json!([second]));
    let both = json(&stack, &["explain", &second])["accounts"]["old"].clone();
    assert_eq!(both.as_array().map(Vec::len), Some(2), "{both}");

    let forgotten = twinpool(&stack, &["conflicts", "resolve", &second, "--forget", "--yes"]);
    assert_eq!(forgotten.status.code(), Some(5), "{}", text(&forgotten));
    assert_eq!(json(&stack, &["resolve", &second])["reason"], "twin");
}

#[test]
fn all_twins_are_merged_by_rule() {
    let stack = stack(MINISTACK).unwrap();
    let (first, second) = twins(&stack, "jon");
    let output = json(&stack, &["conflicts", "resolve", "--twins-into-first", "--yes"]);
    assert!(
        output["users"].as_array().unwrap().iter().any(|user| user["old_sub"] == second.as_str()),
        "{output:#}"
    );
    assert_eq!(json(&stack, &["resolve", &second])["alias_of"], first.as_str());
}

#[test]
fn a_person_says_who_a_stranger_is() {
    let stack = stack(MINISTACK).unwrap();
    let stranger = stack.new_pool().sign_up("kim@example.com", &[("email", "kim@example.com")]).unwrap();
    stack.new_pool().confirm("kim@example.com").unwrap();
    let sub = sign_in_as(&stack, "kim", "kim@example.com");
    assert_eq!(wait_for("the conflict", || stack.links().conflict(&sub)).unwrap(), "taken");
    let nobody = "b0b7ab1e-0000-4000-8000-00000000000a";
    let refused = twinpool(&stack, &["conflicts", "resolve", &sub, "--link-to", nobody, "--yes"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    let linked = json(&stack, &["conflicts", "resolve", &sub, "--link-to", &stranger, "--yes"]);
    assert_eq!((&linked["state"], &linked["new_sub"]), (&"linked".into(), &stranger.as_str().into()));
}

#[test]
fn explain_shows_no_value_and_sync_mends_a_drift() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let profile = [("email", "lou@example.com"), ("email_verified", "true"), ("given_name", "Louise")];
    let sub = old.sign_up("lou.secretson", &profile).unwrap();
    old.confirm("lou.secretson").unwrap();
    old.sign_in("lou.secretson").unwrap();
    let lou = arrived(&stack, &sub);
    assert!(text(&twinpool(&stack, &["explain", &sub])).contains("in step"));

    stack.new_pool().set(&lou.sub, &[("given_name", "Somebody")]).unwrap();
    // By every name that there is.
    for who in [sub.as_str(), &lou.sub, "lou.secretson"] {
        for form in [&[][..], &["--json"]] {
            let output = twinpool(&stack, &[&["explain", who], form].concat());
            let told = text(&output) + &String::from_utf8_lossy(&output.stderr);
            assert!(told.contains("1 thing differs"), "{told}");
            for value in ["example.com", "Louise", "Somebody", "secretson"] {
                assert!(!told.contains(value), "{value}: {told}");
            }
        }
    }
    let synced = json(&stack, &["sync", &lou.sub, "--yes"]);
    assert_eq!((&synced["did"], &synced["open"]), (&"set given_name".into(), &serde_json::json!([])));
    until(&stack, &sub, "the old name", |person| person.attributes["given_name"] == "Louise");
    assert!(json(&stack, &["explain", &sub])["in_short"] == "in step");
}

#[test]
fn who_is_unknown_is_told_so() {
    let stack = stack(MINISTACK).unwrap();
    let nobody = "b0b7ab1e-0000-4000-8000-00000000000b";
    for command in ["resolve", "explain", "sync"] {
        let consent: &[&str] = if command == "sync" { &["--yes"] } else { &[] };
        let output = twinpool(&stack, &[&[command, nobody], consent].concat());
        assert_eq!(output.status.code(), Some(3), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let output = twinpool(&stack, &["explain", "nobody@example.com"]);
    assert_eq!((output.status.code(), text(&output).contains("example.com")), (Some(3), false));
    let report = twinpool(&stack, &["report", "mfa", "--csv"]);
    assert!(text(&report).starts_with("old_sub,user_id,factors,as_of\n"), "{}", text(&report));
}
