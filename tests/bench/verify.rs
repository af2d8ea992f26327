//! Comparing two pools of a million users each: memory, and CPU of its own.

use twinpool_core::digest::DigestKey;
use twinpool_core::quota::Category;
use twinpool_testkit::world::OLD_POOL;
use twinpool_tests::aws_stub::{AwsStub, Population};

use crate::child;

const USERS: u32 = 1_000_000;

/// Who has another name in the new pool: a comparison that finds them has looked.
const DIFFERING: [u32; 3] = [7, 500_000, 999_999];

pub(crate) fn run() {
    let key = DigestKey::new(child::KEY.as_bytes()).unwrap();
    let stub = AwsStub::streaming(&Population::new(USERS, key).with_other_names(DIFFERING));
    let mut command = child::twinpool(&stub.endpoint(), [OLD_POOL, "eu-west-1_New"]);
    // With quotas that nobody reaches, and no wait before a difference is looked at again: what it takes is measured.
    command.args(["verify", "--percent", "100", "--pause", "0"]);
    for category in Category::ALL {
        command.arg("--quota").arg(format!("{category}=100000"));
    }
    let run = child::run("verify", &mut command);
    println!("| verify of {USERS} users a side, {} of whom differ | measured | goal |", DIFFERING.len());
    println!("| --- | ---: | ---: |");
    println!("| peak resident, MB | {:.1} | 150 |", run.peak);
    println!("| its own CPU, s | {:.1} | 60 |", run.cpu);
    println!("| seconds, the server's share of the machine included | {:.1} | |", run.seconds);
    println!("| exit code | {} | not 0 |", run.code.map_or("killed".to_owned(), |code| code.to_string()));
    println!("| calls | {} | |", stub.meter().operations().values().sum::<u64>());
}
