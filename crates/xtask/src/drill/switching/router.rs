//! Where each user is sent: asked over HTTP, as an application asks.

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

    /// Waits until about so many percent of a thousand installs are sent to the new pool; gives how many are. Nobody is in the first
    /// seconds of the first switch, and the API answers from memory for a few.
    pub(super) fn wait_for(&self, percent: usize) -> Result<usize> {
        let expected = percent * 10;
        // Four standard deviations.
        let tolerance = match percent {
            0 | 100 => 0,
            5 => 28,
            _ => 64,
        };
        process::wait_for(&format!("{percent} % of the installs to be sent to the new pool"), || {
            let new = self.installs_in_new()?;
            Ok((new.abs_diff(expected) <= tolerance).then_some(new))
        })
    }

    fn installs_in_new(&self) -> Result<usize> {
        (0..1_000).try_fold(0, |new, number| {
            Ok(new + usize::from(self.pool(&format!("install-{number}"))? == Pool::New))
        })
    }

    /// The phase as clients see it.
    pub(super) fn phase(&self) -> Result<String> {
        let answer = self.api.get("v1/route?id=nobody")?;
        answer["phase"].as_str().map(str::to_owned).context("the route tells the phase")
    }
}
