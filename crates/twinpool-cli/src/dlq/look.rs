//! Looks at dead letters: what each is, and why it is there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use twinpool_aws::sqs::DeadLetter;
use twinpool_core::change_event::{About, ChangeEvent};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{OldSub, PoolId, Timestamp};
use twinpool_core::link::LinkState;
use twinpool_core::port::{LinkReader, TroubleStore};
use twinpool_core::trouble::Trouble;

use super::act::dlq_problem;
use super::cause::Cause;
use super::letters::Dlq;
use super::walk::{Interrupt, Step, walk};
use crate::failure::unusable;

/// How many subs stand beside a cause.
const NAMED: usize = 3;

/// What is known of a message group: what went wrong last, and why the link says conflict.
type Known = (Option<Trouble>, Option<Reason>);

/// What is known beside the messages.
#[derive(Debug)]
pub(super) struct Look<L> {
    links: L,
    /// Those of the table, where they are known.
    pools: BTreeSet<PoolId>,
    /// Each message group is looked up once.
    known: RefCell<BTreeMap<String, Known>>,
}

/// One dead letter, looked at.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) cause: Cause,
    /// The event, if it is one that this twinpool can read.
    pub(super) event: Option<ChangeEvent>,
    /// Since when it waits, as far as is known.
    pub(super) since: Timestamp,
}

impl<L: LinkReader + TroubleStore> Look<L> {
    pub(super) fn new(links: L, pools: BTreeSet<PoolId>) -> Self {
        Self { links, pools, known: RefCell::default() }
    }

    /// What this message is.
    pub(super) async fn at(&self, letter: &DeadLetter) -> anyhow::Result<Looked> {
        let event = match ChangeEvent::parse(&letter.body) {
            Ok(event) => event,
            Err(problem) => {
                let cause = Cause::of_unreadable(problem);
                return Ok(Looked { cause, event: None, since: letter.sent_at });
            }
        };
        let (trouble, conflict) = self.known_of(letter, &event).await?;
        let cause = Cause::of_event(&event, &self.pools, trouble.as_ref(), conflict);
        Ok(Looked { cause, since: event.at, event: Some(event) })
    }

    async fn known_of(&self, letter: &DeadLetter, event: &ChangeEvent) -> anyhow::Result<Known> {
        if let Some(known) = self.known.borrow().get(&letter.group) {
            return Ok(known.clone());
        }
        let failed = |error| unusable("the table of links", "--table / TWINPOOL_LINKS_TABLE", error);
        let trouble = self.links.trouble(&letter.group).await.map_err(failed)?;
        let conflict = match &event.sub {
            Some(sub) => {
                // A link that cannot be read hides no message: the cause stays unknown.
                let link = self.links.link(&OldSub::from(sub.clone())).await.unwrap_or_default();
                link.and_then(|link| match link.state {
                    LinkState::Conflict { reason, .. } => Some(reason),
                    LinkState::Pending { .. }
                    | LinkState::Linked(_)
                    | LinkState::Tombstone { .. }
                    | LinkState::Merged { .. } => None,
                })
            }
            None => None,
        };
        let known = (trouble, conflict);
        self.known.borrow_mut().insert(letter.group.clone(), known.clone());
        Ok(known)
    }
}

/// All messages with one cause.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) cause: Cause,
    pub(super) messages: usize,
    pub(super) oldest: Timestamp,
    /// Whom they are about.
    pub(super) about: BTreeSet<About>,
}

impl Group {
    /// A few of those whom it is about, as they may be shown: subs and names of groups.
    pub(super) fn named(&self) -> Vec<String> {
        self.about.iter().filter_map(shown).take(NAMED).collect()
    }
}

fn shown(about: &About) -> Option<String> {
    match about {
        About::User(sub) | About::Profile(sub, _) => Some(sub.to_string()),
        About::Group(name) => Some(format!("group {name}")),
        About::Named(_) => None,
    }
}

/// What is in the DLQ.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By cause, the largest first.
    pub(super) groups: Vec<Group>,
    /// How many messages were looked at.
    pub(super) messages: usize,
    /// About how many more there are: beyond the limit, or behind others of the same user.
    pub(super) more: usize,
    pub(super) is_interrupted: bool,
    pub(super) late: usize,
}

/// Looks at everything that can be received, and gives it all back.
pub(super) async fn survey<D: Dlq, L: LinkReader + TroubleStore>(
    dlq: &D,
    look: &Look<L>,
    limit: usize,
    interrupt: &Interrupt,
) -> anyhow::Result<Found> {
    let about = dlq.about().await.map_err(dlq_problem)?;
    let mut groups: BTreeMap<Cause, Group> = BTreeMap::new();
    let mut left = limit;
    let walked = walk(dlq, interrupt, left, async |batch| {
        for letter in batch {
            let looked = look.at(letter).await?;
            let group = groups.entry(looked.cause.clone()).or_insert_with(|| Group {
                cause: looked.cause,
                messages: 0,
                oldest: looked.since,
                about: BTreeSet::new(),
            });
            group.messages += 1;
            group.oldest = group.oldest.min(looked.since);
            group.about.extend(looked.event.and_then(|event| event.about()));
        }
        left = left.saturating_sub(batch.len());
        Ok(Step { most: left, ..Step::default() })
    })
    .await?;
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.messages));
    Ok(Found {
        groups,
        messages: walked.seen,
        more: about.saturating_sub(walked.seen),
        is_interrupted: walked.is_interrupted,
        late: walked.late,
    })
}
