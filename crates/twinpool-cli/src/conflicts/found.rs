//! What links and groups say is held back.

use serde_json::{Value, json};
use twinpool_core::born::Birth;
use twinpool_core::decision::Decision;
use twinpool_core::group::GroupRecord;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{GroupName, NewSub, OldSub, Timestamp};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Answer, LinkScan, Page};

use crate::show::rfc3339;

/// One thing that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) whose: Whose,
    pub(crate) subject: Subject,
    pub(crate) reason: Reason,
    /// Of a user who is no pair: since when. Else: when it was last seen.
    pub(crate) at: Timestamp,
    /// Who has what this user should have, where the link knows.
    pub(crate) holder: Option<NewSub>,
    pub(crate) decision: Option<Decision>,
}

/// Who has the conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// A user of the old pool.
    User(OldSub),
    /// A group of the old pool, which is nobody's.
    Group(GroupName),
    /// Somebody born in the new pool, for whom nobody can be made in the old one.
    Born(NewSub),
}

impl Found {
    /// All that one link holds back.
    pub(crate) fn of(link: &Link) -> Vec<Self> {
        let found = |subject: &Subject, reason, at, holder: Option<&NewSub>| Self {
            whose: Whose::User(link.old_sub.clone()),
            subject: subject.clone(),
            reason,
            at,
            holder: holder.cloned(),
            decision: link.decisions.get(subject).cloned(),
        };
        match &link.state {
            LinkState::Conflict { reason, since, holder } => {
                vec![found(&Subject::User, *reason, *since, holder.as_ref())]
            }
            LinkState::Linked(linked) => {
                let held = linked.held_back.iter().chain(&link.reverse.held_back);
                held.map(|held| found(&held.subject, held.reason, linked.mirrored_at, None)).collect()
            }
            LinkState::Pending { .. } | LinkState::Tombstone { .. } | LinkState::Merged { .. } => Vec::new(),
        }
    }

    /// What a group holds back.
    fn of_group(record: &GroupRecord) -> Option<Self> {
        Some(Self {
            whose: Whose::Group(record.name.clone()),
            subject: Subject::Group(record.new_name.clone()),
            reason: record.held_back?,
            at: record.mirrored_at,
            holder: None,
            decision: None,
        })
    }

    /// Why nobody can be made in the old pool.
    fn of_birth(birth: &Birth) -> Option<Self> {
        let held = birth.obstacle.clone()?;
        Some(Self {
            whose: Whose::Born(birth.new_sub.clone()),
            subject: held.subject,
            reason: held.reason,
            at: birth.since,
            holder: None,
            decision: None,
        })
    }

    /// All that a page of the table holds back.
    pub(crate) fn on(page: &Page) -> Vec<Self> {
        let users = page.links.iter().flat_map(Self::of);
        let groups = page.groups.iter().filter_map(Self::of_group);
        users.chain(groups).chain(page.births.iter().filter_map(Self::of_birth)).collect()
    }

    pub(crate) fn json(&self) -> Value {
        let (old_sub, group, born) = match &self.whose {
            Whose::User(sub) => (Some(sub.as_str()), None, None),
            Whose::Group(name) => (None, Some(name.as_str()), None),
            Whose::Born(sub) => (None, None, Some(sub.as_str())),
        };
        json!({
            "old_sub": old_sub,
            "group": group,
            "born_in_new": born,
            "what": self.subject.to_string(),
            "reason": self.reason.code(),
            "remedy": self.reason.remedy(),
            "open": self.reason.is_open(),
            "at": rfc3339(self.at),
            "holder": self.holder.as_ref().map(NewSub::as_str),
            "decision": self.decision.as_ref().map(ToString::to_string),
        })
    }
}

/// Walks over the whole table. Gives the number of items that could not be read.
pub(crate) async fn walk(links: &impl LinkScan, mut each: impl FnMut(Page)) -> Answer<usize> {
    let mut unreadable = 0;
    let mut place = None;
    loop {
        let mut page = links.page(place.as_ref()).await?;
        unreadable += page.unreadable;
        place = page.next.take();
        each(page);
        if place.is_none() {
            return Ok(unreadable);
        }
    }
}
