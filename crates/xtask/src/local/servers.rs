//! How each server is started.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use crate::process::{self, Server};
use crate::{actions, paths, tools, wire};

/// Which MiniStack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ministack {
    /// As it is installed.
    Plain,
    /// With metrics and alarms: the template does not deploy without (docs/local-metrics.md).
    Told,
    /// The same, with the slips mended that pools of many users in motion would fall over.
    Mended,
}

impl Ministack {
    fn command(self) -> Command {
        let script = match self {
            Self::Plain => return Command::new(tools::python_program("ministack")),
            Self::Told => "infra/local/ministack_metrics.py",
            Self::Mended => "infra/local/ministack_mended.py",
        };
        let mut python = Command::new(tools::python_program("python"));
        // No compiled files beside the sources.
        python.arg("-B").arg(paths::root().join(script));
        python
    }
}

pub(crate) fn ministack(folder: &Path, port: u16, enforce_iam: bool, which: Ministack) -> Result<Server> {
    // MiniStack unpacks the code of functions there, and never takes it away: it goes with the folder.
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary)?;
    let mut command = which.command();
    command
        .current_dir(folder)
        .env("TMPDIR", temporary)
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("IOT_MTLS_ENABLED", "0")
        .env("AWS_DEFAULT_REGION", wire::REGION)
        .env("STATE_DIR", folder.join("state"))
        .env("S3_DATA_DIR", folder.join("s3"));
    if enforce_iam {
        command.env("AUTH", "true").env("TWINPOOL_ACTIONS", folder.join(actions::FILE));
    }
    Server::start("MiniStack", &mut command, port, "/_ministack/health", &folder.join("ministack.log"))
}

/// Whose triggers a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Triggers {
    /// Those of capture.
    Old,
    /// Those of sign-in.
    New,
}

impl Triggers {
    fn slots(self) -> &'static [&'static str] {
        match self {
            Self::Old => &["PostConfirmation", "PreTokenGeneration", "CustomMessage"],
            Self::New => &["PostConfirmation", "PreTokenGeneration", "PreSignUp", "UserMigration"],
        }
    }
}

/// `triggers`: which, where Lambda answers, and the function that all of them call.
pub(super) fn cognito_local(
    folder: &Path,
    role: &str,
    port: u16,
    triggers: Option<(Triggers, &str, &str)>,
) -> Result<Server> {
    let home = folder.join(format!("cognito-local-{role}"));
    fs::create_dir_all(home.join(".cognito"))?;
    let mut config = json!({ "ServerConfig": { "port": port, "hostname": "127.0.0.1" } });
    if let Some((triggers, lambda, function)) = triggers {
        config["LambdaClient"] = json!({
            "endpoint": lambda,
            "region": wire::REGION,
            "credentials": { "accessKeyId": "test", "secretAccessKey": "test" },
        });
        for slot in triggers.slots() {
            config["TriggerFunctions"][slot] = function.into();
        }
    }
    fs::write(home.join(".cognito/config.json"), config.to_string())?;
    let mut command = Command::new("node");
    command
        .arg(tools::cognito_local())
        .current_dir(&home)
        .env("CODE", super::CODE)
        .env("PORT", port.to_string())
        .env("HOST", "127.0.0.1");
    let log = folder.join(format!("cognito-local-{role}.log"));
    Server::start("cognito-local", &mut command, port, "/health", &log)
}

/// What stands between cognito-local as new pool and Lambda (docs/local-sign-in.md); gives its address.
pub(super) fn lambda_for_migration(folder: &Path, aws: &str) -> Result<String> {
    let port = process::free_port()?;
    let mut command = Command::new(tools::python_program("python"));
    command.arg(paths::root().join("infra/local/lambda_for_migration.py")).args([&port.to_string(), aws]);
    let log = folder.join("lambda-for-migration.log");
    Server::start("the stand-in before Lambda", &mut command, port, "/", &log)?;
    Ok(format!("http://127.0.0.1:{port}"))
}

/// A second implementation of Cognito's admin API, for the contracts.
pub(crate) fn moto(folder: &Path, port: u16) -> Result<Server> {
    let mut command = Command::new(tools::python_program("moto_server"));
    command.current_dir(folder).args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    Server::start("moto", &mut command, port, "/moto-api/", &folder.join("moto.log"))
}
