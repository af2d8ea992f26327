//! Servers: started on a free port of the loopback, waited for, and stopped by their own id.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The ending of the file that tells of a server, beside its log.
const RECORD: &str = "server";

/// A server that was started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Server {
    /// For people.
    pub name: String,
    /// Where it answers.
    pub port: u16,
    pid: u32,
    /// When the process started, in the kernel's ticks: the same id later is somebody else.
    born: String,
}

/// A port that nobody listens on now.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).context("no free port on the loopback")?.local_addr()?.port())
}

/// Refuses a port that somebody listens on.
///
/// # Errors
/// When the port is taken.
pub fn require_free(port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port));
    listener.map(drop).with_context(|| {
        format!("port {port} is taken: stop what listens there, or choose another with --port")
    })
}

impl Server {
    /// Starts a server in the background and waits until it answers at `health`.
    ///
    /// # Errors
    /// When it cannot be started, ends at once, or does not answer in time.
    pub fn start(name: &str, command: &mut Command, port: u16, health: &str, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let server =
            Self { name: name.to_owned(), port, pid: child.id(), born: born(child.id()).unwrap_or_default() };
        // Before anything else: whoever started it may be interrupted while it starts.
        fs::write(log.with_extension(RECORD), serde_json::to_string(&server)?)?;
        let url = format!("http://127.0.0.1:{port}{health}");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = child.try_wait()? {
                bail!("{name} ended at once ({status}): see {}", log.display());
            }
            if agent.get(&url).call().is_ok() {
                return Ok(server);
            }
            pause();
        }
        server.stop();
        bail!("{name} did not answer within {} s: see {}", PATIENCE.as_secs(), log.display())
    }

    /// Whether the process that was started still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        born(self.pid).is_some_and(|born| born == self.born)
    }

    /// Stops the server if it is still the one that was started, with the functions that it runs.
    pub fn stop(&self) {
        if !self.is_running() {
            return;
        }
        let children = self.children();
        for how in ["-TERM", "-KILL"] {
            signal(how, self.pid);
            let start = Instant::now();
            while self.is_running() && start.elapsed() < Duration::from_secs(5) {
                pause();
            }
            if !self.is_running() {
                break;
            }
        }
        for child in children {
            child.kill();
        }
    }

    /// The functions that it runs now.
    pub(crate) fn children(&self) -> Vec<Process> {
        children_of(self.pid).into_iter().map(|(pid, born)| Process { pid, born }).collect()
    }
}

/// A process that a server started.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    born: String,
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.pid
    }

    /// Sends it `kill -9` if it is still the one that was started. Says whether it was.
    pub(crate) fn kill(&self) -> bool {
        let lives = born(self.pid).is_some_and(|born| born == self.born);
        if lives {
            signal("-KILL", self.pid);
        }
        lives
    }
}

/// The servers that were started with a log in this folder, whoever started them, and still run.
#[must_use]
pub fn running_in(folder: &Path) -> Vec<Server> {
    let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let records = files.filter(|path| path.extension().is_some_and(|ending| ending == RECORD));
    let servers = records.filter_map(|path| serde_json::from_str(&fs::read_to_string(path).ok()?).ok());
    servers.filter(Server::is_running).collect()
}

/// Stops them. Returns whether there were any.
pub fn stop_in(folder: &Path) -> bool {
    let running = running_in(folder);
    running.iter().for_each(Server::stop);
    !running.is_empty()
}

/// Sends a signal, such as `-INT`, to a process that was started here.
pub(crate) fn signal(signal: &str, pid: u32) {
    let _ = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
}

/// The start time of a live process; zombies do not live.
fn born(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, can hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = fields.split(' ').collect();
    let alive = *fields.first()? != "Z";
    alive.then(|| fields.get(19).map(|ticks| (*ticks).to_owned()))?
}

/// Each thread has its own children.
fn children_of(parent: u32) -> Vec<(u32, String)> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().filter_map(Result::ok);
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let lists: Vec<_> = lists.collect();
    let pids = lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|pid| pid.parse().ok());
    pids.filter_map(|pid| Some((pid, born(pid)?))).collect()
}

/// Looks again and again until there is something to see.
///
/// # Errors
/// When there is nothing after a minute, or looking fails.
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    wait_within(PATIENCE, what, look)
}

/// The same, for as long as this.
///
/// # Errors
/// When there is nothing after that, or looking fails.
pub fn wait_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Some(found) = look()? {
            return Ok(found);
        }
        pause();
    }
    bail!("waited {} s in vain for {what}", patience.as_secs())
}

/// Between two looks at a condition.
#[expect(clippy::disallowed_methods, reason = "polling a server of another process has no other way")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(25));
}
