//! What the tests run on: two deployed stacks, and two bare servers for the contracts.

use std::fs;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::local::{self, OldPoolServer, Options, SignIn, Stack, servers};
use crate::process::{self, Server};

/// The stack with MiniStack as old pool: from usernames to e-mail addresses, with the functions' roles enforced.
pub const MINISTACK: &str = "test-ministack";

/// The stack with cognito-local as old pool.
pub const COGNITO_LOCAL: &str = "test-cognito-local";

/// Servers with nothing deployed in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bare {
    /// Everything, with Lambda.
    pub ministack: String,
    /// Another implementation of Cognito's admin API and of DynamoDB.
    pub moto: String,
    servers: Vec<Server>,
}

impl Bare {
    fn start() -> Result<Self> {
        let folder = local::folder("test-bare");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let address = |server: &Server| format!("http://127.0.0.1:{}", server.port);
        let ministack = servers::ministack(&folder, process::free_port()?, false)?;
        let moto = match servers::moto(&folder, process::free_port()?) {
            Ok(moto) => moto,
            Err(problem) => {
                ministack.stop();
                return Err(problem);
            }
        };
        let bare =
            Self { ministack: address(&ministack), moto: address(&moto), servers: vec![ministack, moto] };
        fs::write(folder.join("running.json"), serde_json::to_string_pretty(&bare)?)?;
        Ok(bare)
    }

    /// The bare servers of this test run.
    ///
    /// # Errors
    /// When there is no test run.
    pub fn running() -> Result<Self> {
        let found = Self::find().filter(|bare| bare.servers.iter().all(Server::is_running));
        found.context("the test servers are not up: run `cargo xtask test`")
    }

    fn find() -> Option<Self> {
        let text = fs::read_to_string(local::folder("test-bare").join("running.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn stop(&self) {
        self.servers.iter().for_each(Server::stop);
    }
}

/// Everything that the tests run on; stopped when dropped.
#[derive(Debug)]
pub struct Testbed;

impl Testbed {
    /// Starts everything. What an interrupted run has left is stopped first.
    ///
    /// # Errors
    /// When a server does not start, or the template does not deploy.
    pub fn start() -> Result<Self> {
        stop();
        // From here on, whatever fails, what was started is stopped.
        let testbed = Self;
        Stack::up(&Options {
            old_sign_in: SignIn::Username,
            enforce_iam: true,
            ..Options::named(MINISTACK)
        })?;
        Stack::up(&Options { old_server: OldPoolServer::CognitoLocal, ..Options::named(COGNITO_LOCAL) })?;
        Bare::start()?;
        Ok(testbed)
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        stop();
    }
}

fn stop() {
    [MINISTACK, COGNITO_LOCAL].iter().filter_map(|name| Stack::running(name)).for_each(|stack| stack.down());
    if let Some(bare) = Bare::find() {
        bare.stop();
    }
}

/// A deployed stack of this test run.
///
/// # Errors
/// When there is no test run.
pub fn stack(name: &str) -> Result<Stack> {
    Stack::running(name).context("the test servers are not up: run `cargo xtask test`")
}
