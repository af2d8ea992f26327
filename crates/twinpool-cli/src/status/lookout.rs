//! Looks at a whole move, again and again: for the command, the page and the report. Reads only.
//!
//! Nothing that cannot be looked at makes a look fail: it says why. What costs money or takes long is not read for every look.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use twinpool_aws::client::Patience;
use twinpool_aws::cloudformation::Resource;
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::Look;
use twinpool_core::criteria::Criteria;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::overview::{Curves, Mirror, Overview, People, Used};
use twinpool_core::phase::{PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::port::Clock as _;
use twinpool_core::quota::{Category, Quotas};
use twinpool_core::verdict::Judgement;
use twinpool_core::verified::VerifiedStore as _;

use super::kept::Kept;
use super::standstill::Standstill;
use super::walker::Walker;
use crate::bound::right_pools;
use crate::clock::SystemClock;
use crate::options::{self, RulesFile, Table};
use crate::place::Place;
use crate::stack::Named;
use crate::steps::soon;

mod budget;
mod parts;
mod reach;
mod read;

use parts::Parts;
use reach::{Aws, New};
use read::told;

/// CloudWatch counts by the minute, and is paid for each series.
const COUNTED: Duration = Duration::from_secs(30);
/// What changes with a deployment.
const SELDOM: Duration = Duration::from_mins(5);

/// Where to look, beside the table and the pools. What nobody says of it is taken from the stack.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sources {
    #[command(flatten)]
    named: Named,
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: Option<String>,
    /// The DLQ: the stack's output `DlqUrl`.
    #[arg(long, env = "TWINPOOL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    dlq_url: Option<String>,
    /// The DLQ of the audit trail: the stack's output `AuditTrailDlqUrl`.
    #[arg(long, env = "TWINPOOL_AUDIT_TRAIL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    audit_trail_dlq_url: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Whoever looks.
pub(crate) struct Lookout {
    sources: Sources,
    named: [Option<PoolId>; 2],
    criteria: Criteria,
    aws: Aws,
    links: Links,
    /// The new pool may be of another account; or why it cannot be reached.
    new: Look<New>,
    walker: Walker<Links>,
    standstill: Standstill,
    kept: Memory,
}

/// What is not read for every look.
struct Memory {
    resources: Kept<Vec<Resource>>,
    size: Kept<u64>,
    quotas: Kept<Quotas>,
    budget: Kept<BTreeMap<Category, Used>>,
    mirrored: Kept<Mirror>,
    judgement: Kept<Judgement>,
    /// `None`: nobody wants to see any.
    curves: Option<Kept<Curves>>,
}

impl Memory {
    fn new(charts: bool) -> Self {
        Self {
            resources: Kept::for_a_while(SELDOM),
            size: Kept::for_a_while(COUNTED),
            quotas: Kept::for_a_while(SELDOM),
            budget: Kept::for_a_while(COUNTED),
            mirrored: Kept::for_a_while(COUNTED),
            judgement: Kept::for_a_while(COUNTED),
            curves: charts.then(|| Kept::for_a_while(COUNTED)),
        }
    }
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Whether what CloudWatch counted over the last hours is wanted too.
    pub(crate) charts: bool,
    /// How long the first look waits for the walk over the table.
    pub(crate) patience: Duration,
}

impl Lookout {
    /// Reads which pools the table is of, and refuses others.
    ///
    /// `named`: the old pool and the new one, as far as somebody named them.
    pub(crate) async fn connect(
        table: &Table,
        named: [Option<&PoolId>; 2],
        rules: &RulesFile,
        sources: &Sources,
        manner: Manner,
    ) -> anyhow::Result<Self> {
        let (rules, _) = rules.read()?;
        let config = options::aws().await?;
        let links = table.connect(&config);
        let [old, new] = named;
        right_pools(&links, &table.table, old, new).await?;
        Ok(Self {
            walker: Walker::new(links.clone(), false, manner.patience),
            aws: Aws::connect(config)?,
            links,
            sources: sources.clone(),
            named: named.map(Option::<&PoolId>::cloned),
            criteria: rules.criteria().clone(),
            new: Err("the table does not say yet which pools it is of".to_owned()),
            standstill: Standstill::default(),
            kept: Memory::new(manner.charts),
        })
    }

    /// The table that it looks at.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// Looks at all of it, at once; at nothing for longer than a few seconds.
    pub(crate) async fn look(&mut self) -> Overview {
        let at = SystemClock.now();
        let (standing, pools, parts) = Box::pin(self.basis()).await;
        let known = pools.as_ref().ok().cloned().flatten();
        let [old, new] = &self.named;
        let pair = known.or_else(|| old.clone().zip(new.clone()));
        self.reach(pair.as_ref()).await;
        let Self { sources, criteria, aws, links, new, walker, kept, .. } = self;
        let cloud = read::Cloud {
            aws,
            parts: &parts,
            pools: pair.as_ref(),
            new: new.as_ref().map_err(Clone::clone),
            at,
        };
        let Memory { size, quotas, budget, mirrored, judgement, curves, .. } = kept;
        let curves = async {
            match curves {
                Some(curves) => Box::pin(curves.or(soon(cloud.curves()))).await,
                None => Ok(Curves::default()),
            }
        };
        // Boxed: each holds whole conversations with AWS.
        let counted = Box::pin(async {
            tokio::join!(
                mirrored.or(soon(cloud.mirrored())),
                judgement.or(soon(cloud.judgement(&standing, criteria))),
                budget.or(soon(budget::read(aws, cloud.new.as_ref().ok().copied(), quotas))),
                soon(cloud.alarms(&sources.named.stack)),
                curves,
            )
        });
        let written = Box::pin(async {
            tokio::join!(
                walker.look(),
                size.or(soon(cloud.size(sources.named.old_pool_endpoint.as_deref()))),
                soon(told(links.changes())),
                soon(told(links.verified())),
            )
        });
        let depths = Box::pin(async {
            tokio::join!(soon(cloud.depth()), cloud.dead_letters(), soon(cloud.stopped()))
        });
        let (counted, written, depths) = tokio::join!(counted, written, depths);
        let (mirrored, judgement, budget, alarms, curves) = counted;
        let (people, size, history, verified) = written;
        let (depth, dead_letters, stopped) = depths;
        Overview {
            at,
            stack: self.sources.named.stack.clone(),
            pools,
            standing,
            history,
            people: people.map(|people| People { in_old: size.ok(), ..people }),
            verified,
            queue: depth.map(|depth| depth.queue(&mut self.standstill)),
            dead_letters,
            // Whether it is stopped counts more than what CloudWatch says; why that says nothing stands beside the verdict.
            mirror: stopped.map(|stopped| Mirror { stopped, ..mirrored.unwrap_or_default() }),
            judgement,
            budget,
            alarms,
            curves,
        }
    }

    /// What the rest rests on.
    async fn basis(&mut self) -> (Look<Standing>, Look<Option<(PoolId, PoolId)>>, Parts) {
        let Self { sources, aws, links, kept, .. } = self;
        let stack = sources.named.connect(&aws.config);
        let resources = async { stack.resources().await.map_err(|error| error.port.to_string()) };
        let (standing, pools, resources) = tokio::join!(
            soon(told(links.standing())),
            soon(told(links.pools())),
            kept.resources.or(soon(resources)),
        );
        (standing, pools, Parts::of(sources, resources))
    }

    /// Region and credentials of the new pool, once it is known.
    async fn reach(&mut self, pools: Option<&(PoolId, PoolId)>) {
        let Some((_, new)) = pools.filter(|_| self.new.is_err()) else {
            return;
        };
        let Self { sources, aws, .. } = self;
        let region = aws.config.region().map(AsRef::as_ref);
        self.walker.is_elsewhere = sources.place.is_elsewhere(region, new);
        self.new = soon(New::reach(&sources.place, &aws.config, new, Patience::MIRROR)).await;
    }
}

/// Since when measures are taken: what was before the last step says nothing of it.
pub(crate) fn since(standing: &Standing, window: Duration, now: Timestamp) -> Timestamp {
    // Where nobody is moved, no step is there to look from.
    let from = if standing.phase.moves() { standing.clone() } else { Standing::default() };
    twinpool_core::watch::from(&from, window, now)
}
