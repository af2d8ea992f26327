//! The way back from the end: people changed the new pool alone, and both pools follow each other again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::super::command::Twinpool;
use super::super::queue::work_off;
use super::super::say::Clock;
use super::held::ensure_held;
use super::leave::is_attached;
use super::log::{Log, Pool, What, now};
use super::router::Router;
use super::steps::{WHY, sweep};
use crate::local::{Person, Stack};
use crate::process;

/// Nobody goes by an older phase than this, which is a second more than the five that it is kept for.
const PHASE_KEPT: Duration = Duration::from_secs(6);

/// So many of everybody change something: names first, then groups; and one is disabled, and one deleted.
const NAMES: usize = 4;
const GROUPS: usize = 4;

/// Somebody who is in both pools.
struct Pair {
    user_id: String,
    username: String,
    new: Person,
}

/// People go on in the new pool, while nothing follows: the old one stays as it is.
pub(super) fn live_on(stack: &Stack, router: &Router, log: &mut Log, clock: &Clock) -> Result<()> {
    let begun = Instant::now();
    process::wait_for("everybody to know that the move is complete", || {
        Ok((begun.elapsed() > PHASE_KEPT && router.phase()? == "complete").then_some(()))
    })?;
    let before = stack.old().everybody()?;
    let changes = change(stack, log)?;
    work_off(stack, clock)?;
    sweep(stack, clock)?;
    work_off(stack, clock)?;
    ensure!(
        stack.old().everybody()? == before,
        "the move is complete, and something arrived in the old pool"
    );
    clock.say("complete", &format!("{changes} changes in the new pool, and none in the old one"));
    Ok(())
}

/// Changes the new pool; the audit trail tells of it. Gives how many changes there were.
fn change(stack: &Stack, log: &mut Log) -> Result<usize> {
    let (pairs, pool, trail) = (pairs(stack, log)?, stack.new_pool(), stack.audit_trail_of_new());
    let group = pairs
        .iter()
        .flat_map(|pair| &pair.new.groups)
        .find_map(|group| super::super::people::GROUPS.into_iter().find(|known| *known == group.as_str()));
    let group = group.context("nobody is in a group of the new pool")?;
    let mut pairs = pairs.into_iter();
    for pair in pairs.by_ref().take(NAMES) {
        let (name, at) = (format!("Later {}", pair.user_id), now());
        pool.set(&pair.username, &[("given_name", &name)])?;
        log.note(&pair.username, What::Attribute("given_name"), Pool::New, &name, at);
        trail.tell("AdminUpdateUserAttributes", &pair.new.sub)?;
    }
    for pair in pairs.by_ref().take(GROUPS) {
        let (joins, at) = (!pair.new.groups.contains(group), now());
        if joins {
            pool.join(&pair.username, group)?;
        } else {
            pool.leave(&pair.username, group)?;
        }
        log.note(&pair.username, What::Group(group), Pool::New, &joins.to_string(), at);
        let operation = if joins { "AdminAddUserToGroup" } else { "AdminRemoveUserFromGroup" };
        trail.tell(operation, &pair.new.sub)?;
    }
    let (disabled, deleted) = pairs.next().zip(pairs.next()).context("too few are in both pools")?;
    let at = now();
    pool.enable(&disabled.username, false)?;
    log.note(&disabled.username, What::Enabled, Pool::New, &false.to_string(), at);
    trail.tell("AdminDisableUser", &disabled.new.sub)?;
    pool.delete(&deleted.username)?;
    log.goes(&deleted.username, &deleted.user_id, Pool::New);
    trail.tell("AdminDeleteUser", &deleted.new.sub)?;
    Ok(NAMES + GROUPS + 2)
}

/// Who is in both pools, may sign in to both, and was there for all of it.
fn pairs(stack: &Stack, log: &Log) -> Result<Vec<Pair>> {
    let (old, new) = (stack.old().everybody()?, stack.new_pool().everybody()?);
    let links = stack.links().all()?.into_iter().filter(|link| link.state == "linked");
    let pairs = links.filter_map(|link| {
        let username = log.people.get(&link.user_id).filter(|_| !log.is_deleted(&link.user_id))?;
        let (old, new) = old.get(username).zip(new.get(username))?;
        let is_pair = old.sub == link.old_sub && link.new_sub.as_ref() == Some(&new.sub);
        let pair = Pair { user_id: link.user_id, username: username.clone(), new: new.clone() };
        (is_pair && old.enabled && new.enabled).then_some(pair)
    });
    Ok(pairs.collect())
}

/// Puts capture back, and lets both pools follow each other again; everybody stays in the new one.
pub(super) fn reopen(stack: &Stack, twinpool: &Twinpool, router: &Router, clock: &Clock) -> Result<()> {
    twinpool.start("attach", &["attach", "--yes"])?.succeeds()?;
    ensure!(is_attached(stack)?, "capture is not in the triggers of the old pool");
    let arguments = ["reopen", "--why", WHY, "--yes", "--json", "--force", "the local AWS has no alarms"];
    let answer = twinpool.start("reopen", &arguments)?.answer(&[0])?;
    let must = ["table", "reverse-sync", "marker", "heard"];
    clock.say("checks", &ensure_held(&answer, &must, &["dead-letters"])?);
    process::wait_for("the route to say so", || Ok((router.phase()? == "cutover").then_some(())))?;
    let new = router.wait_for(100)?;
    clock.say("reopen", &format!("both pools follow; of 1,000 installs {new} are sent to the new pool"));
    Ok(())
}
