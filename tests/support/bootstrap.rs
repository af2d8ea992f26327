//! A built bootstrap, run as Lambda runs it.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use xtask::process::wait_for;

use crate::runtime_api::{Answer, Call, RuntimeApi};

/// What a function has in its environment beside what Lambda puts there.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

/// A running function; it ends when dropped.
#[derive(Debug)]
pub struct Function {
    api: RuntimeApi,
    child: Child,
    output: Option<(JoinHandle<String>, JoinHandle<String>)>,
}

impl Function {
    /// Runs a built function.
    #[must_use]
    pub fn start(name: &str, settings: Settings<'_>) -> Self {
        Self::start_command(Command::new(binary(name)), name, settings)
    }

    /// Runs any program as a function.
    #[must_use]
    pub fn start_command(mut program: Command, name: &str, settings: Settings<'_>) -> Self {
        let api = RuntimeApi::start();
        let mut child = program
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", format!("{name}-under-test"))
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the bootstrap starts");
        let output = child.stdout.take().map(read).zip(child.stderr.take().map(read));
        Self { api, child, output }
    }

    /// Hands the function an event and waits for its answer.
    pub fn invoke(&self, event: impl AsRef<[u8]>) -> Answer {
        self.invoke_as(event, Call::default())
    }

    /// The same, called in this way.
    pub fn invoke_as(&self, event: impl AsRef<[u8]>, call: Call) -> Answer {
        self.api.invoke(event.as_ref(), call)
    }

    /// Hands the function an event and waits for its answer, or for its death: then there is none.
    pub fn invoke_until_death(&mut self, event: impl AsRef<[u8]>) -> Option<Answer> {
        let id = self.api.hand(event.as_ref());
        wait_for("an answer or a death", || {
            let dead = self.child.try_wait()?.is_some();
            Ok(self.api.answer(&id).map(Some).or(dead.then_some(None)))
        })
        .expect("the function answers or dies")
    }

    /// When the function first asked for an event.
    #[must_use]
    pub fn first_poll(&self) -> Instant {
        self.api.first_poll()
    }

    /// The id of the process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends the function. Gives all that it wrote to standard output and to standard error.
    #[must_use]
    pub fn end(mut self) -> String {
        self.kill();
        let (out, err) = self.output.take().expect("a function ends once");
        out.join().expect("standard output is text") + &err.join().expect("standard error is text")
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).expect("a function writes text");
        text
    })
}

/// A built function, in `target/release`.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let path = directory().join(name);
    assert!(path.is_file(), "{} is not built: run `cargo xtask test`", path.display());
    path
}

fn directory() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    // target/<profile>/deps/<test>, or target/<profile>/examples/<bench>
    test.ancestors().nth(3).expect("a test lies in the target directory").join("release")
}

/// The root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
