//! What a step of an operator works with: the stack, both pools, the table, and who calls.

use std::time::Duration;

use clap::Args;
use twinpool_aws::chain::Chain;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::Facts;

use super::look::{Brief, Whole};
use super::who;
use crate::doctor::Parts;
use crate::options;

/// Where all that is checked is.
#[derive(Debug, Args)]
pub(crate) struct Around {
    /// A verify counts for this many hours.
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=720))]
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

    pub(crate) fn table(&self) -> &str {
        &self.parts.table.table
    }
}

impl Reached<'_> {
    /// All that is checked.
    pub(crate) async fn facts(&self) -> Facts {
        let chain = Chain::connect(&self.config);
        let Around { fresh, stack, audit_trail_dlq_url, parts } = self.around;
        let dlqs = [("the DLQ", &parts.stack.dlq_url), ("the DLQ of the audit trail", audit_trail_dlq_url)];
        let brief = Brief {
            chain: chain.as_ref().map_err(ToString::to_string),
            links: &self.links,
            table: &parts.table.table,
            queue_url: Some(&parts.queue_url),
            dlqs: dlqs.iter().filter_map(|(name, url)| Some((*name, url.as_deref()?))).collect(),
        };
        let whole = Whole {
            brief,
            parts,
            stack,
            configs: [&self.config, &self.new_config],
            fresh: Duration::from_secs(fresh * 3_600),
        };
        Box::pin(whole.facts()).await
    }
}
