//! The built command attaches and detaches the old pool of a stack of its own. MiniStack keeps what an update leaves out, so that
//! nothing is reset is no finding here: `tests/command/attach.rs` has it.

use serde_json::{Value, json};
use xtask::local::{Options, Running, Stack, folder};
use xtask::process::wait_for;
use xtask::testbed::ATTACH;

use crate::arrived;
use crate::command::twinpool;

fn triggers(stack: &Stack) -> Value {
    let ask = json!({ "UserPoolId": stack.addresses.old_pool.id });
    stack.aws().cognito("DescribeUserPool", &ask).unwrap()["UserPool"]["LambdaConfig"].clone()
}

fn run(stack: &Stack, capture: &str, command: &str) {
    let file = folder(ATTACH).join("before.json");
    let more = ["--capture-arn", capture, "--save", file.to_str().unwrap(), "--yes"];
    let output = twinpool(stack, &[&[command], &more[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{command}: {}{said}", String::from_utf8_lossy(&output.stdout));
}

/// Somebody signs up and in.
fn somebody(stack: &Stack, address: &str) -> String {
    let old = stack.old();
    let sub = old.sign_up(address, &[("email", address), ("email_verified", "true")]).unwrap();
    old.confirm(address).unwrap();
    old.sign_in(address).unwrap();
    sub
}

/// A trigger would have sent its event before the sign-in was answered, and the queue is worked off.
fn assert_unheard(stack: &Stack, sub: &str) {
    wait_for("the queue to be worked off", || Ok(stack.queue().is_empty()?.then_some(()))).unwrap();
    assert_eq!(stack.links().new_sub(sub).unwrap(), None);
}

#[test]
fn sign_ins_arrive_while_a_pool_is_attached_and_go_on_unheard_when_it_is_detached() {
    let running = Running::up(&Options { build: false, ..Options::named(ATTACH) }).unwrap();
    let stack = running.stack();
    let capture = triggers(stack)["CustomMessage"].as_str().unwrap().to_owned();
    // The stack comes with triggers that the command did not put there.
    run(stack, &capture, "detach");
    assert!(!triggers(stack).to_string().contains(&capture));
    assert_unheard(stack, &somebody(stack, "before@example.com"));

    run(stack, &capture, "attach");
    assert_eq!(triggers(stack)["PreTokenGenerationConfig"]["LambdaArn"], capture);
    arrived(stack, &somebody(stack, "attached@example.com"));

    run(stack, &capture, "detach");
    assert!(!triggers(stack).to_string().contains(&capture));
    assert_unheard(stack, &somebody(stack, "after@example.com"));
}
