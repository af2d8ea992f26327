//! `twinpool sweep`: finds what no event told, and sends the mirror there.

use clap::Args;
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::sqs::Queue;
use twinpool_core::change_event::EventId;
use twinpool_core::listing::PoolList as _;
use twinpool_engine::{Ports as _, Sweep, Swept};

use crate::ask::{self, Answer};
use crate::bulk::Bulk;
use crate::options::{self, Consent};
use crate::progress::Progress;
use crate::random::random;
use crate::show::{field, prose, thousands};
use crate::{Exit, Outcome};

/// What to sweep.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Ends with the page that makes it so many hints.
    #[arg(long, value_name = "HINTS", default_value_t = 100_000)]
    most: u64,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: String,
    #[command(flatten)]
    bulk: Bulk,
}

const INTENT: &str = "The old pool is listed and compared with the links. The mirror is sent to whomever no event told of: users who \
    are new are made in the new pool, and count as active there; who was deleted is looked for first.\n";

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let connected = arguments.bulk.connect().await?;
    let size = connected.engine.ports().old().size().await;
    let size = size.map_err(|error| arguments.bulk.pools.old_problem(error))?;
    let answer = ask::before(&arguments.consent, INTENT)?;
    if answer == Answer::Declined {
        return Ok(("nothing was done\n".to_owned(), Exit::Failed));
    }
    let progress = Progress::new(Some(size));
    progress.say("listing the old pool");
    let config = options::aws_with(Patience::BULK).await?;
    let mut next = u128::from_be_bytes(random()?);
    let sweep = Sweep {
        sink: Queue::connect_without_key(&config, arguments.queue_url.clone()),
        // From a random one onwards: unique, as the queue wants it.
        fresh_id: || {
            next = next.wrapping_add(1);
            EventId::from_random(next.to_be_bytes())
        },
        most: arguments.most,
        until: None,
        after: None,
        dry_run: answer == Answer::Shown,
    };
    let swept = connected.engine.sweep(sweep, &progress).await;
    progress.end();
    Ok(told(&swept?, answer == Answer::Shown, arguments.json))
}

fn told(swept: &Swept, dry_run: bool, as_json: bool) -> (String, Exit) {
    let is_warning = swept.too_many_missing || !swept.is_complete();
    let exit = if is_warning { Exit::Warned } else { Exit::Done };
    let sent = if dry_run { 0 } else { swept.hints() };
    if as_json {
        let all = json!({
            "seen": swept.seen,
            "new": swept.new,
            "changed": swept.changed,
            "missing": swept.missing,
            "groups": swept.groups,
            "too_many_missing": swept.too_many_missing,
            "hints_sent": sent,
            "complete": swept.is_complete(),
        });
        return (format!("{all:#}\n"), exit);
    }
    let mut out = field("seen", &format!("{} users of the old pool", thousands(swept.seen)));
    out += &field("new", &format!("{} without a link", thousands(swept.new)));
    out += &field("changed", &format!("{} of whom no event told", thousands(swept.changed)));
    out += &field("missing", &format!("{} with a link, who are not in the list", thousands(swept.missing)));
    out += &field("groups", &format!("{} of which nothing is recorded", thousands(swept.groups)));
    out += &field("hints", &format!("{} sent to the mirror", thousands(sent)));
    if swept.too_many_missing {
        out += &prose(
            "So many cannot have been deleted unnoticed: nobody was sent to look for them. Is it the right pool?",
        );
    }
    if !swept.is_complete() {
        out += "Ended before the end, at --most: sweep again when the mirror is done with these.\n";
    }
    (out, exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_told() {
        let swept = Swept {
            seen: 20_000,
            new: 3,
            changed: 2,
            missing: 5_000,
            too_many_missing: true,
            ..Swept::default()
        };
        let (text, exit) = told(&swept, false, false);
        insta::assert_snapshot!(text, @r#"
        seen         20,000 users of the old pool
        new          3 without a link
        changed      2 of whom no event told
        missing      5,000 with a link, who are not in the list
        groups       0 of which nothing is recorded
        hints        5 sent to the mirror
        So many cannot have been deleted unnoticed: nobody was sent to look for them. Is
        it the right pool?
        "#);
        assert_eq!(exit, Exit::Warned);
    }
}
