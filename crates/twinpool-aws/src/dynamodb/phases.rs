//! Where the move stands in `PHASE`, its history in `PHASE#1`, `PHASE#2`, …

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use twinpool_core::phase::{Busy, Change, PhaseReader, PhaseStore, Standing, YoungerHistory};
use twinpool_core::port::{Answer, Class, PortError};

use super::{COLLIDED, Links, cancelled, item};

const PHASE: &str = "PHASE";

/// A rollback does not fail because a switch says at the same moment that it lives: so often a write that met another is tried.
const ATTEMPTS: usize = 5;

fn line_key(number: u64) -> String {
    format!("{PHASE}#{number}")
}

impl Links {
    async fn stands(&self) -> Answer<(Standing, u64)> {
        let item = self.get(PHASE.to_owned()).await?;
        Ok(item.map(|item| item::phase::decode_standing(&item)).transpose()?.unwrap_or_default())
    }

    async fn try_change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        const OPERATION: &str = "TransactWriteItems";
        let (read, changes) = self.stands().await?;
        if read.version != next.version {
            return Err(PortError::new(Class::Stale, OPERATION, "ConditionalCheckFailed"));
        }
        let (version, number) = (next.version + 1, changes + 1);
        let standing = Standing { version, ..next.clone() };
        let standing = item::phase::encode_standing(&standing, number, PHASE.to_owned());
        let line = item::phase::encode_change(&Change { version, ..line.clone() }, line_key(number));
        let line = Put::builder().table_name(&self.table).set_item(Some(line));
        let line = line.condition_expression("attribute_not_exists(pk)");
        let mut transaction = self.client.transact_write_items();
        for put in [self.fenced(standing, next.version), line] {
            let put = put.build().map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadItem"))?;
            transaction = transaction.transact_items(TransactWriteItem::builder().put(put).build());
        }
        transaction.send().await.map_err(|error| match cancelled(OPERATION, &error) {
            error if error.class == Class::Taken => YoungerHistory(number).refusal(OPERATION),
            error => error,
        })?;
        Ok(version)
    }

    async fn try_claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        let (_, changes) = self.stands().await?;
        let version = read.version + 1;
        let standing = Standing { version, busy: busy.cloned(), ..read.clone() };
        let item = item::phase::encode_standing(&standing, changes, PHASE.to_owned());
        self.put(item, read.version).await.map_err(|error| match error.code.as_str() {
            "TransactionConflictException" => PortError::new(Class::Stale, "PutItem", COLLIDED),
            _ => error,
        })?;
        Ok(version)
    }
}

async fn attempts<F: Future<Output = Answer<u64>> + Send>(
    attempt: impl Fn() -> F + Send + Sync,
) -> Answer<u64> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.code == COLLIDED => {}
            done => return done,
        }
    }
    attempt().await
}

impl PhaseReader for Links {
    async fn standing(&self) -> Answer<Standing> {
        Ok(self.stands().await?.0)
    }
}

impl PhaseStore for Links {
    async fn change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        attempts(|| self.try_change(next, line)).await
    }

    async fn claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        attempts(|| self.try_claim(read, busy)).await
    }

    async fn changes(&self) -> Answer<Vec<Change>> {
        let mut all = Vec::new();
        // A line beyond those that are counted is of a later time: a table that was put back from a backup.
        while let Some(item) = self.get(line_key(all.len() as u64 + 1)).await? {
            all.push(item::phase::decode_change(&item)?);
        }
        Ok(all)
    }

    async fn younger(&self) -> Answer<Option<YoungerHistory>> {
        let next = self.stands().await?.1 + 1;
        Ok(self.get(line_key(next)).await?.map(|_| YoungerHistory(next)))
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests;
