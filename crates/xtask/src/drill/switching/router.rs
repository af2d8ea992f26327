//! Where each user is sent: asked over HTTP, as an application asks.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::super::command::{Started, Twinpool};
use super::log::Pool;
use crate::process;
use crate::wire::Aws;

/// The API, served by the built command.
#[derive(Debug)]
pub(super) struct Router {
    api: Aws,
    /// Ends with the drill.
    _server: Started,
}

impl Router {
    /// Starts it.
    pub(super) fn serve(twinpool: &Twinpool) -> Result<Self> {
        let port = process::free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut server = twinpool.start("serve", &["serve", "--listen", &listen])?;
        let api = Aws::new(format!("http://{listen}"));
        process::wait_for("`twinpool serve` to answer", || {
            if !server.is_running()? {
                bail!("`twinpool serve` ended, {}", server.said());
            }
            Ok(api.get("v1/route?id=nobody").ok())
        })?;
        Ok(Self { api, _server: server })
    }

    /// The pool of a user or an install.
    pub(super) fn pool(&self, id: &str) -> Result<Pool> {
        let answer = self.api.get(&format!("v1/route?id={id}"))?;
        match answer["pool"].as_str() {
            Some("old") => Ok(Pool::Old),
            Some("new") => Ok(Pool::New),
            _ => bail!("the route is {answer}"),
        }
    }

    /// Where a thousand installs are sent.
    pub(super) fn in_words(&self) -> Result<String> {
        let mut counts: BTreeMap<Pool, usize> = BTreeMap::new();
        for number in 0..1_000 {
            *counts.entry(self.pool(&format!("install-{number}"))?).or_default() += 1;
        }
        let new = counts.get(&Pool::New).copied().unwrap_or_default();
        Ok(format!("of 1,000 installs {new} are sent to the new pool"))
    }

    /// The phase as clients see it.
    pub(super) fn phase(&self) -> Result<String> {
        let answer = self.api.get("v1/route?id=nobody")?;
        answer["phase"].as_str().map(str::to_owned).context("the route tells the phase")
    }
}
