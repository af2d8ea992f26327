//! How each server is started.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use crate::process::Server;
use crate::{paths, tools, wire};

pub(crate) fn ministack(folder: &Path, port: u16, enforce_iam: bool, mended: bool) -> Result<Server> {
    let mut command = if mended {
        let mut python = Command::new(tools::python_program("python"));
        python.arg(paths::root().join("infra/local/ministack_mended.py"));
        python
    } else {
        Command::new(tools::python_program("ministack"))
    };
    command
        .current_dir(folder)
        .env("GATEWAY_PORT", port.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("IOT_MTLS_ENABLED", "0")
        .env("AWS_DEFAULT_REGION", wire::REGION)
        .env("STATE_DIR", folder.join("state"))
        .env("S3_DATA_DIR", folder.join("s3"));
    if enforce_iam {
        command.env("AUTH", "true");
    }
    Server::start("MiniStack", &mut command, port, "/_ministack/health", &folder.join("ministack.log"))
}

/// `capture` is the function that all triggers call.
pub(super) fn cognito_local(folder: &Path, port: u16, aws: &str, capture: Option<&str>) -> Result<Server> {
    let home = folder.join("cognito-local");
    fs::create_dir_all(home.join(".cognito"))?;
    let triggers = ["PostConfirmation", "PreTokenGeneration", "CustomMessage"];
    let functions: serde_json::Map<_, _> =
        triggers.iter().filter_map(|trigger| Some(((*trigger).to_owned(), capture?.into()))).collect();
    let config = json!({
        "LambdaClient": {
            "endpoint": aws,
            "region": wire::REGION,
            "credentials": { "accessKeyId": "test", "secretAccessKey": "test" },
        },
        "ServerConfig": { "port": port, "hostname": "127.0.0.1" },
        "TriggerFunctions": functions,
    });
    fs::write(home.join(".cognito/config.json"), config.to_string())?;
    let mut command = Command::new("node");
    command
        .arg(tools::cognito_local())
        .current_dir(&home)
        .env("CODE", super::CODE)
        .env("PORT", port.to_string())
        .env("HOST", "127.0.0.1");
    Server::start("cognito-local", &mut command, port, "/health", &folder.join("cognito-local.log"))
}

/// A second implementation of Cognito's admin API, for the contracts.
pub(crate) fn moto(folder: &Path, port: u16) -> Result<Server> {
    let mut command = Command::new(tools::python_program("moto_server"));
    command.current_dir(folder).args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    Server::start("moto", &mut command, port, "/moto-api/", &folder.join("moto.log"))
}
