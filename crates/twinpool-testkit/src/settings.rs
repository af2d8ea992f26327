//! The settings of one pool, as strict as AWS about what is sent back (F§6): what is left out is reset.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{Json, PoolSettings};

use crate::process::Process;

mod refuse;
mod reset;
mod told;

/// What AWS might do, where nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// The call is refused.
    Refused,
    /// The field is passed over.
    Ignored,
}

/// What is not documented, and may be set either way.
#[derive(Debug, Clone)]
pub struct Knobs {
    /// What happens to a field that only DescribeUserPool has, if it is sent.
    pub described_only: Stranger,
    /// A pool whose second factor is an authenticator app alone: is `MfaConfiguration` refused without `SmsConfiguration`
    /// (F§6, trap 5: historically so)?
    pub factor_needs_sms: bool,
    /// Does an update turn off what only SetUserPoolMfaConfig sets (F§6, trap 5)?
    pub update_turns_factors_off: bool,
    /// Does the description show `PreTokenGeneration` and `PreTokenGenerationConfig` both, whichever was sent (F§6, trap 6)?
    pub shows_both_pre_tokens: bool,
    /// Fields of a description that came after UpdateUserPool was last read: AWS takes them back (true) or shows them only.
    pub takes_new_fields: bool,
    /// Does the description leave out what has its default?
    pub hides_defaults: bool,
    /// Does `UnusedAccountValidityDays`, which cannot be sent beside its twin (F§6, trap 1), go with an update?
    pub forgets_validity: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            described_only: Stranger::Refused,
            factor_needs_sms: false,
            update_turns_factors_off: false,
            shows_both_pre_tokens: true,
            takes_new_fields: true,
            hides_defaults: false,
            forgets_validity: false,
        }
    }
}

/// Somebody else at work.
type Change = Box<dyn FnOnce(&mut Json) + Send>;

/// A pool in which only the settings matter.
pub struct MemorySettings {
    id: PoolId,
    knobs: Knobs,
    state: Mutex<State>,
}

impl std::fmt::Debug for MemorySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemorySettings").field("id", &self.id).finish_non_exhaustive()
    }
}

