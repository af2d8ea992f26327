//! A local AWS for tests and benchmarks: Cognito's, DynamoDB's and SQS's wire protocol on loopback, what import jobs need of S3
//! and CloudWatch Logs, what setting up needs of Lambda, STS, and the outputs of a stack; before the strict stand-ins of
//! twinpool-testkit, with AWS's quotas and with faults on demand.
//!
//! What it does not know it refuses by name; nothing succeeds silently.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use twinpool_testkit::{MemoryFunctions, MemoryPool, MemorySettings};

use crate::http::{Hangup, Reply, Request, Server};

mod account;
mod cognito;
mod faults;
mod imports;
mod meter;
mod queue;
mod refusal;
mod scratch;
mod stack;
mod streamed;
mod sts;
mod table;
mod user;

pub use faults::Faults;
pub use imports::Imports;
pub use meter::{Meter, Used};
pub use queue::Queue;
pub use scratch::Scratch;
pub use stack::Stack;
pub use streamed::Population;
pub use sts::{Signature, Sts};
pub use table::Table;

use account::Account;
use cognito::directory::Directory;
use refusal::{Outcome, Refusal};

/// The name of the only table.
pub const TABLE: &str = "links";

/// A running local AWS; it ends when dropped.
#[derive(Debug)]
pub struct AwsStub {
    server: Server,
    state: Arc<State>,
}

struct State {
    pools: BTreeMap<String, Box<dyn Directory>>,
    table: Table,
    queue: Queue,
    meter: Meter,
    faults: Faults,
    imports: Imports,
    sts: Sts,
    stack: Stack,
    providers: Mutex<BTreeMap<String, Vec<String>>>,
    scratch: Scratch,
    account: Account,
    way: Mutex<Duration>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl AwsStub {
    /// With these pools, which may be looked at and changed from outside while it runs, and an empty table.
    #[must_use]
    pub fn start(pools: &[&Arc<MemoryPool>]) -> Self {
        let directory = |pool: &Arc<MemoryPool>| Box::new(Arc::clone(pool)) as Box<dyn Directory>;
        let directories = pools.iter().map(|pool| directory(pool)).collect();
        Self::with(directories, Table::default(), Imports::before(pools), Account::default())
    }

    /// With pools that have settings and no users, these functions, and an empty table.
    #[must_use]
    pub fn of_account(pools: &[&Arc<MemorySettings>], functions: &Arc<MemoryFunctions>) -> Self {
        let account = Account::of(pools, functions);
        Self::with(Vec::new(), Table::default(), Imports::default(), account)
    }

    /// With two pools and the links between them that are made up while they are read, so that a million users take no
    /// memory.
    #[must_use]
    pub fn streaming(population: &Population) -> Self {
        let sides = population.sides().into_iter();
        let pools = sides.map(|side| Box::new(side) as Box<dyn Directory>).collect();
        Self::with(pools, Table::streaming(population), Imports::default(), Account::default())
    }

    fn with(pools: Vec<Box<dyn Directory>>, table: Table, imports: Imports, account: Account) -> Self {
        let pools = pools.into_iter().map(|pool| (pool.shape().id.to_string(), pool)).collect();
        let state = State {
            pools,
            table,
            queue: Queue::default(),
            meter: Meter::default(),
            faults: Faults::default(),
            imports,
            sts: Sts::default(),
            stack: Stack::default(),
            providers: Mutex::default(),
            scratch: Scratch::default(),
            account,
            way: Mutex::default(),
        };
        let state = Arc::new(state);
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| shared.serve(&request));
        state.imports.take_files_at(server.address());
        Self { server, state }
    }

    /// For `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// How long the way to AWS and back takes from now on. Nothing, unless set.
    pub fn lie_at(&self, way: Duration) {
        *self.state.way.lock().expect("no holder panics") = way;
    }

