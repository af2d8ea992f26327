//! Runs: `RUN#<name>`, the list of them in `RUNS`, and what people say to them in `CONTROL`.

use twinpool_core::id::RunId;
use twinpool_core::port::{Answer, Class, Place, PortError};
use twinpool_core::run::{Control, Run, RunStore};

use super::{Links, item};

const RUNS: &str = "RUNS";
const CONTROL: &str = "CONTROL";

/// So many runs are kept in the list.
const KEPT: usize = 200;

/// The field of a sealed place: nobody knows what Cognito writes into its tokens.
const PLACE: &str = "place";

fn key(id: &RunId) -> String {
    format!("RUN#{id}")
}

impl RunStore for Links {
    async fn run(&self, id: &RunId) -> Answer<Option<Run>> {
        let Some(item) = self.get(key(id)).await? else {
            return Ok(None);
        };
        let run = item::decode_run(id, &item)?;
        // Sealed with another key, or no key at hand: whoever goes on begins at the beginning, which costs reads only.
        let sealed = item.get(PLACE).zip(self.seal.as_ref());
        let place = sealed.and_then(|(sealed, seal)| seal.open_text(sealed, id.as_str())).map(Place);
        Ok(Some(Run { place, ..run }))
    }

    async fn run_ids(&self) -> Answer<Vec<RunId>> {
        let item = self.get(RUNS.to_owned()).await?;
        Ok(item.map(|item| item::decode_run_ids(&item)).transpose()?.unwrap_or_default().0)
    }

    async fn add_run_id(&self, id: &RunId) -> Answer<()> {
        let item = self.get(RUNS.to_owned()).await?;
        let (mut ids, version) =
            item.map(|item| item::decode_run_ids(&item)).transpose()?.unwrap_or_default();
        ids.push(id.clone());
        let old = ids.len().saturating_sub(KEPT);
        ids.drain(..old);
        self.put(item::encode_run_ids(&ids, version + 1, RUNS.to_owned()), version).await
    }

    async fn write_run(&self, run: &Run) -> Answer<u64> {
        let version = run.version + 1;
        let mut item = item::encode_run(run, version, key(&run.id));
        if let Some(place) = &run.place {
            let sealed = self.seal.as_ref().and_then(|seal| seal.close_text(&place.0, run.id.as_str()));
            let sealed = sealed.ok_or_else(|| PortError::new(Class::Rejected, "PutItem", "NoSeal"))?;
            item.insert(PLACE.to_owned(), sealed);
        }
        self.put(item, run.version).await?;
        Ok(version)
    }

    async fn control(&self) -> Answer<Control> {
        let item = self.get(CONTROL.to_owned()).await?;
        Ok(item.map(|item| item::decode_control(&item)).transpose()?.unwrap_or_default())
    }

    async fn set_control(&self, control: &Control) -> Answer<()> {
        self.put(item::encode_control(control, CONTROL.to_owned()), control.version).await
    }
}
