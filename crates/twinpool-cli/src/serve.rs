//! `twinpool serve`: the HTTP APIs of user ids and of the route on this machine, or the page of the move.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use twinpool_aws::dynamodb::UserIds;
use twinpool_core::account::IdReader as _;
use twinpool_core::id::UserId;

use crate::again::Again;
use crate::failure::Misuse;
use crate::options::{self, Table};
use crate::progress::Progress;
use crate::signal::asked_to_stop_with;
use crate::{Exit, Outcome};

mod host;
mod route;
mod ui;

use route::Routing;

/// Where to listen.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Listens on an address that other machines reach. There is no
    /// authentication: whoever reaches it may ask who has which user id.
    #[arg(long)]
    allow_remote: bool,
    /// Serves a web page instead, for the team that runs the move: progress, lag, conflicts, users. Only whoever has the address that
    /// is printed gets in.
    #[arg(long, conflicts_with = "allow_remote")]
    ui: bool,
    /// Lets the page switch, roll back, decide about conflicts and sync, as the commands do.
    #[arg(long, requires = "ui")]
    allow_changes: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    route: Routing,
}

impl Arguments {
    fn check(&self) -> Result<(), Misuse> {
        if self.allow_remote || self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(Misuse(format!(
            "other machines may reach {}, and `serve` has no authentication: listen on 127.0.0.1, or put something in front that \
             has one and say --allow-remote",
            self.listen
        )))
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    arguments.check()?;
    let taken = || format!("cannot listen on {}: say another address with --listen", arguments.listen);
    if arguments.ui {
        let again = Again::typed(&["table", "old-pool", "new-pool"]);
        let listener = TcpListener::bind(arguments.listen).await.with_context(taken)?;
        return Box::pin(ui::serve(again, listener, arguments.allow_changes)).await;
    }
    let config = options::aws().await?;
    let ids = UserIds::connect(&config, arguments.table.table.clone());
    // A wrong table is said now, and not to whoever asks first.
    let nobody = UserId::parse("nobody")?;
    ids.accounts(&nobody).await.map_err(|error| arguments.table.problem(error))?;
    let listener = TcpListener::bind(arguments.listen).await.with_context(taken)?;
    let address = listener.local_addr()?;
    let mut api = twinpool_api::router(ids);
    let progress = Progress::new(None);
    let route = arguments.route.router(arguments.table.connect(&config))?;
    let is_routed = route.is_some();
    if let Some(route) = route {
        api = twinpool_api::route::beside(&route, api);
    }
    if !arguments.allow_remote {
        api = host::own_only(api);
    }
    progress.say(&format!("listening on http://{address}/v1/ (Ctrl-C ends it)"));
    if !is_routed {
        progress.say("/v1/route is not answered: it needs both pools, and the digest key of the stack");
    }
    let stop = async move { asked_to_stop_with(&progress, "requests under way are answered first").await };
    axum::serve(listener, api).with_graceful_shutdown(stop).await?;
    Ok((String::new(), Exit::Done))
}
