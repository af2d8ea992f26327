//! Between a function and its AWS: writes down every call, and can kill the function at one of them.

use std::collections::HashSet;
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::http::{Hangup, Reply, Request, Server};

/// When the function dies, seen from the call that it is making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The other side never sees the call.
    Before,
    /// The other side does the work, and nobody hears the answer.
    After,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<String>,
    dies_at: Option<(usize, Moment)>,
    process: Option<u32>,
}

/// A proxy in front of one server.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// Passes everything on to this endpoint.
    #[must_use]
    pub fn to(endpoint: &str) -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let (seen, endpoint) = (Arc::clone(&state), endpoint.to_owned());
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let server = Server::start(move |request| serve(&seen, &agent, &endpoint, &request));
        Self { server, state }
    }

    /// Where the function finds its AWS.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The next function dies at its nth call, counted from 0. To be followed by [`Proxy::watch`].
    pub fn kill_at(&self, call: usize, moment: Moment) {
        let mut state = self.state.lock().expect("no holder panics");
        *state = State { dies_at: Some((call, moment)), ..State::default() };
    }

    /// Whom to kill.
    pub fn watch(&self, process: u32) {
        self.state.lock().expect("no holder panics").process = Some(process);
    }

    /// The operations since the last call of this, in order.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("no holder panics").calls)
    }
}

fn serve(state: &Mutex<State>, agent: &ureq::Agent, endpoint: &str, request: &Request) -> Reply {
    let moment = {
        let mut state = state.lock().expect("no holder panics");
        let number = state.calls.len();
        let target = request.header("x-amz-target").unwrap_or("unknown");
        state.calls.push(target.rsplit('.').next().unwrap_or(target).to_owned());
        state.dies_at.filter(|(call, _)| *call == number).map(|(_, moment)| moment)
    };
    if moment == Some(Moment::Before) {
        kill(state);
        return Reply::Hang(Hangup(Box::new(|| ())));
    }
    let reply = pass_on(agent, endpoint, request);
    if moment == Some(Moment::After) {
        kill(state);
        return Reply::Hang(Hangup(Box::new(|| ())));
    }
    reply
}

/// The process may make its first call before the test has named it: then the name is waited for.
fn kill(state: &Mutex<State>) {
    let process = xtask::process::wait_for("the process to kill", || {
        Ok(state.lock().map(|state| state.process).unwrap_or_default())
    });
    let process = process.expect("the test names the process");
    let killed = Command::new("kill").args(["-9", &process.to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()), "kill -9 works");
}

fn pass_on(agent: &ureq::Agent, endpoint: &str, request: &Request) -> Reply {
    let own: HashSet<_> = ["host", "content-length", "connection", "accept-encoding"].into();
    let mut outgoing = agent.post(format!("{endpoint}{}", request.path));
    for (name, value) in request.headers().filter(|(name, _)| !own.contains(name)) {
        outgoing = outgoing.header(name, value);
    }
    let mut answer = outgoing.send(&request.body).expect("the server behind the proxy answers");
    let header = |name: &'static str| {
        let value = answer.headers().get(name)?.to_str().ok()?;
        Some((name, value.to_owned()))
    };
    let headers =
        ["content-type", "x-amzn-errortype", "x-amz-crc32"].into_iter().filter_map(header).collect();
    let status = answer.status().as_u16();
    let body = answer.body_mut().read_to_vec().expect("a body");
    Reply::Send { status, headers, body }
}
