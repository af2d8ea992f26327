//! One handler, started and fed as Lambda does it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use twinpool_tests::bootstrap::{Function, binary, workspace};
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use super::figures::{Figures, cpu, median, milliseconds, resident};

/// A program that answers trigger events.
pub(super) struct Contender {
    program: PathBuf,
    arguments: Vec<PathBuf>,
}

/// What one start showed.
pub(super) struct Run(pub(super) Figures);

impl Contender {
    pub(super) fn rust() -> Self {
        Self { program: binary("twinpool-capture"), arguments: Vec::new() }
    }

    pub(super) fn python() -> Self {
        let program = xtask::tools::python_program("python");
        Self { program, arguments: vec![workspace().join("tests/bench/capture.py")] }
    }

    pub(super) fn run(&self, event: &[u8], events: usize) -> Run {
        let sqs = Sqs::start(Mood::Takes);
        let endpoint = sqs.endpoint();
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("TWINPOOL_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/changes.fifo"),
            ("TWINPOOL_DIGEST_KEY", "a-key-for-tests-of-at-least-32-bytes"),
        ];
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        let started = Instant::now();
        let function = Function::start_command(command, "capture", &settings);
        let first_poll = function.first_poll().duration_since(started);
        let answer = || {
            let handed = Instant::now();
            let answer = function.invoke(event);
            assert!(matches!(answer, Answer::Response(_)), "{answer:?}");
            milliseconds(handed.elapsed())
        };
        let first_event = answer();
        let first_answer_cpu = cpu(function.process());
        let each = (0..events).map(|_| answer()).collect();
        let spent = cpu(function.process()).saturating_sub(first_answer_cpu);
        assert_eq!(sqs.take().len(), events + 1, "one message per event");
        Run(Figures {
            first_poll: milliseconds(first_poll),
            first_answer_cpu: milliseconds(first_answer_cpu),
            first_event,
            event: median(each),
            event_cpu: milliseconds(spent) / f64::from(u32::try_from(events).unwrap()),
            resident: resident(function.process()),
        })
    }
}
