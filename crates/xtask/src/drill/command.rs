//! The built `twinpool`, as an operator runs it, and stops it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::local::Stack;
use crate::{command, process};

/// More than any local server can do: what is looked at is not the quotas.
const QUOTAS: [&str; 8] = [
    "UserRead",
    "UserResourceRead",
    "UserCreation",
    "UserAccountRecovery",
    "UserUpdate",
    "UserList",
    "UserPoolRead",
    "UserPoolResourceRead",
];

/// It is done; done, and somebody should look at something.
pub(super) const DONE: [i32; 2] = [0, 11];

/// The verdicts of `verify` that somebody has, each with how many.
pub(super) fn verdicts(answer: &Value) -> Result<String> {
    let verdicts = answer["verdicts"].as_object().context("verify says how many there are of each")?;
    let some = verdicts.iter().filter(|(_, count)| **count != 0);
    Ok(some.map(|(verdict, count)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", "))
}

/// The command with everything about a stack in its environment.
#[derive(Debug)]
pub(super) struct Twinpool {
    program: PathBuf,
    environment: Vec<(&'static str, String)>,
    pub(super) folder: PathBuf,
}

impl Twinpool {
    /// Builds the command.
    pub(super) fn build(stack: &Stack, folder: &Path) -> Result<Self> {
        let program = command::twinpool()?;
        Ok(Self { program, environment: stack.environment(), folder: folder.to_owned() })
    }

    /// The same command, for this stack.
    pub(super) fn of(&self, stack: &Stack) -> Self {
        Self { program: self.program.clone(), environment: stack.environment(), folder: self.folder.clone() }
    }

    /// Starts it in the background. What it says goes into files with this name.
    pub(super) fn start(&self, name: &str, arguments: &[&str]) -> Result<Started> {
        let out = self.folder.join(format!("{name}.out"));
        let err = out.with_extension("err");
        let file =
            |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
        let child = command.spawn().context("cannot start twinpool")?;
        Ok(Started { child, out, err })
    }

    /// The same for work on a whole pool, as fast as it goes.
    pub(super) fn start_work(&self, name: &str, arguments: &[&str]) -> Result<Started> {
        let quotas: Vec<_> = QUOTAS.iter().map(|quota| format!("--quota={quota}=5000")).collect();
        let mut all = arguments.to_vec();
        all.extend(["--percent", "100", "--json"]);
        all.extend(quotas.iter().map(String::as_str));
        self.start(name, &all)
    }
}

/// A command that was started; killed when dropped before its end.
#[derive(Debug)]
pub(super) struct Started {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Started {
    /// Sends a signal, such as `-INT`.
    pub(super) fn signal(&self, signal: &str) {
        process::signal(signal, self.child.id());
    }

    /// Whether it still runs.
    pub(super) fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits for its end.
    pub(super) fn end(&mut self) -> Result<ExitStatus> {
        self.child.wait().context("cannot wait for twinpool")
    }

    /// Waits for its end, which must be one with one of these codes; gives what it says to programs.
    pub(super) fn answer(mut self, codes: &[i32]) -> Result<Value> {
        let status = self.end()?;
        if !status.code().is_some_and(|code| codes.contains(&code)) {
            bail!("twinpool ended with {status}, {}", self.said());
        }
        let out = fs::read_to_string(&self.out)?;
        serde_json::from_str(&out).with_context(|| format!("no JSON in {}", self.out.display()))
    }

    /// Waits for its end, which must be a good one.
    pub(super) fn succeeds(mut self) -> Result<()> {
        let status = self.end()?;
        ensure!(status.success(), "twinpool ended with {status}, {}", self.said());
        Ok(())
    }

    /// The last words.
    pub(super) fn said(&self) -> String {
        let text = fs::read_to_string(&self.err).unwrap_or_default();
        let last: Vec<_> = text.lines().rev().take(5).collect();
        format!("{}: {}", self.err.display(), last.into_iter().rev().collect::<Vec<_>>().join(" | "))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
