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
        let Some(new_name) = self.name_of_group(name) else {
            return Ok(Outcome::plain(Kind::Unchanged));
        };
        let source = self.ports.old().group(name).await?;
        let target = self.ports.new_pool().group(&new_name).await?;
        self.bring_into_step(name, &new_name, [source, target], cause).await
    }

    /// What a group is called in the new pool; `None` for those that do not travel.
    pub(crate) fn name_of_group(&self, name: &GroupName) -> Option<GroupName> {
        let travels = self.rules.group_mode() != GroupMode::None && !self.is_of_provider(name);
        self.rules.group(name).filter(|_| travels)
    }

    /// As [`Engine::sync_group`], for a group that was just read on both sides.
    pub(crate) async fn bring_into_step(
        &self,
        name: &GroupName,
        new_name: &GroupName,
        [source, target]: [Option<GroupDefinition>; 2],
        cause: &Cause,
    ) -> Result<Outcome, SyncError> {
        let mode = self.rules.group_mode();
        tracing::info!(group = %name, event.cause = cause.as_str(), "a group");
        let record = self.record_of(name, new_name).await?;
        let source = source.map(|group| GroupDefinition { name: new_name.clone(), ..group });
        let untouched = target.as_ref().is_some_and(|target| self.key.definition(target) == record.new);
        let input = GroupInput {
            source: source.as_ref(),
            target: target.as_ref(),
            ours: record.made && untouched,
            mode,
        };
        let operation = plan_group(&input);
        let changed = usize::from(operation.is_some());
        let held_back = match operation {
            Some(GroupOperation::Create(definition)) => {
                self.create_group(record, &definition).await?;
                None
            }
            Some(GroupOperation::Update(definition)) => self.update_group(record, &definition).await?,
            Some(GroupOperation::Delete) => {
                // A pool that is gone has no groups either (F§4.5): that is no reason to delete any.
                self.ports.old().shape().await?;
                self.ports.new_pool().delete_group(new_name).await?;
                self.note_gone(record).await?;
                None
            }
            None => {
                match (&source, &target) {
                    (Some(source), Some(target)) => self.remember_group(record, source, target).await?,
                    // Ours, but somebody has changed it: it is theirs to delete.
                    (None, Some(_)) if record.made && mode == GroupMode::Mirror => {
                        let held = vec![held(new_name, Reason::NewWins)];
                        return Ok(Outcome::held(Kind::Converged, held));
                    }
                    // What is made under this name from now on is somebody else's.
                    (None, None) if record.version > 0 && record.stands => self.note_gone(record).await?,
                    _ => {}
                }
                None
            }
        };
        let held: Vec<_> = held_back.map(|reason| held(new_name, reason)).into_iter().collect();
        let kind = if changed > 0 && held.is_empty() { Kind::Updated } else { Kind::Converged };
        Ok(Outcome { operations: changed, ..Outcome::held(kind, held) })
    }

    /// Neither pool has the group any more. Its members went with it, and nobody of them has left it.
    async fn note_gone(&self, record: GroupRecord) -> Answer<()> {
        let gone_at = Some(self.ports.clock().now());
        let record = GroupRecord { made: false, stands: false, gone_at, held_back: None, ..record };
        self.ports.links().write_group(&record).await
    }

    /// The new pool lacks a group that one of its users is to join.
    pub(crate) async fn make_group(&self, new_name: &GroupName, name: &GroupName) -> Answer<()> {
        // Deleted in the old pool since the user was read: what was read is not true any more.
        let definition = self.ports.old().group(name).await?;
        let definition =
            definition.ok_or_else(|| PortError::new(Class::Stale, "GetGroup", "GroupVanished"))?;
        let definition = GroupDefinition { name: new_name.clone(), ..definition };
        let record = self.record_of(name, new_name).await?;
        // Made by somebody else a moment ago, perhaps: then it is not ours to delete.
        match self.ports.new_pool().group(new_name).await? {
            Some(_) => Ok(()),
            None => self.create_group(record, &definition).await,
        }
    }

    /// What is recorded of a group, under the name that the rules give it now.
    async fn record_of(&self, name: &GroupName, new_name: &GroupName) -> Answer<GroupRecord> {
        let record = self.ports.links().group_record(name).await?;
        Ok(match record {
            Some(record) if record.new_name == *new_name => record,
            other => GroupRecord {
                version: other.map_or(0, |other| other.version),
                ..self.unwritten(name, new_name)
            },
        })
    }

    /// Written down first: a group that is deleted again must be known as ours, also if its maker dies here.
    async fn create_group(&self, record: GroupRecord, definition: &GroupDefinition) -> Answer<()> {
        let digest = self.key.definition(definition);
        let ours = GroupRecord {
            made: true,
            stands: true,
            old: digest.clone(),
            new: digest,
            held_back: None,
            ..record.clone()
        };
        let links = self.ports.links();
        // Who is late goes round again: whether a group is ours is known only to whoever wrote first.
        links.write_group(&ours).await?;
        if !self.ports.new_pool().create_group(definition).await? {
            let version = record.version + 1;
            links.write_group(&GroupRecord { made: record.made, version, ..ours }).await?;
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
        if record.version > 0 && record.stands && (&record.old, &record.new) == (&old, &new) {
            return Ok(());
        }
        let record = GroupRecord { old, new, held_back: None, stands: true, ..record };
        self.ports.links().write_group(&record).await
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
            stands: true,
            gone_at: None,
            version: 0,
        }
    }
}

fn held(name: &GroupName, reason: Reason) -> HeldBack {
    HeldBack { subject: Subject::Group(name.clone()), reason }
}
