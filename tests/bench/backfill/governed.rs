//! Under AWS's default quotas: how much of the scarcest one is used, and how many calls are refused.

use twinpool_tests::aws_stub::AwsStub;

use super::{assert_carried_over, new_pool, old_pool};
use crate::child;

const USERS: u64 = 1_500;

pub(crate) fn run() {
    let (old, new) = (old_pool("eu-west-1_Old", USERS), new_pool("eu-west-1_New"));
    let stub = AwsStub::start(&[&old, &new]);
    stub.meter().limit();
    let mut command = child::twinpool(&stub.endpoint(), [old.shape().id.as_str(), new.shape().id.as_str()]);
    command.args(["backfill", "--percent", "100", "--yes"]);
    let run = child::run("backfill-governed", &mut command).succeeded();
    assert_carried_over(&old, &new);

    println!(
        "| backfill of {USERS} users under AWS's default quotas | calls | refused | a second | quota | share |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let (mut calls, mut refused, mut binding) = (0, 0, 0.0_f64);
    let mut used: Vec<_> = stub.meter().used().into_iter().collect();
    used.sort_by_key(|(_, used)| std::cmp::Reverse(used.span()));
    for (name, used) in used {
        calls += used.admitted + used.refused;
        refused += used.refused;
        let of = format!("| {name} | {} | {}", used.admitted, used.refused);
        // A handful of calls at the beginning binds nothing.
        if used.admitted < USERS / 2 {
            println!("{of} | | {} | |", used.limit);
            continue;
        }
        let share = 100.0 * used.share();
        let rate = used.share() * f64::from(used.limit);
        println!("{of} | {rate:.1} | {} | {share:.1} % |", used.limit);
        binding = binding.max(share);
    }
    let ratio = |part: u64, whole: u64| {
        100.0 * f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
    };
    println!();
    println!("| | measured | goal |");
    println!("| --- | ---: | ---: |");
    println!("| seconds | {:.1} | |", run.seconds);
    println!("| share of the quota that binds | {binding:.1} % | 95 % |");
    println!("| refused calls | {:.3} % | 0.1 % |", ratio(refused, calls));
    println!("| its own CPU, s | {:.2} | |", run.cpu);
    println!("| peak resident, MB | {:.1} | |", run.peak);
}
