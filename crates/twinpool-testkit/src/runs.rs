//! Runs in memory.

use std::collections::BTreeMap;

use twinpool_core::id::RunId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::run::{Control, Run, RunStore};

use crate::links::MemoryLinks;

#[derive(Debug, Default)]
pub(crate) struct Runs {
    ids: Vec<RunId>,
    runs: BTreeMap<RunId, Run>,
    control: Control,
}

fn stale() -> PortError {
    PortError::new(Class::Stale, "PutItem", "ConditionalCheckFailedException")
}

impl RunStore for MemoryLinks {
    async fn run(&self, id: &RunId) -> Answer<Option<Run>> {
        self.process.call("GetItem", || Ok(self.with_runs(|runs| runs.runs.get(id).cloned()))).await
    }

    async fn run_ids(&self) -> Answer<Vec<RunId>> {
        self.process.call("GetItem", || Ok(self.with_runs(|runs| runs.ids.clone()))).await
    }

    async fn add_run_id(&self, id: &RunId) -> Answer<()> {
        let add = || {
            self.with_runs(|runs| runs.ids.push(id.clone()));
            Ok(())
        };
        self.process.call("PutItem", add).await
    }

    async fn write_run(&self, run: &Run) -> Answer<u64> {
        let write = |runs: &mut Runs| {
            if runs.runs.get(&run.id).map_or(0, |stored| stored.version) != run.version {
                return Err(stale());
            }
            let version = run.version + 1;
            runs.runs.insert(run.id.clone(), Run { version, ..run.clone() });
            Ok(version)
        };
        self.process.call("PutItem", || self.with_runs(write)).await
    }

    async fn control(&self) -> Answer<Control> {
        self.process.call("GetItem", || Ok(self.with_runs(|runs| runs.control.clone()))).await
    }

    async fn set_control(&self, control: &Control) -> Answer<()> {
        let set = |runs: &mut Runs| {
            if runs.control.version != control.version {
                return Err(stale());
            }
            runs.control = Control { version: control.version + 1, ..control.clone() };
            Ok(())
        };
        self.process.call("PutItem", || self.with_runs(set)).await
    }
}
