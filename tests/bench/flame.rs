//! A built function at work under `perf`: what docs/benchmarks.md calls the flame graph.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use twinpool_tests::bootstrap::workspace;
use twinpool_tests::queue::{Mood, Sqs};

use crate::capture;
use crate::function::{Program, Running, answers};
use crate::mirror::{Form, World, takes_all};

/// So long events are handed in.
const LASTS: Duration = Duration::from_secs(12);

/// Samples `function`, built with its symbols, and leaves what `perf` wrote in `target/bench/flame-<name>.data`.
pub(crate) fn run(name: &str) {
    match name {
        "capture" => of_capture(),
        "mirror" => of_mirror(name, |world, number| world.event(Form::Queue, number % USERS)),
        "mirror-changed" => of_mirror(name, |world, number| {
            world.change(number % USERS);
            world.paced(Form::Queue, number % USERS)
        }),
        _ => panic!("there is no flame graph of {name}: capture, mirror, mirror-changed"),
    }
}

const USERS: u64 = 40;

fn of_capture() {
    let sqs = Sqs::start(Mood::Takes);
    let event = capture::event();
    let program = Program::at(workspace().join("target/flame/twinpool-capture"), answers);
    let running = program.start(&capture::settings(&sqs.endpoint()), &event);
    sampled("capture", &running, |_| event.clone());
}

fn of_mirror(name: &str, event: impl Fn(&World, u64) -> Vec<u8>) {
    let world = World::of(USERS);
    let program = Program::at(workspace().join("target/flame/twinpool-mirror"), takes_all);
    let running = world.start(&program, &world.event(Form::Queue, 0));
    // Everybody is there.
    let _ = running.each((1..USERS).map(|user| world.paced(Form::Queue, user)));
    sampled(name, &running, |number| event(&world, number));
}

/// Hands in events while the function is sampled.
fn sampled(name: &str, running: &Running, event: impl Fn(u64) -> Vec<u8>) {
    let folder = workspace().join("target/bench");
    fs::create_dir_all(&folder).unwrap();
    let perf = perf(running.process(), &folder.join(format!("flame-{name}.data")));
    let started = Instant::now();
    let numbers = (0_u64..).take_while(|_| started.elapsed() < LASTS);
    let each = running.each(numbers.map(event));
    end(perf);
    println!("{name}: {:.3} ms of CPU per event, sampling included", each.cpu);
}

fn perf(process: u32, file: &Path) -> Child {
    let mut command = Command::new("perf");
    // A clock of the kernel: virtual machines mostly have no counters of their own.
    command.args(["record", "--quiet", "-e", "cpu-clock", "-F", "4999", "--call-graph", "fp", "-p"]);
    command.arg(process.to_string()).arg("-o").arg(file).stdin(Stdio::null());
    command.spawn().expect("perf starts: is it installed (Debian: linux-perf)?")
}

/// Lets it write what it has.
fn end(mut perf: Child) {
    let told = Command::new("kill").args(["-INT", &perf.id().to_string()]).status().unwrap();
    assert!(told.success(), "perf has ended before: may it sample here (kernel.perf_event_paranoid)?");
    perf.wait().unwrap();
}
