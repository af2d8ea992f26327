//! Kills functions of this stack: processes that its own server started, by their ids.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::dice::Dice;
use super::counts::Counts;
use crate::process::{self, Process, Server};

/// Whom it is after, by a part of the deployed name, and how it is called in words. The mirror most of all.
const VICTIMS: [(&str, &str); 8] = [
    ("Mirror", "mirror"),
    ("Mirror", "mirror"),
    ("Mirror", "mirror"),
    ("Mirror", "mirror"),
    ("Mirror", "mirror"),
    ("Mirror", "mirror"),
    ("Capture", "capture"),
    ("AuditTrail", "audit-trail"),
];

/// Lambda tells each function its name.
const NAME: &str = "AWS_LAMBDA_FUNCTION_NAME=";

/// Kills functions that one server runs.
pub(super) struct Killer {
    server: Server,
    dice: Dice,
}

impl Killer {
    /// Of the server whose files are in this folder.
    pub(super) fn of(folder: &Path, seed: usize) -> Result<Self> {
        let servers = process::running_in(folder);
        let server = servers.into_iter().find(|server| server.name == "MiniStack");
        Ok(Self { server: server.context("no MiniStack runs")?, dice: Dice::of(seed) })
    }

    /// Sends `kill -9` to one function, if one of those that it is after runs.
    pub(super) fn strike(&mut self, counts: &Counts) {
        let (part, name) = self.dice.pick(&VICTIMS).unwrap_or_default();
        let mut running = self.server.children();
        running.retain(|process| function(process).is_some_and(|function| function.contains(part)));
        let at = self.dice.below(running.len());
        if running.get(at).is_some_and(Process::kill) {
            counts.killed(name);
        }
    }
}

/// The name of a function, by its process.
fn function(process: &Process) -> Option<String> {
    let environment = fs::read(format!("/proc/{}/environ", process.id())).ok()?;
    let environment = String::from_utf8_lossy(&environment);
    environment.split('\0').find_map(|variable| variable.strip_prefix(NAME)).map(str::to_owned)
}
