//! What the project is built of, by cargo-deny and `deny.toml`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{paths, tools};

const VERSION: &str = "0.20.2";

fn home() -> PathBuf {
    paths::local().join("cargo-deny")
}

fn program() -> PathBuf {
    home().join("bin/cargo-deny")
}

/// Installs cargo-deny in `.local/`; quick when it is there.
pub(super) fn install() -> Result<()> {
    // It runs for seconds: built quickly, not to be quick.
    let quickly = ["--debug", "--config", "profile.dev.debug=0"];
    tools::install_crate("cargo-deny", VERSION, &home(), &program(), &quickly)
}

fn deny(arguments: &[&str]) -> Result<(bool, String)> {
    let mut deny = Command::new(program());
    deny.current_dir(paths::root()).args(["--color", "never", "--locked"]).args(arguments);
    let output = deny.output().context("cannot start cargo-deny")?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// One of the checks that need nothing but the lock file.
pub(super) fn check(which: &str) -> Result<String> {
    let (fine, said) = deny(&["check", which])?;
    if fine { Ok("nothing is found".to_owned()) } else { bail!("{said}") }
}

/// The advisories. Where their database cannot be fetched, the line says that nobody has looked.
pub(super) fn advisories() -> Result<String> {
    let (fetched, said) = deny(&["fetch", "db"])?;
    if !fetched {
        let why = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("cargo-deny does not say why");
        return Ok(format!("NOT LOOKED AT: the database of advisories cannot be fetched ({})", why.trim()));
    }
    let (fine, said) = deny(&["check", "--disable-fetch", "advisories"])?;
    if fine { Ok("nothing is found in the database of today".to_owned()) } else { bail!("{said}") }
}
