//! A group itself, beside its members: made, described and deleted as the old pool says.

use twinpool_core::change_event::Cause;
use twinpool_core::group::{GroupDefinition, GroupRecord};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::GroupName;
use twinpool_core::plan::{GroupInput, GroupMode, GroupOperation, plan_group};
use twinpool_core::port::{Answer, Class, Clock, GroupStore, PoolReader, PoolWriter, PortError};

use crate::engine::{Engine, Ports};
use crate::sync_user::{Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// Brings a group of the new pool to what the old pool says.
    pub(crate) async fn sync_group(&self, name: &GroupName, cause: &Cause) -> Result<Outcome, SyncError> {
        let mode = self.rules.group_mode();
        let Some(new_name) = self.rules.group(name).filter(|_| mode != GroupMode::None) else {
            return Ok(Outcome::plain(Kind::Unchanged));
        };
        tracing::info!(group = %name, event.cause = cause.as_str(), "a group");
        let record = self.ports.links().group_record(name).await?;
        let source = self.ports.old().group(name).await?;
        if source.is_none() && self.has_heir(name, &new_name).await? {
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        let source = source.map(|group| GroupDefinition { name: new_name.clone(), ..group });
        let target = self.ports.new_pool().group(&new_name).await?;
        let input =
            GroupInput { source: source.as_ref(), target: target.as_ref(), record: record.as_ref(), mode };
        let operation = plan_group(&input);
        let changed = usize::from(operation.is_some());
        let record = record.unwrap_or_else(|| self.unwritten(name, &new_name));
        let held_back = match operation {
            Some(GroupOperation::Create(definition)) => {
                self.create_group(record, &definition).await?;
                None
            }
            Some(GroupOperation::Update(definition)) => self.update_group(record, &definition).await?,
            Some(GroupOperation::Delete) => {
                // A pool that is gone has no groups either (F§4.5): that is no reason to delete any.
                self.ports.old().shape().await?;
                self.ports.new_pool().delete_group(&new_name).await?;
                self.ports.links().forget_group(&record).await?;
                None
            }
            None => {
                if let (Some(source), Some(target)) = (&source, &target) {
                    self.remember_group(record, source, target).await?;
                }
                None
            }
        };
        let held: Vec<_> = held_back.map(|reason| held(&new_name, reason)).into_iter().collect();
        let kind = if changed > 0 && held.is_empty() { Kind::Updated } else { Kind::Converged };
        Ok(Outcome { operations: changed, ..Outcome::held(kind, held) })
    }

    /// Whether another group of the old pool has this name in the new one.
    async fn has_heir(&self, name: &GroupName, new_name: &GroupName) -> Answer<bool> {
        if name == new_name || self.rules.group(new_name).as_ref() != Some(new_name) {
            return Ok(false);
        }
        Ok(self.ports.old().group(new_name).await?.is_some())
    }

    /// The new pool lacks a group that one of its users is to join.
    pub(crate) async fn make_group(&self, new_name: &GroupName, name: &GroupName) -> Answer<()> {
        // Deleted in the old pool since the user was read: what was read is not true any more.
        let definition = self.ports.old().group(name).await?;
        let definition =
            definition.ok_or_else(|| PortError::new(Class::Stale, "GetGroup", "GroupVanished"))?;
        let record = self.ports.links().group_record(name).await?;
        let record = record.unwrap_or_else(|| self.unwritten(name, new_name));
        self.create_group(record, &GroupDefinition { name: new_name.clone(), ..definition }).await
    }

    /// Written down first: a group that is deleted again must be known as ours.
    async fn create_group(&self, record: GroupRecord, definition: &GroupDefinition) -> Answer<()> {
        let digest = self.key.definition(definition);
        let record = GroupRecord { made: true, old: digest.clone(), new: digest, held_back: None, ..record };
        let links = self.ports.links();
        match links.write_group(&record).await {
            // Somebody else makes it.
            Err(error) if error.class == Class::Stale => {}
            answer => answer?,
        }
        if !self.ports.new_pool().create_group(definition).await? {
            let version = record.version + 1;
            let _ = links.write_group(&GroupRecord { made: false, version, ..record }).await;
        }
        Ok(())
    }

    async fn update_group(
        &self,
        record: GroupRecord,
        definition: &GroupDefinition,
    ) -> Answer<Option<Reason>> {
        let digest = self.key.definition(definition);
        let held_back = match self.ports.new_pool().update_group(definition).await {
            Err(error) if error.class == Class::Rejected => Some(Reason::Refused),
            answer => answer.map(|()| None)?,
        };
        let record = GroupRecord { old: digest.clone(), new: digest, held_back, ..record };
        self.ports.links().write_group(&record).await?;
        Ok(held_back)
    }

    async fn remember_group(
        &self,
        record: GroupRecord,
        source: &GroupDefinition,
        target: &GroupDefinition,
    ) -> Answer<()> {
        let (old, new) = (self.key.definition(source), self.key.definition(target));
        if record.version > 0 && (&record.old, &record.new) == (&old, &new) {
            return Ok(());
        }
        self.ports.links().write_group(&GroupRecord { old, new, held_back: None, ..record }).await
    }

    fn unwritten(&self, name: &GroupName, new_name: &GroupName) -> GroupRecord {
        let nothing = GroupDefinition { name: new_name.clone(), description: None, precedence: None };
        let digest = self.key.definition(&nothing);
        GroupRecord {
            name: name.clone(),
            new_name: new_name.clone(),
            made: false,
            old: digest.clone(),
            new: digest,
            held_back: None,
            mirrored_at: self.ports.clock().now(),
            version: 0,
        }
    }
}

fn held(name: &GroupName, reason: Reason) -> HeldBack {
    HeldBack { subject: Subject::Group(name.clone()), reason }
}