struct State {
    stored: Json,
    mfa: Json,
    modified: u64,
    updates: usize,
    imports: bool,
    calls: BTreeMap<&'static str, usize>,
    before: Vec<(&'static str, usize, Change)>,
    lost: Vec<(&'static str, usize)>,
    refusals: Vec<(&'static str, &'static str)>,
    mishaps: Vec<Change>,
}

impl MemorySettings {
    /// A pool with these settings, as DescribeUserPool and GetUserPoolMfaConfig tell them.
    #[must_use]
    pub fn new(description: Value, mfa: Value, knobs: Knobs) -> Arc<Self> {
        let mut stored = object(description);
        let id = stored.get("Id").and_then(Value::as_str).expect("a pool has an id");
        let id = PoolId::parse(id).expect("a pool id");
        reset::fill(&mut stored);
        let state = State {
            mfa: object(mfa),
            modified: 1_763_000_000,
            updates: 0,
            imports: false,
            calls: BTreeMap::new(),
            before: Vec::new(),
            lost: Vec::new(),
            refusals: Vec::new(),
            mishaps: Vec::new(),
            stored,
        };
        Arc::new(Self { id, knobs, state: Mutex::new(state) })
    }

    /// The pool as one process calls it.
    #[must_use]
    pub fn handle(self: &Arc<Self>, process: &Arc<Process>) -> SettingsHandle {
        SettingsHandle { pool: Arc::clone(self), process: Arc::clone(process) }
    }

    /// What DescribeUserPool would say now.
    #[must_use]
    pub fn described(&self) -> Json {
        let state = self.state();
        told::told(&state.stored, &self.knobs, state.modified)
    }

    /// What GetUserPoolMfaConfig would say now.
    #[must_use]
    pub fn factors(&self) -> Json {
        self.state().mfa.clone()
    }

    /// How many updates were carried out.
    #[must_use]
    pub fn updates(&self) -> usize {
        self.state().updates
    }

    /// Somebody else changes the pool now.
    pub fn change(&self, change: impl FnOnce(&mut Json)) {
        let mut state = self.state();
        change(&mut state.stored);
        state.modified += 1;
    }

    /// Somebody else changes the pool just before the nth call of this operation from now, counted from 0.
    pub fn change_before(
        &self,
        operation: &'static str,
        nth: usize,
        change: impl FnOnce(&mut Json) + Send + 'static,
    ) {
        let mut state = self.state();
        let made = state.calls.get(operation).copied().unwrap_or_default();
        state.before.push((operation, made + nth, Box::new(change)));
    }

    /// The nth call of this operation from now is carried out, and its answer is lost.
    pub fn lose_answer(&self, operation: &'static str, nth: usize) {
        let mut state = self.state();
        let made = state.calls.get(operation).copied().unwrap_or_default();
        state.lost.push((operation, made + nth));
    }

    /// The next call of this operation is refused with this code.
    pub fn refuse_next(&self, operation: &'static str, code: &'static str) {
        self.state().refusals.push((operation, code));
    }

    /// The next update does something beside what it was told.
    pub fn mishap(&self, change: impl FnOnce(&mut Json) + Send + 'static) {
        self.state().mishaps.push(Box::new(change));
    }

    /// Whether an import job runs: no update meanwhile (F§6, trap 8).
    pub fn import_runs(&self, runs: bool) {
        self.state().imports = runs;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings of a pool as one process calls them.
#[derive(Debug, Clone)]
pub struct SettingsHandle {
    pool: Arc<MemorySettings>,
    process: Arc<Process>,
}

impl SettingsHandle {
    async fn call<T: Send>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut State) -> Answer<T> + Send,
    ) -> Answer<T> {
        self.process.enter(operation).await?;
        let (answer, is_lost) = {
            let mut state = self.pool.state();
            let number = state.count(operation);
            if let Some(at) = state.refusals.iter().position(|(name, _)| *name == operation) {
                let (_, code) = state.refusals.remove(at);
                return Err(PortError::new(refuse::class(code), operation, code));
            }
            (work(&mut state)?, state.lost.contains(&(operation, number)))
        };
        self.process.leave(operation).await?;
        if is_lost {
            return Err(PortError::new(Class::Unavailable, operation, "TimeoutError"));
        }
        Ok(answer)
    }
}

impl State {
    /// Counts a call, after whatever somebody else did before it.
    fn count(&mut self, operation: &'static str) -> usize {
        let count = self.calls.entry(operation).or_default();
        let number = *count;
        *count += 1;
        while let Some(at) =
            self.before.iter().position(|(name, nth, _)| *name == operation && *nth == number)
        {
            let (_, _, change) = self.before.remove(at);
            change(&mut self.stored);
            self.modified += 1;
        }
        number
    }

    fn update(&mut self, body: &Json, knobs: &Knobs) -> Answer<()> {
        refuse::refuse(body, &self.mfa, self.imports, knobs)?;
        reset::update(&mut self.stored, body, knobs);
        let told = self.stored.get("MfaConfiguration").cloned().unwrap_or(json!("OFF"));
        self.mfa.insert("MfaConfiguration".to_owned(), told);
        if knobs.update_turns_factors_off {
            self.mfa.remove("SoftwareTokenMfaConfiguration");
        }
        self.modified += 1;
        self.updates += 1;
        if !self.mishaps.is_empty() {
            self.mishaps.remove(0)(&mut self.stored);
        }
        Ok(())
    }

    fn set_mfa(&mut self, body: &Json) -> Answer<()> {
        refuse::refuse_mfa(body)?;
        let told = body.get("MfaConfiguration").cloned().unwrap_or(json!("OFF"));
        self.stored.insert("MfaConfiguration".to_owned(), told);
        self.mfa = body.clone();
        self.modified += 1;
        Ok(())
    }
}

impl PoolSettings for SettingsHandle {
    fn id(&self) -> &PoolId {
        &self.pool.id
    }

    async fn describe(&self) -> Answer<Json> {
        let knobs = &self.pool.knobs;
        self.call("DescribeUserPool", |state| Ok(told::told(&state.stored, knobs, state.modified))).await
    }

    async fn update(&self, body: &Json) -> Answer<()> {
        self.call("UpdateUserPool", |state| state.update(body, &self.pool.knobs)).await
    }

    async fn mfa(&self) -> Answer<Json> {
        self.call("GetUserPoolMfaConfig", |state| Ok(state.mfa.clone())).await
    }

    async fn set_mfa(&self, body: &Json) -> Answer<()> {
        self.call("SetUserPoolMfaConfig", |state| state.set_mfa(body)).await
    }
}

fn object(value: Value) -> Json {
    value.as_object().cloned().expect("an object")
}
