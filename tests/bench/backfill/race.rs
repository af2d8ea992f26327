//! Without quotas: how fast three ways carry users over, one after the other, on the same server.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use twinpool_core::quota::Category;
use twinpool_testkit::MemoryPool;
use twinpool_tests::aws_stub::AwsStub;
use twinpool_tests::bootstrap::workspace;
use xtask::tools::aws_cli_program;

use super::{assert_carried_over, new_pool, old_pool};
use crate::child;

/// The shell way starts a program for every call, so that a hundred users take it minutes.
const SHELL_USERS: u64 = 100;

const USERS: u64 = 2_000;

/// One way to carry users over.
struct Contender {
    name: &'static str,
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    command: fn(&str, [&str; 2]) -> Command,
}

impl Contender {
    fn new(name: &'static str, users: u64, command: fn(&str, [&str; 2]) -> Command) -> Self {
        let [old, new] = ["Old", "New"].map(|side| format!("eu-west-1_{side}{name}"));
        Self { name, old: old_pool(&old, users), new: new_pool(&new), command }
    }

    /// Users a second.
    fn run(&self, stub: &AwsStub) -> f64 {
        let pools = [&self.old, &self.new].map(|pool| pool.shape().id.as_str());
        let run =
            child::run(&format!("backfill-{}", self.name), &mut (self.command)(&stub.endpoint(), pools));
        let run = run.succeeded();
        assert_carried_over(&self.old, &self.new);
        let users = u32::try_from(self.old.count()).unwrap();
        let rate = f64::from(users) / run.seconds;
        println!("| {} | {users} | {:.1} | {rate:.1} |", self.name, run.seconds);
        rate
    }
}

pub(crate) fn run() {
    let contenders = [
        Contender::new("twinpool", USERS, twinpool),
        Contender::new("python", USERS, python),
        Contender::new("shell", SHELL_USERS, shell),
    ];
    let pools: Vec<_> = contenders.iter().flat_map(|one| [&one.old, &one.new]).collect();
    let stub = AwsStub::start(&pools);
    println!("| backfill without quotas | users | seconds | users a second |");
    println!("| --- | ---: | ---: | ---: |");
    let [twinpool, python, shell] = contenders.map(|contender| contender.run(&stub));
    println!();
    println!("| | measured | goal |");
    println!("| --- | ---: | ---: |");
    println!("| twinpool : Python with 10 threads | {:.1} | 3 |", twinpool / python);
    println!("| twinpool : export and parallel shell | {:.1} | 5 |", twinpool / shell);
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
