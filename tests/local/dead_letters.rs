//! The DLQ and the rules as an operator sees them, with the built `twinpool` on the deployed stack.

use serde_json::Value;
use xtask::local::Stack;
use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};

use crate::command::twinpool;
use crate::queue::body;
use crate::until;

/// Runs `twinpool`; gives what it prints.
fn printed(stack: &Stack, words: &[&str], expected: i32) -> String {
    let output = twinpool(stack, words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn dlq(stack: &Stack, words: &[&str]) -> String {
    printed(stack, &[&["dlq"], words].concat(), 0)
}

/// What `show` says of each cause: its name, how many messages, a few subs.
fn causes(stack: &Stack) -> Vec<(String, u64, Vec<String>)> {
    let all: Value = serde_json::from_str(&dlq(stack, &["show", "--json"])).unwrap();
    let one = |cause: &Value| {
        let some = cause["some"].as_array().unwrap().iter().map(|sub| sub.as_str().unwrap().to_owned());
        (cause["cause"].as_str().unwrap().to_owned(), cause["messages"].as_u64().unwrap(), some.collect())
    };
    all["causes"].as_array().unwrap().iter().map(one).collect()
}

fn has(stack: &Stack, body: &str) -> bool {
    stack.dead_letters().bodies().unwrap().iter().any(|found| found == body)
}

#[test]
fn a_dead_letter_is_told_by_cause_redriven_and_arrives_and_what_is_not_ours_stays() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.sign_up("ida", &[("email", "ida@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("ida").unwrap();
    // What the mirror had to give up: an event of ida, twice, behind somebody else's message in the same group.
    let foreign = "{\"hello\":\"ida@example.com\"}";
    let elsewhere = body("eu-west-1_Elsewhere", "b0b7ab1e-0000-4000-8000-0000000000d1");
    let ours = body(&stack.addresses.old_pool.id, &sub);
    stack.dead_letters().send(&sub, foreign).unwrap();
    stack.dead_letters().send(&sub, &ours).unwrap();
    stack.dead_letters().send(&sub, &ours).unwrap();
    stack.dead_letters().send("elsewhere-d1", &elsewhere).unwrap();
    // One poisoned user holds up nobody, not even himself: ida signs in meanwhile and changes.
    old.sign_in("ida").unwrap();
    until_linked(&stack, &sub);
    old.set("ida", &[("given_name", "Ida")]).unwrap();

    let told = causes(&stack);
    let count = |name: &str| told.iter().find(|(cause, ..)| cause == name).map(|(_, count, _)| *count);
    assert!(
        told.iter().any(|(cause, count, some)| cause == "unknown" && *count >= 2 && some.contains(&sub)),
        "{told:?}"
    );
    assert!(count("not_a_change_event").is_some() && count("other_pool").is_some(), "{told:?}");
    let text = dlq(&stack, &["show"]);
    assert!(!text.contains("example.com"), "{text}");

    let outlook = dlq(&stack, &["redrive", "--dry-run"]);
    assert!(outlook.contains("to redrive") && outlook.contains("unknown"), "{outlook}");
    assert!(has(&stack, &ours), "a dry run takes nothing away");

    let done = dlq(&stack, &["redrive", "--yes"]);
    assert!(done.contains("redriven") && done.contains("stay"), "{done}");
    // Read again: the new name came with no event of its own.
    until(&stack, &sub, "the new name", |ida| {
        ida.attributes.get("given_name").is_some_and(|name| name == "Ida")
    });
    assert!(!has(&stack, &ours));
    assert!(has(&stack, foreign) && has(&stack, &elsewhere));
}

#[test]
fn what_went_wrong_is_told_of_an_event_of_another_pool_and_what_a_drop_would_delete() {
    let stack = stack(MINISTACK).unwrap();
    let sub = "b0b7ab1e-0000-4000-8000-0000000000d2";
    let elsewhere = body("eu-west-1_Elsewhere", sub);
    stack.queue().send(sub, &elsewhere).unwrap();
    wait_for("the dead letter", || Ok(has(&stack, &elsewhere).then_some(()))).unwrap();
    // The mirror wrote it down, so it is known without the id of the old pool.
    let noted = stack.links().trouble(sub).unwrap();
    assert_eq!(noted.as_deref(), Some("other_pool"));
    let outlook = dlq(&stack, &["drop", "--cause", "other_pool", "--dry-run"]);
    assert!(outlook.contains("to delete"), "{outlook}");
    assert!(has(&stack, &elsewhere));
}

fn until_linked(stack: &Stack, sub: &str) {
    wait_for("the link", || stack.links().new_sub(sub)).unwrap();
}

#[test]
fn rules_are_held_against_both_pools_and_show_no_value() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.sign_up("jo", &[("email", "josephine@example.com"), ("email_verified", "true")]).unwrap();
    let rules = std::env::temp_dir().join(format!("twinpool-rules-{}.toml", std::process::id()));
    let check = |text: &str, expected| {
        std::fs::write(&rules, text).unwrap();
        let file = rules.to_str().unwrap();
        printed(&stack, &["rules", "check", "--rules", file, "--user", &sub], expected)
    };
    // The pools of the test tell upper and lower case apart, which is warned of.
    let table = check("[attributes]\nemail = { fold_case = true }\n", 11);
    assert!(table.contains("tells upper and lower case apart"), "{table}");
    assert!(table.contains("in lower case") && table.contains("j•••@e•••.com"), "{table}");
    assert!(!table.contains("josephine"), "{table}");
    let refused = check("[attributes]\nnickname = { rename = \"custom:nowhere\" }\n", 10);
    assert!(refused.contains("custom:nowhere") && refused.contains("refused"), "{refused}");
    let broken = check("[attributes]\nemail = { fold_kase = true }\n", 10);
    assert!(broken.contains("line 2") && broken.contains("fold_kase"), "{broken}");
    std::fs::remove_file(&rules).unwrap();
    // Without a user to look at, the examples are of the first few.
    let sampled =
        printed(&stack, &["rules", "check", "--json", "--rules", "infra/twinpool.example.toml"], 10);
    let sampled: Value = serde_json::from_str(&sampled).unwrap();
    let rows = sampled["attributes"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["source"] == "email" && row["example"]["before"].is_string()),
        "{sampled}"
    );
}