    /// Calls counted, and the quotas.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.state.meter
    }

    /// What goes wrong next.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.state.faults
    }

    /// The import jobs of the pools.
    #[must_use]
    pub fn imports(&self) -> &Imports {
        &self.state.imports
    }

    /// Roles, and who signed the calls to which pool.
    #[must_use]
    pub fn sts(&self) -> &Sts {
        &self.state.sts
    }

    /// The stack of CloudFormation.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.state.stack
    }

    /// From now on the pool has these identity providers.
    pub fn offer(&self, pool: &str, providers: &[&str]) {
        let names = providers.iter().map(|name| (*name).to_owned()).collect();
        self.state.providers.lock().expect("no holder panics").insert(pool.to_owned(), names);
    }

    /// Pools that are made and removed.
    #[must_use]
    pub fn scratch(&self) -> &Scratch {
        &self.state.scratch
    }

    /// The table [`TABLE`].
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.state.table
    }

    /// What was sent to queues.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.state.queue
    }
}

impl State {
    fn serve(&self, request: &Request) -> Reply {
        if self.faults.is_cut() {
            return Reply::Close;
        }
        let target = request.header("x-amz-target").unwrap_or("none");
        self.travel();
        if request.method == "PUT" {
            return self.imports.put(request, &self.meter, &self.faults);
        }
        if Stack::is_asked(request) {
            let operation = Stack::operation(request);
            self.meter.note(&operation);
            return self.stack.answer(request, self.faults.next(&operation).as_deref());
        }
        let is_form =
            request.header("content-type").is_some_and(|kind| kind.contains("x-www-form-urlencoded"));
        if is_form {
            return self.sts.answer(request);
        }
        if request.path.starts_with(account::PATH) {
            return self.account.lambda(request, &self.meter, &self.faults);
        }
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let version = if [cognito::SERVICE, imports::LOGS].contains(&service) { "1.1" } else { "1.0" };
        if service == cognito::SERVICE {
            self.sts.note(&pool_of(&request.body), request);
        }
        if self.faults.hangs(operation) {
            self.meter.note(operation);
            return Reply::Hang(Hangup(Box::new(|| ())));
        }
        let (status, body) = match self.answer(service, operation, &request.body) {
            Ok(body) => (200, body),
            Err(refusal) => (refusal.status(), refusal.body()),
        };
        // Done, and the answer lost.
        if self.faults.is_cut() || self.faults.takes_lost_answer(operation) {
            return Reply::Close;
        }
        let headers = vec![("content-type", format!("application/x-amz-json-{version}"))];
        Reply::Send { status, headers, body }
    }

    #[expect(clippy::disallowed_methods, reason = "a stand-in for a long wire: benchmarks only")]
    fn travel(&self) {
        let way = *self.way.lock().expect("no holder panics");
        if !way.is_zero() {
            std::thread::sleep(way);
        }
    }

    fn answer(&self, service: &str, operation: &str, body: &[u8]) -> Outcome {
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| Refusal::new("SerializationException", "the request is not JSON"))?;
        self.meter.note(operation);
        if let Some(code) = self.faults.next(operation) {
            return Err(Refusal::new(code, "a fault that was asked for"));
        }
        match service {
            cognito::SERVICE if self.account.has(operation, &body) => {
                self.account.answer(operation, &body).map(|answer| answer.to_string().into_bytes())
            }
            cognito::SERVICE if scratch::OPERATIONS.contains(&operation) => {
                scratch::answer(self, operation, &body).map(|answer| answer.to_string().into_bytes())
            }
            cognito::SERVICE => match self.scratch.described(operation, &body) {
                Some(told) => Ok(told.to_string().into_bytes()),
                None => cognito::answer(self, operation, &body),
            },
            table::SERVICE => self.table.answer(operation, &body, &self.faults),
            queue::SERVICE => self.queue.answer(operation, &body),
            imports::LOGS => self.imports.log(operation, &body).map(|answer| answer.to_string().into_bytes()),
            // CloudWatch and Service Quotas, for which many roles have no permission.
            "GraniteServiceVersion20100801" | "ServiceQuotasV20190624" => {
                Err(Refusal::new("AccessDeniedException", "not authorized to perform this"))
            }
            _ => Err(Refusal::unknown(&format!("{service}.{operation}"))),
        }
    }
}

fn pool_of(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["UserPoolId"].as_str().unwrap_or_default().to_owned()
}
