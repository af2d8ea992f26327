//! The old pool is left: everybody is in the new one, capture is gone, and the exported links are those of the table.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::super::command::{DONE, Twinpool};
use super::super::say::Clock;
use super::exported::{self, Exported};
use super::held::ensure_held;
use super::router::Router;
use super::steps::WHY;
use crate::local::Stack;
use crate::process;
use crate::wire::Aws;

/// Whether capture is in the triggers of the old pool.
pub(super) fn is_attached(stack: &Stack) -> Result<bool> {
    let pool = &stack.addresses.old_pool;
    let described =
        Aws::new(&pool.endpoint).cognito("DescribeUserPool", &json!({ "UserPoolId": pool.id }))?;
    Ok(described["UserPool"]["LambdaConfig"].to_string().contains(&stack.output("CaptureArn")?))
}

/// Leaves the old pool. What a local AWS can tell has to hold: the rest is forced.
pub(super) fn complete(stack: &Stack, twinpool: &Twinpool, router: &Router, clock: &Clock) -> Result<()> {
    ensure!(is_attached(stack)?, "capture is not in the triggers of the old pool before that is left");
    let arguments = ["complete", "--why", WHY, "--json", "--force", "the local AWS has no alarms"];
    let say = |name: &str, how: &str, codes: &[i32]| {
        twinpool.start(name, &[&arguments[..], &[how]].concat())?.answer(codes)
    };
    let shown = say("complete-shown", "--dry-run", &[0])?;
    let open = ensure_held(&shown, &["table", "verified", "queue"], &["dead-letters"])?;
    clock.say("checks", &open);
    say("complete", "--yes", &DONE)?;
    process::wait_for("the route to say so", || Ok((router.phase()? == "complete").then_some(())))?;
    let new = router.wait_for(100)?;
    ensure!(!is_attached(stack)?, "capture is still in the triggers of the old pool");
    clock.say("route", &format!("of 1,000 installs {new} are sent to the new pool; capture is detached"));
    export(stack, twinpool, clock)
}

fn export(stack: &Stack, twinpool: &Twinpool, clock: &Clock) -> Result<()> {
    let (jsonl, sql) = (twinpool.folder.join("links.jsonl"), twinpool.folder.join("links.sql"));
    for (name, option, path) in [("jsonl", "--to", &jsonl), ("sql", "--sql", &sql)] {
        let path = path.to_string_lossy();
        twinpool.start(&format!("export-{name}"), &["export", "links", option, &path])?.succeeds()?;
    }
    let read =
        |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let rows: Vec<Value> = read(&jsonl)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let everybody = stack.new_pool().everybody()?.into_values();
    let alive = everybody.map(|person| person.sub).collect();
    let conflicts = twinpool.start("conflicts", &["conflicts", "list", "--all", "--json"])?.answer(&[0])?;
    let files = Exported { rows: &rows, sql: &read(&sql)? };
    let told = exported::compare(&files, &stack.links().all()?, &alive, &conflicts)?;
    clock.say("complete", &format!("{told}, as JSON lines and as SQL"));
    Ok(())
}
