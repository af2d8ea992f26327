//! What will be done, and what became of it.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::{Map, Value, json};
use twinpool_core::id::Timestamp;
use twinpool_engine::{InviteTerms, Skip};

use super::carry::Result;
use super::choose::Chosen;
use super::look::Settings;
use crate::Exit;
use crate::progress::span;
use crate::show::{self, count, prose, thousands};

/// So many subs are shown; `--json` has all.
const SHOWN: usize = 20;

pub(super) fn intent(chosen: &Chosen, per_hour: NonZeroU32, settings: &Settings) -> String {
    let hours = chosen.who.len().saturating_sub(1) as f64 / f64::from(per_hour.get());
    let mut out = format!(
        "{} would get a temporary password by e-mail: about {}, at {} an hour, by {}.\nEach is looked at \
         right before: nobody who has come or has a password is touched, and nothing happens to the old pool. Until they \
         come, these people cannot use \"forgot password\" (--withdraw gives it back). Each counts as active this month.\n",
        count(chosen.who.len(), "user"),
        span(hours * 3_600.0),
        thousands(per_hour.get().into()),
        settings.sender(),
    );
    for (number, what) in [
        (chosen.halfway, "were being invited when a run died"),
        (chosen.again, "were invited before"),
        (chosen.more, "more are left for the next run (--batch)"),
        (chosen.expired.len(), "have an invitation that expired and get none now: they can reset afterwards"),
    ] {
        if number > 0 {
            out += &format!("{:>9}  {what}\n", thousands(number as u64));
        }
    }
    for (way, number) in &chosen.other_ways {
        out += &format!("{:>9}  have not come, and their way is {way} (--way)\n", thousands(*number as u64));
    }
    prose(&out)
}

/// Whose word it is that these are meant.
pub(super) fn policy(rules: &str, terms: &InviteTerms) -> String {
    let mut out = format!(
        "The ways are those of {rules} here; deployed functions have the rules that were packaged.\n"
    );
    if terms.rules.sign_in().names_providers() {
        out += "Policies by provider: the table tells only providers that wait for a first sign-in. Name the others \
                with --user.\n";
    }
    prose(&out)
}

/// When the last mail of a run that ends now works no more.
pub(super) fn over(now: Timestamp, valid_for: Duration) -> Timestamp {
    Timestamp(now.0.saturating_add(u64::try_from(valid_for.as_millis()).unwrap_or(u64::MAX)))
}

pub(super) fn intent_to_withdraw(users: usize) -> String {
    prose(&format!(
        "The temporary passwords of up to {} stop working, and \"forgot password\" works for them again. Nobody who has a \
         password of their own is touched.",
        count(users, "user")
    ))
}

/// Nobody was invited.
pub(super) fn refused(why: &str, as_json: bool) -> String {
    if as_json { format!("{:#}\n", json!({ "answer": "refused", "why": why })) } else { prose(why) }
}

pub(super) fn plan_json(chosen: &Chosen) -> String {
    let all = json!({
        "users": chosen.who.len(), "halfway": chosen.halfway, "invited_before": chosen.again, "more": chosen.more,
        "expired": chosen.expired.len(), "other_ways": chosen.other_ways,
    });
    format!("{all:#}\n")
}

pub(super) fn nobody(chosen: &Chosen, policy: &str, as_json: bool) -> String {
    if as_json {
        return plan_json(chosen);
    }
    let mut out = "there is nobody to do this for\n".to_owned();
    for (way, number) in &chosen.other_ways {
        out += &format!("{:>9}  have not come, and their way is {way} (--way)\n", thousands(*number as u64));
    }
    out + policy
}

fn word(skip: Skip) -> (&'static str, &'static str) {
    match skip {
        Skip::Came => ("came", "have come meanwhile"),
        Skip::HasPassword => ("has_password", "may have a password in the new pool"),
        Skip::Invited => ("invited", "have an invitation that works still, or had one (--resend)"),
        Skip::OtherWay => ("other_way", "the policy gives another way (--way)"),
        Skip::NoPair => ("no_pair", "are not in both pools"),
        Skip::Gone => ("gone", "are not in the new pool any more"),
        Skip::Disabled => ("disabled", "are disabled"),
        Skip::Federated => ("federated", "come by an identity provider and have no password"),
        Skip::NotConfirmed => ("not_confirmed", "never confirmed their sign-up"),
        Skip::NoAddress => ("no_address", "have no verified e-mail address in the new pool"),
        Skip::Changed => (
            "changed",
            "somebody changed them in the new pool since the last mirror; if it was not themselves: `twinpool sync`, then again",
        ),
    }
}

/// What was done, and how it ended. `over`: when the last mail works no more.
pub(super) fn told(result: &Result, more: usize, over: Timestamp, as_json: bool) -> (String, Exit) {
    let has_obstacles = result.skipped.keys().any(|skip| skip.is_obstacle());
    let exit = match (result.failed > 0 || result.stopped, has_obstacles) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Warned,
        (false, false) => Exit::Done,
    };
    let over = (result.sent > 0).then(|| show::rfc3339(over).chars().take(10).collect::<String>());
    let over = over.as_deref();
    (if as_json { to_json(result, more, over) } else { to_text(result, more, over) }, exit)
}

fn to_json(result: &Result, more: usize, over: Option<&str>) -> String {
    let subs = |skip: &Skip, all: &[twinpool_core::id::OldSub]| {
        let all: Vec<_> = all.iter().map(|sub| sub.as_str()).collect();
        (word(*skip).0.to_owned(), json!(all))
    };
    let skipped: Map<String, Value> = result.skipped.iter().map(|(skip, all)| subs(skip, all)).collect();
    let all = json!({
        "sent": result.sent, "withdrawn": result.withdrawn, "failed": result.failed, "skipped": skipped,
        "left": result.left, "more": more, "stopped": result.stopped,
        "withdraw_from": over,
    });
    format!("{all:#}\n")
}

fn to_text(result: &Result, more: usize, over: Option<&str>) -> String {
    let mut out = String::new();
    let mut line = |number: u64, what: &str| {
        if number > 0 {
            out += &format!("{:>9}  {what}\n", thousands(number));
        }
    };
    line(result.sent, "were sent a temporary password");
    line(result.withdrawn, "can use \"forgot password\" again");
    line(result.failed, "failed: told above; the same command tries them again");
    for (skip, all) in &result.skipped {
        line(all.len() as u64, word(*skip).1);
    }
    line(result.left as u64, "were not looked at: the same command goes on with them");
    line(more as u64, "more: the same command goes on with them");
    if out.is_empty() {
        out += "there was nothing to do\n";
    }
    if let Some(day) = over {
        out += &format!("Who has not come by {day} can neither sign in nor reset. From then on:\n");
        out += "  twinpool invite --withdraw expired\n";
    }
    for (skip, all) in result.skipped.iter().filter(|(skip, _)| skip.is_obstacle()) {
        out += &format!("\n{}:\n", word(*skip).1);
        all.iter().take(SHOWN).for_each(|sub| out += &format!("  {sub}\n"));
        if all.len() > SHOWN {
            out += &format!("  and {} more: --json has all\n", thousands((all.len() - SHOWN) as u64));
        }
    }
    out
}

#[cfg(test)]
mod tests;
