//! What a step of an operator works with: the stack, both pools, the table, and who calls.

use std::time::Duration;

use clap::Args;
use twinpool_aws::chain::Chain;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_core::phase::Standing;

use super::look::{Brief, Seen, Whole};
use super::{Dlq, who};
use crate::doctor::Parts;
use crate::options;

/// In hours.
const A_DAY: u64 = 24;

/// Where all that is checked is.
#[derive(Debug, Args)]
pub(crate) struct Around {
    /// A verify counts for this many hours. More than a day is kept in the history.
    #[arg(long, value_name = "HOURS", default_value_t = A_DAY, value_parser = clap::value_parser!(u64).range(1..=720))]
    fresh: u64,
    /// The name of the stack, with which its alarms begin.
    #[arg(
        long,
        env = "TWINPOOL_STACK",
        hide_env_values = true,
        value_name = "NAME",
        default_value = "twinpool"
    )]
    stack: String,
    /// The DLQ of the audit trail: the stack's output `AuditTrailDlqUrl`.
    #[arg(long, env = "TWINPOOL_AUDIT_TRAIL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    audit_trail_dlq_url: Option<String>,
    #[command(flatten)]
    pub(crate) parts: Parts,
}

/// The same, connected.
pub(crate) struct Reached<'a> {
    around: &'a Around,
    pub(crate) config: Config,
    pub(crate) new_config: Config,
    pub(crate) links: Links,
    pub(crate) who: String,
}

impl Around {
    /// Refuses pools that are not those of the table.
    pub(crate) async fn reach(&self) -> anyhow::Result<Reached<'_>> {
        let Parts { pools, table, .. } = &self.parts;
        let config = options::aws().await?;
        let new_config = pools.new_config(&config, Patience::MIRROR).await?;
        let links = table.connect(&config);
        pools.check(&links, table).await?;
        let who = who(&config).await;
        Ok(Reached { around: self, config, new_config, links, who })
    }

    /// The reason of a step as the history keeps it.
    pub(crate) fn why(&self, why: &str) -> String {
        if self.fresh <= A_DAY {
            return why.to_owned();
        }
        format!("{why}; a verify counted for {} hours", self.fresh)
    }

    pub(crate) fn table(&self) -> &str {
        &self.parts.table.table
    }
}

impl Reached<'_> {
    /// All that is checked, and what a rollback would mean.
    pub(crate) async fn see(&self, standing: &Standing) -> Seen {
        let chain = Chain::connect(&self.config);
        let Around { fresh, stack, audit_trail_dlq_url, parts } = self.around;
        let dlqs = vec![
            Dlq::of_mirror(parts.stack.dlq_url.as_deref()),
            Dlq {
                name: "the DLQ of the audit trail",
                option: "--audit-trail-dlq-url / TWINPOOL_AUDIT_TRAIL_DLQ_URL",
                url: audit_trail_dlq_url.as_deref(),
            },
        ];
        let brief = Brief {
            chain: chain.as_ref().map_err(ToString::to_string),
            links: &self.links,
            table: &parts.table.table,
            queue_url: Some(&parts.queue_url),
            dlqs,
        };
        let whole = Whole {
            brief,
            parts,
            stack,
            configs: [&self.config, &self.new_config],
            fresh: Duration::from_secs(fresh * 3_600),
        };
        Box::pin(whole.see(standing)).await
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        around: Around,
    }

    #[test]
    fn a_verify_that_counts_for_longer_than_a_day_is_kept_in_the_history() {
        let told = |fresh: &str| {
            let words = "x --fresh H --queue-url u --capture-arn arn:aws:lambda:eu-west-1:111122223333:function:c --table t \
                         --old-pool eu-west-1_Old --new-pool eu-west-1_New"
                .replace('H', fresh);
            Command::try_parse_from(words.split_whitespace()).unwrap().around.why("it is time")
        };
        assert_eq!(told("24"), "it is time");
        assert_eq!(told("720"), "it is time; a verify counted for 720 hours");
    }
}
