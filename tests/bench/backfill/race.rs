//! Without quotas: how fast three ways carry users over, one after the other, on the same server.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use twinpool_core::quota::Category;
use twinpool_testkit::MemoryPool;
use twinpool_tests::aws_stub::AwsStub;
use twinpool_tests::bootstrap::workspace;
use xtask::tools::aws_cli_program;

use super::{assert_carried_over, new_pool, old_pool};
use crate::child;

/// The shell way starts a program for every call, so that these take it minutes.
const SHELL_USERS: u64 = 60;

const USERS: u64 = 6_000;

/// About as far as AWS is from a machine in the same Region, its own work included.
const FAR: Duration = Duration::from_millis(20);

/// The command that carries users over, given an endpoint and the two pools.
type Way = fn(&str, [&str; 2]) -> Command;

/// One way to carry users over.
struct Contender {
    name: &'static str,
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    command: Way,
}

impl Contender {
    fn new(name: &'static str, users: u64, command: Way) -> Self {
        let [old, new] = ["Old", "New"].map(|side| format!("eu-west-1_{side}{name}"));
        Self { name, old: old_pool(&old, users), new: new_pool(&new), command }
    }

    /// Users a second.
    fn run(&self, stub: &AwsStub, way: Duration) -> f64 {
        let before = calls(stub);
        let pools = [&self.old, &self.new].map(|pool| pool.shape().id.as_str());
        let run =
            child::run(&format!("backfill-{}", self.name), &mut (self.command)(&stub.endpoint(), pools));
        let run = run.succeeded();
        assert_carried_over(&self.old, &self.new);
        let users = u32::try_from(self.old.count()).unwrap();
        let rate = f64::from(users) / run.seconds;
        let (cpu, calls) = (1e3 * run.cpu / f64::from(users), calls(stub) - before);
        let calls = f64::from(u32::try_from(calls).unwrap()) / f64::from(users);
        let (name, way, seconds) = (self.name, way.as_millis(), run.seconds);
        println!("| {name} | {way} ms | {users} | {seconds:.1} | {calls:.1} | {cpu:.2} | {rate:.1} |");
        rate
    }
}

pub(crate) fn run() {
    println!(
        "| backfill without quotas | way and back | users | seconds | calls a user | CPU a user, ms | users a second |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let near = Duration::ZERO;
    let [twinpool, python] = in_turns(near, [("twinpool", USERS, twinpool), ("python", USERS, python)]);
    let [shell] = in_turns(near, [("shell", SHELL_USERS, shell)]);
    let far = in_turns(FAR, [("twinpool", USERS, self::twinpool), ("python", USERS, self::python)]);
    println!();
    println!("| | measured | goal |");
    println!("| --- | ---: | ---: |");
    println!("| twinpool : export and parallel shell | {:.1} | 5 |", twinpool / shell);
    println!("| twinpool : Python with 10 threads | {:.1} | 3 |", twinpool / python);
    println!("| the same, {} ms away | {:.1} | 3 |", FAR.as_millis(), far[0] / far[1]);
}

/// All of them on one server, which lies this far away.
fn in_turns<const N: usize>(way: Duration, contenders: [(&'static str, u64, Way); N]) -> [f64; N] {
    let contenders = contenders.map(|(name, users, command)| Contender::new(name, users, command));
    let pools: Vec<_> = contenders.iter().flat_map(|one| [&one.old, &one.new]).collect();
    let stub = AwsStub::start(&pools);
    stub.lie_at(way);
    contenders.map(|contender| contender.run(&stub, way))
}

fn calls(stub: &AwsStub) -> u64 {
    stub.meter().operations().values().sum()
}

/// With quotas that nobody reaches.
fn twinpool(endpoint: &str, pools: [&str; 2]) -> Command {
    let mut command = child::twinpool(endpoint, pools);
    command.args(["backfill", "--percent", "100", "--yes"]);
    for category in Category::ALL {
        command.arg("--quota").arg(format!("{category}=100000"));
    }
    command
}

fn python(endpoint: &str, pools: [&str; 2]) -> Command {
    script(aws_cli_program("python"), "backfill.py", endpoint, pools)
}

fn shell(endpoint: &str, pools: [&str; 2]) -> Command {
    let mut command = script(PathBuf::from("bash"), "backfill.sh", endpoint, pools);
    let programs = aws_cli_program("aws");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = programs.parent().map(PathBuf::from).into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(own).unwrap());
    command
}

fn script(program: PathBuf, name: &str, endpoint: &str, pools: [&str; 2]) -> Command {
    let mut command = child::command(program, endpoint);
    command.arg(workspace().join("tests/bench").join(name)).args(pools);
    command
}
