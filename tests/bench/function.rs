//! A function, started and fed as Lambda does it, and what that takes.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use twinpool_tests::bootstrap::{Function, Settings, binary, workspace};
use twinpool_tests::runtime_api::Answer;
use xtask::tools::python_program;

pub(crate) mod figures;

use figures::{cpu, median, milliseconds, resident};

/// A program that answers events.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    program: PathBuf,
    arguments: Vec<PathBuf>,
    /// Whether an answer is what it should be: who is fast and wrong does not count.
    is_right: fn(&Answer) -> bool,
}

impl Program {
    /// A built function.
    pub(crate) fn built(name: &str, is_right: fn(&Answer) -> bool) -> Self {
        Self { program: binary(name), arguments: Vec::new(), is_right }
    }

    /// A program elsewhere.
    pub(crate) fn at(program: PathBuf, is_right: fn(&Answer) -> bool) -> Self {
        Self { program, arguments: Vec::new(), is_right }
    }

    /// A script beside this file.
    pub(crate) fn python(script: &str, is_right: fn(&Answer) -> bool) -> Self {
        let script = workspace().join("tests/bench").join(script);
        Self { program: python_program("python"), arguments: vec![script], is_right }
    }

    /// Starts it, and waits for the answer to a first event.
    pub(crate) fn start(&self, settings: Settings<'_>, first: &[u8]) -> Running {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        let settings = [settings, &[("PYTHONDONTWRITEBYTECODE", "1")]].concat();
        let started = Instant::now();
        let function = Function::start_command(command, "bench", &settings);
        let poll = milliseconds(function.first_poll().duration_since(started));
        let mut running = Running { function, is_right: self.is_right, start: Start::default() };
        let event = running.answer(first);
        running.start = Start { poll, event, cpu: cpu(running.process()) };
        running
    }
}

/// What a start took, in ms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    /// Until it asked for an event.
    pub(crate) poll: f64,
    /// The first event.
    pub(crate) event: f64,
    /// CPU until the first answer.
    pub(crate) cpu: f64,
}

/// What each of many events took, in ms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Each {
    /// The median.
    pub(crate) wall: f64,
    /// The mean of the function's own CPU.
    pub(crate) cpu: f64,
}

/// A function that has answered its first event.
pub(crate) struct Running {
    function: Function,
    is_right: fn(&Answer) -> bool,
    pub(crate) start: Start,
}

impl Running {
    pub(crate) fn process(&self) -> u32 {
        self.function.process()
    }

    /// In MB.
    pub(crate) fn resident(&self) -> f64 {
        resident(self.process())
    }

    /// Answers these, one after the other. What it takes to make them is nobody's.
    pub(crate) fn each(&self, events: impl Iterator<Item = Vec<u8>>) -> Each {
        let before = cpu(self.process());
        let walls: Vec<_> = events.map(|event| self.answer(&event)).collect();
        let count = f64::from(u32::try_from(walls.len()).unwrap());
        Each { cpu: (cpu(self.process()) - before) / count, wall: median(walls) }
    }

    fn answer(&self, event: &[u8]) -> f64 {
        let handed = Instant::now();
        let answer = self.function.invoke(event);
        let took = handed.elapsed();
        assert!((self.is_right)(&answer), "{answer:?}");
        milliseconds(took)
    }
}

/// Any answer that is no error.
pub(crate) fn answers(answer: &Answer) -> bool {
    answer.response().is_some()
}
