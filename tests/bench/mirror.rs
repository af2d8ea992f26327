//! The mirror's start, memory, time, calls and quotas per change, beside a trigger in Python with boto3 that writes straight into the
//! new pool, on the same stand-ins for the Runtime API, both pools and the table, taking turns in one run.

mod spent;
mod world;

use twinpool_tests::mirror::failures;
use twinpool_tests::runtime_api::Answer;
use xtask::process::pause;

use crate::function::{Each, Program, Start, answers};
use crate::table::{head, medians, rate, row};

pub(crate) use spent::Spent;
pub(crate) use world::{Form, World};

/// How often each contender is started, in a world of its own.
const STARTS: usize = 9;

/// Users of each world, who are all mirrored and then changed.
const USERS: u64 = 40;

/// How many events each start gets in which nothing has changed.
const UNCHANGED: u64 = 400;

/// What an event tells of.
const KINDS: [&str; 3] =
    ["first mirror of a user in one group", "nothing has changed", "one attribute has changed"];

struct Run {
    start: Start,
    each: [(Each, Spent); 3],
    resident: f64,
}

pub(crate) fn run() {
    let programs = [(mirror(), Form::Queue), (Program::python("mirror.py", answers), Form::Trigger)];
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..STARTS {
        for ((program, form), runs) in programs.iter().zip(&mut runs) {
            runs.push(once(program, *form));
        }
    }
    head(&format!("mirror, medians of {STARTS} starts"), "Python, boto3");
    row("start to first poll, ms", medians(&runs, |run| run.start.poll), "");
    row("CPU until the first answer, ms", medians(&runs, |run| run.start.cpu), "");
    row("first event, ms", medians(&runs, |run| run.start.event), "");
    row("resident, MB", medians(&runs, |run| run.resident), "");
    for (index, kind) in KINDS.into_iter().enumerate() {
        row(&format!("{kind}: ms"), medians(&runs, |run| run.each[index].0.wall), "");
        let cpu = medians(&runs, |run| run.each[index].0.cpu);
        row("… its own CPU, ms", cpu, "");
        rate("… users a second of its own CPU", cpu.map(|cpu| 1e3 / cpu));
    }
    println!();
    println!(
        "| calls per change | twinpool: DynamoDB | Cognito | of the scarcest quota, in a second | Python: Cognito | of the scarcest quota |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (index, kind) in KINDS.into_iter().enumerate() {
        let [ours, theirs] = runs.each_ref().map(|runs| runs[0].each[index].1.clone());
        let (links, calls) = (ours.table, ours.pools);
        println!(
            "| {kind} | {links:.1} | {calls:.1} | {} | {:.1} | {} |",
            ours.scarcest(),
            theirs.pools,
            theirs.scarcest()
        );
    }
}

/// The built mirror.
fn mirror() -> Program {
    Program::built("twinpool-mirror", takes_all)
}

/// Whether nothing of the batch goes back to the queue.
pub(crate) fn takes_all(answer: &Answer) -> bool {
    failures(answer).is_empty()
}

fn once(program: &Program, form: Form) -> Run {
    let world = World::of(USERS);
    let running = world.start(program, &world.event(form, 0));
    let of = |measure: &dyn Fn() -> Each| {
        let before = Spent::of(&world.stub);
        let each = measure();
        (each, before)
    };
    let since = |(each, before): (Each, Spent), events| (each, Spent::of(&world.stub).since(&before, events));
    let first = since(of(&|| running.each((1..USERS).map(|user| world.paced(form, user)))), USERS - 1);
    let unchanged = since(
        of(&|| running.each((0..UNCHANGED).map(|number| world.event(form, number % USERS)))),
        UNCHANGED,
    );
    let changed = |user| {
        world.change(user);
        world.paced(form, user)
    };
    let changed = since(of(&|| running.each((0..USERS).map(changed))), USERS);
    world.assert_in_step();
    Run { start: running.start, each: [first, unchanged, changed], resident: running.resident() }
}

/// Until every quota has room for the next change: the mirror's governor would wait for it, and the other does not know of quotas.
pub(crate) fn wait_for_quotas() {
    // 25 updates a second.
    pause();
    pause();
}
