//! Capture's size, start, memory and time per event, beside the same handler in Python with boto3, on the same stand-ins for
//! the Runtime API and the queue, taking turns in one run.

use std::fs;

use twinpool_tests::bootstrap::workspace;
use twinpool_tests::queue::{Mood, Sqs};

use crate::function::{Each, Program, Start, answers};
use crate::table::{head, medians, row};

/// How often each contender is started.
const STARTS: usize = 21;

/// How many events each start gets after the first.
const EVENTS: usize = 400;

struct Run {
    start: Start,
    each: Each,
    resident: f64,
}

pub(crate) fn run() {
    let programs = [Program::built("twinpool-capture", answers), Program::python("capture.py", answers)];
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..STARTS {
        for (program, runs) in programs.iter().zip(&mut runs) {
            runs.push(once(program));
        }
    }
    head(&format!("capture, medians of {STARTS} starts"), "Python, boto3");
    let zip = fs::metadata(workspace().join("target/lambda/twinpool-capture/bootstrap.zip")).unwrap().len();
    let megabytes = zip.to_string().parse::<f64>().unwrap() / 1e6;
    println!("| zip, MB | {megabytes:.2} | (in Lambda's runtime) | | 4.5 |");
    row("start to first poll, ms", medians(&runs, |run| run.start.poll), "15");
    row("CPU until the first answer, ms", medians(&runs, |run| run.start.cpu), "");
    row("first event, ms", medians(&runs, |run| run.start.event), "");
    row(&format!("each of {EVENTS} more, ms"), medians(&runs, |run| run.each.wall), "");
    row("its own CPU per event, ms", medians(&runs, |run| run.each.cpu), "1");
    row("resident, MB", medians(&runs, |run| run.resident), "15");
}

/// A sign-in, as Cognito tells capture of it.
pub(crate) fn event() -> Vec<u8> {
    fs::read(workspace().join("events/triggers/TokenGeneration_Authentication.v2.json")).unwrap()
}

/// What capture and its contender are told.
pub(crate) fn settings(endpoint: &str) -> [(&str, &str); 4] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("TWINPOOL_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/changes.fifo"),
        ("TWINPOOL_DIGEST_KEY", "a-key-for-tests-of-at-least-32-bytes"),
    ]
}

fn once(program: &Program) -> Run {
    let sqs = Sqs::start(Mood::Takes);
    let event = event();
    let running = program.start(&settings(&sqs.endpoint()), &event);
    let each = running.each((0..EVENTS).map(|_| event.clone()));
    assert_eq!(sqs.take().len(), EVENTS + 1, "one message per event");
    Run { start: running.start, each, resident: running.resident() }
}
