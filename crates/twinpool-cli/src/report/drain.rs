//! `twinpool report drain`: who still uses the old pool, by app client.

use clap::Args;
use twinpool_aws::client::Config;
use twinpool_aws::cognito::facts::{Facts, List};
use twinpool_core::id::{ClientId, PoolId};
use twinpool_core::port::{Answer, Clock as _};

use crate::clock::SystemClock;
use crate::drain::{self, Names};
use crate::options::{self, Table};
use crate::readiness::Walked;
use crate::{Exit, Outcome};

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let problem = |error| arguments.table.problem(error);
    let walked = Walked::over(&links, SystemClock.now()).await.map_err(problem)?;
    let names = match links.pools().await {
        Ok(Some((old, _))) => names(&config, arguments.old_pool_endpoint.clone(), old).await,
        Ok(None) | Err(_) => Names::default(),
    };
    let text = if arguments.json {
        format!("{:#}\n", drain::json(&walked.drain, &names))
    } else {
        drain::table(&walked.drain, &names)
    };
    Ok((text, if walked.unreadable > 0 { Exit::Warned } else { Exit::Done }))
}

/// The names of the pool's app clients; those that cannot be read are shown by their ids.
pub(crate) async fn names(config: &Config, endpoint: Option<String>, pool: PoolId) -> Names {
    let mut names = Names::default();
    let Ok(facts) = Facts::connect(config, endpoint, pool) else {
        return names;
    };
    // What was read before a page failed is still right.
    drop(collect(&facts, &mut names).await);
    names
}

async fn collect(facts: &Facts, names: &mut Names) -> Answer<()> {
    let mut place = None;
    loop {
        let (clients, next) = facts.page(List::Clients, place.as_ref()).await?;
        for client in clients {
            let text = |field: &str| client.get(field).and_then(serde_json::Value::as_str);
            let id = text("ClientId").and_then(|id| ClientId::parse(id).ok());
            names.extend(id.zip(text("ClientName").map(str::to_owned)));
        }
        place = next;
        if place.is_none() {
            return Ok(());
        }
    }
}
