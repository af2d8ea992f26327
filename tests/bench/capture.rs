//! Capture's size, start, memory and time per event, beside the same handler in Python with boto3, on the same stand-ins for
//! the Runtime API and the queue, taking turns in one run.

mod contender;
mod figures;

use std::fs;

use twinpool_tests::bootstrap::workspace;

use contender::{Contender, Run};
use figures::{Figures, median};

/// How often each contender is started.
const STARTS: usize = 21;

/// How many events each start gets.
const EVENTS: usize = 400;

pub(crate) fn run() {
    let event = fs::read(workspace().join("events/triggers/TokenGeneration_Authentication.v2.json")).unwrap();
    let contenders = [Contender::rust(), Contender::python()];
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..STARTS {
        for (contender, runs) in contenders.iter().zip(&mut runs) {
            runs.push(contender.run(&event, EVENTS));
        }
    }
    let [rust, python] = runs.map(|runs| Figures::of(&runs));
    let zip = fs::metadata(workspace().join("target/lambda/twinpool-capture/bootstrap.zip")).unwrap().len();
    println!("| capture, medians of {STARTS} starts | Rust | Python + boto3 | ratio | limit |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let megabytes = |bytes: u64| bytes.to_string().parse::<f64>().unwrap() / 1e6;
    println!("| zip, MB | {:.2} | (in Lambda's runtime) | | 4.5 |", megabytes(zip));
    row("start to first poll, ms", rust.first_poll, python.first_poll, "15");
    row("CPU until the first answer, ms", rust.first_answer_cpu, python.first_answer_cpu, "");
    row("first event, ms", rust.first_event, python.first_event, "");
    row(&format!("each of {EVENTS} more, ms"), rust.event, python.event, "");
    row("its own CPU per event, ms", rust.event_cpu, python.event_cpu, "1");
    row("resident, MB", rust.resident, python.resident, "15");
}

fn row(what: &str, rust: f64, python: f64, limit: &str) {
    println!("| {what} | {rust:.2} | {python:.2} | {:.1} | {limit} |", python / rust);
}

impl Figures {
    fn of(runs: &[Run]) -> Self {
        let of = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
        Self {
            first_poll: of(|run| run.0.first_poll),
            first_answer_cpu: of(|run| run.0.first_answer_cpu),
            first_event: of(|run| run.0.first_event),
            event: of(|run| run.0.event),
            event_cpu: of(|run| run.0.event_cpu),
            resident: of(|run| run.0.resident),
        }
    }
}
