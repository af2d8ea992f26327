//! The local AWS: servers, two pools, and the production template deployed between them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process;
use crate::wire::Aws;
use crate::{package, paths, tools};

mod audit;
mod chained;
mod deploy;
mod environment;
mod links;
mod logs;
mod mirror;
mod pools;
mod queue;
mod running;
mod sent;
pub(crate) mod servers;
mod start;
mod users;
mod whole;

pub use audit::AuditTrail;
pub use chained::Beside;
pub use links::{Link, Links, Listed, Lost};
pub(crate) use mirror::MAPPINGS;
pub use pools::{SignIn, create as create_pool};
pub use queue::Queue;
pub use running::{Running, kept};
pub use sent::{Mail, SENDER};
pub use users::{PASSWORD, Person, Tokens, Users, claims};

/// The confirmation code that the local servers take.
pub const CODE: &str = "123456";

/// Which server plays a pool. What each does and does not: docs/local-sign-in.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PoolServer {
    /// Tokens with groups, attributes, alias and username pools, SRP, custom challenges; no PostConfirmation, no user migration.
    Ministack,
    /// PostConfirmation, sign-up messages, user migration; e-mail sign-in only, no SRP, no groups in events.
    CognitoLocal,
}

/// What to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder below `.local/` that the stack lives in.
    pub name: String,
    /// The port of MiniStack; a free one if not given.
    pub port: Option<u16>,
    /// Who plays the old pool.
    pub old_server: PoolServer,
    /// Who plays the new pool.
    pub new_server: PoolServer,
    /// How people sign in to the old pool.
    pub old_sign_in: SignIn,
    /// How people sign in to the new pool.
    pub new_sign_in: SignIn,
    /// Whether the local AWS checks the functions' roles.
    pub enforce_iam: bool,
    /// The rules that the mirror works by.
    pub rules: Option<PathBuf>,
    /// Whether the functions are built first, or deployed as they were packaged last.
    pub build: bool,
    /// Whether changes may travel from the new pool to the old one too.
    pub both_ways: bool,
    /// Whether MiniStack runs with its slips mended that pools of many users in motion would fall over. Its CloudWatch is told what
    /// happens in any case.
    pub mended: bool,
}

impl Options {
    /// From e-mail to e-mail on MiniStack.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            port: None,
            old_server: PoolServer::Ministack,
            new_server: PoolServer::Ministack,
            old_sign_in: SignIn::Email,
            new_sign_in: SignIn::Email,
            enforce_iam: false,
            rules: None,
            build: true,
            both_ways: false,
            mended: false,
        }
    }
}

/// A pool, as `stack.json` tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PoolAddress {
    /// Where it answers.
    pub endpoint: String,
    /// The pool's id.
    pub id: String,
    /// An app client without a secret.
    pub client_id: String,
}

impl PoolAddress {
    /// The port of its server.
    pub(crate) fn port(&self) -> Option<u16> {
        self.endpoint.rsplit(':').next()?.parse().ok()
    }
}

/// What `stack.json` tells: everything that any AWS client needs, with key `test` and secret `test`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Addresses {
    /// Where the local AWS answers.
    pub endpoint: String,
    /// The Region.
    pub region: String,
    /// The queue of change events.
    pub queue_url: String,
    /// Its DLQ.
    pub dlq_url: String,
    /// The table of links.
    pub table: String,
    /// The rule that hears of the audit trail.
    pub audit_rule: String,
    /// The function that sweeps.
    pub sweep: String,
    /// The function that carries passwords over for backends with a sign-in form of their own; empty where nobody is let in.
    pub bridge: String,
    /// The old pool.
    pub old_pool: PoolAddress,
    /// The new pool.
    pub new_pool: PoolAddress,
}

/// Written when a stack is complete.
const DEPLOYED: &str = "stack.json";

/// A local AWS that runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stack {
    /// Where everything is.
    pub addresses: Addresses,
    name: String,
}

impl Stack {
    /// Starts everything and deploys the template. What was started is stopped again if something fails.
    ///
    /// # Errors
    /// When a tool is missing, a port is taken, the stack is up already, or the deployment fails.
    pub fn up(options: &Options) -> Result<Self> {
        let folder = folder(&options.name);
        if !process::running_in(&folder).is_empty() {
            bail!("the local AWS `{}` is up already: `cargo xtask local down` stops it", options.name);
        }
        tools::install()?;
        if options.build {
            package::build(options.rules.as_deref())?;
        }
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}: is something else there?", folder.display()))?;
        let stack = start::start(options, &folder).and_then(|addresses| {
            let stack = Self { addresses, name: options.name.clone() };
            fs::write(folder.join(DEPLOYED), serde_json::to_string_pretty(&stack)?)?;
            Ok(stack)
        });
        if stack.is_err() {
            process::stop_in(&folder);
        }
        stack
    }

    /// The stack of this name, if it is up.
    #[must_use]
    pub fn running(name: &str) -> Option<Self> {
        let folder = folder(name);
        if process::running_in(&folder).is_empty() {
            return None;
        }
        serde_json::from_str(&fs::read_to_string(folder.join(DEPLOYED)).ok()?).ok()
    }

    /// The name of the deployed stack.
    #[must_use]
    pub fn deployed_as(&self) -> String {
        deploy::stack_name(&self.name)
    }

    /// An output of the template, such as `MirrorArn`.
    ///
    /// # Errors
    /// When the stack has none of this name.
    pub fn output(&self, name: &str) -> Result<String> {
        deploy::output(&self.aws(), &self.deployed_as(), name)
    }

    /// Stops every server that was started.
    pub fn down(&self) {
        process::stop_in(&folder(&self.name));
    }

    /// The local AWS.
    #[must_use]
    pub fn aws(&self) -> Aws {
        Aws::new(&self.addresses.endpoint)
    }

    /// The people of the old pool.
    #[must_use]
    pub fn old(&self) -> Users {
        Users::of(&self.addresses.old_pool)
    }

    /// The people of the new pool.
    #[must_use]
    pub fn new_pool(&self) -> Users {
        Users::of(&self.addresses.new_pool)
    }

    /// The queue of change events.
    #[must_use]
    pub fn queue(&self) -> Queue {
        Queue::new(self.aws(), &self.addresses.queue_url)
    }

    /// The DLQ.
    #[must_use]
    pub fn dead_letters(&self) -> Queue {
        Queue::new(self.aws(), &self.addresses.dlq_url)
    }

    /// The audit trail of the old pool.
    #[must_use]
    pub fn audit_trail(&self) -> AuditTrail {
        AuditTrail::new(self.aws(), &self.addresses.audit_rule, &self.addresses.old_pool.id)
    }

    /// The audit trail of the new pool.
    #[must_use]
    pub fn audit_trail_of_new(&self) -> AuditTrail {
        AuditTrail::new(self.aws(), &self.addresses.audit_rule, &self.addresses.new_pool.id)
    }

    /// Lets the sweep walk once, and gives its answer.
    ///
    /// # Errors
    /// When it fails, or Lambda refuses.
    pub fn sweep(&self) -> Result<serde_json::Value> {
        self.aws().invoke(&self.addresses.sweep, &serde_json::json!({ "task": "sweep" }))
    }

    /// Everything that was mailed to this address.
    ///
    /// # Errors
    /// When the local AWS does not answer.
    pub fn mail(&self, to: &str) -> Result<Vec<Mail>> {
        sent::mail(&self.aws(), to)
    }

    /// The links, by key.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::new(self.aws(), &self.addresses.table)
    }
}

/// Where the servers of this name have their files.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    paths::local().join("stacks").join(name)
}
