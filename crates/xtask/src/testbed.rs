//! What the tests run on: four deployed stacks, and two bare servers for the contracts.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::local::servers::{self, Ministack};
use crate::local::{self, Options, PoolServer, SignIn, Stack};
use crate::process::{self, Server};
use crate::{actions, paths};

/// The stack with MiniStack as old pool: from usernames to e-mail addresses, with the functions' roles enforced.
pub const MINISTACK: &str = "test-ministack";

/// The stack with cognito-local as old pool.
pub const COGNITO_LOCAL: &str = "test-cognito-local";

/// The stack in which people come in with passwords, codes and invitations: from usernames to e-mail addresses, with rules.
pub const WAYS_IN: &str = "test-ways-in";

/// The stack with cognito-local as new pool, which runs user migrations.
pub const MIGRATION: &str = "test-migration";

/// The stack that the drill starts by itself.
pub const DRILL: &str = "test-drill";

/// The stack that the drill of faults starts by itself.
pub const FAULTS: &str = "test-faults";

/// The stack that the drill of a switch starts by itself.
pub const SWITCHING: &str = "test-switching";

/// The stack that the test of `attach` starts by itself.
pub const ATTACH: &str = "test-attach";

/// The stack that the test of both ways starts by itself.
pub const BOTH_WAYS: &str = "test-both-ways";

/// The stack that the test of the way back starts by itself.
pub const WAY_BACK: &str = "test-way-back";

const BARE: &str = "test-bare";

/// Servers with nothing deployed in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bare {
    /// Everything, with Lambda.
    pub ministack: String,
    /// Another implementation of Cognito's admin API and of DynamoDB.
    pub moto: String,
}

impl Bare {
    fn start() -> Result<Self> {
        let folder = local::folder(BARE);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let address = |server: &Server| format!("http://127.0.0.1:{}", server.port);
        let ministack =
            address(&servers::ministack(&folder, process::free_port()?, false, Ministack::Plain)?);
        let moto = address(&servers::moto(&folder, process::free_port()?)?);
        let bare = Self { ministack, moto };
        fs::write(folder.join("bare.json"), serde_json::to_string_pretty(&bare)?)?;
        Ok(bare)
    }

    /// The bare servers of this test run.
    ///
    /// # Errors
    /// When there is no test run.
    pub fn running() -> Result<Self> {
        let folder = local::folder(BARE);
        if process::running_in(&folder).is_empty() {
            bail!("the test servers are not up: run `cargo xtask test`");
        }
        Ok(serde_json::from_str(&fs::read_to_string(folder.join("bare.json"))?)?)
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
        actions::forget()?;
        // From here on, whatever fails, what was started is stopped.
        let testbed = Self;
        // Those with rules first: the zips of the last one stay, for the tests that deploy stacks themselves.
        let rules = Some(paths::root().join("tests/local/ways_in.toml"));
        let with_rules = |name| Options { rules: rules.clone(), enforce_iam: true, ..Options::named(name) };
        Stack::up(&Options { old_sign_in: SignIn::Username, ..with_rules(WAYS_IN) })?;
        Stack::up(&Options { new_server: PoolServer::CognitoLocal, ..with_rules(MIGRATION) })?;
        Stack::up(&Options {
            old_sign_in: SignIn::Username,
            enforce_iam: true,
            ..Options::named(MINISTACK)
        })?;
        Stack::up(&Options { old_server: PoolServer::CognitoLocal, ..Options::named(COGNITO_LOCAL) })?;
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
    for name in [
        WAYS_IN,
        MIGRATION,
        MINISTACK,
        COGNITO_LOCAL,
        DRILL,
        FAULTS,
        SWITCHING,
        ATTACH,
        BOTH_WAYS,
        WAY_BACK,
        BARE,
    ] {
        process::stop_in(&local::folder(name));
    }
}

/// A deployed stack of this test run.
///
/// # Errors
/// When there is no test run.
pub fn stack(name: &str) -> Result<Stack> {
    Stack::running(name).context("the test servers are not up: run `cargo xtask test`")
}
