//! What a batch came to, in numbers. Nobody is in them: who it was, the log says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use twinpool_core::change_event::{Cause, ChangeEvent, Channel};
use twinpool_core::held_back::Reason;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::Standing;

use crate::sync_user::{Kind, Outcome};

/// Counts of events, each of which is counted once: when it is done, or each time it goes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that are done, by what told of the change.
    pub done: BTreeMap<EventSource, u64>,
    /// Of those: from the change until now. Of what CloudTrail told, see below.
    pub lags: Vec<Duration>,
    /// The same of what CloudTrail told, minutes after the change.
    pub audit_lags: Vec<Duration>,
    /// Of those: said what both pools said already, so that no pool was asked.
    pub unchanged: u64,
    /// Of those: not mirrored at all.
    pub conflicts: u64,
    /// Why not. Who has several reasons counts for each.
    pub reasons: BTreeMap<Reason, u64>,
    /// Events that are tried again soon by themselves. What waits behind one in its group is not counted.
    pub retried: u64,
    /// Messages about which somebody must act; they end in the DLQ.
    pub parked: u64,
    /// Where the move stands, as far as it was read.
    pub standing: Option<Standing>,
}

/// What told of a change, in few words: each costs money as a dimension of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventSource {
    /// The trigger after a sign-up, or after a forgotten password.
    PostConfirmation,
    /// The trigger of tokens: a sign-in, or a refresh.
    TokenGeneration,
    /// The trigger of messages.
    CustomMessage,
    /// Any other trigger.
    OtherTrigger,
    /// CloudTrail.
    AuditTrail,
    /// A sweep, or a run over everybody.
    Walk,
    /// A person with the command line.
    Operator,
    /// The new pool's account has no user id yet, or has got one just now.
    NewPool,
}

impl EventSource {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PostConfirmation,
        Self::TokenGeneration,
        Self::CustomMessage,
        Self::OtherTrigger,
        Self::AuditTrail,
        Self::Walk,
        Self::Operator,
        Self::NewPool,
    ];

    /// What told, of a cause.
    #[must_use]
    pub fn of(cause: &Cause) -> Self {
        match cause.channel() {
            Channel::AuditTrail => Self::AuditTrail,
            Channel::Walk => Self::Walk,
            Channel::Operator => Self::Operator,
            Channel::NewPool => Self::NewPool,
            Channel::Trigger => match cause.as_str().split('_').next() {
                Some("PostConfirmation") => Self::PostConfirmation,
                Some("TokenGeneration") => Self::TokenGeneration,
                Some("CustomMessage") => Self::CustomMessage,
                _ => Self::OtherTrigger,
            },
        }
    }

    /// The word of the metric.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PostConfirmation => "PostConfirmation",
            Self::TokenGeneration => "TokenGeneration",
            Self::CustomMessage => "CustomMessage",
            Self::OtherTrigger => "OtherTrigger",
            Self::AuditTrail => "AuditTrail",
            Self::Walk => "Walk",
            Self::Operator => "Operator",
            Self::NewPool => "NewPool",
        }
    }
}

impl Tally {
    /// Events that are done.
    #[must_use]
    pub fn handled(&self) -> u64 {
        self.done.values().sum()
    }

    pub(super) fn done(&mut self, event: &ChangeEvent, outcome: &Outcome, now: Timestamp) {
        let source = EventSource::of(&event.cause);
        *self.done.entry(source).or_default() += 1;
        let lags = if source == EventSource::AuditTrail { &mut self.audit_lags } else { &mut self.lags };
        // Another machine's clock may be ahead.
        lags.push(Duration::from_millis(now.0.saturating_sub(event.at.0)));
        self.unchanged += u64::from(outcome.kind == Kind::Unchanged);
        if outcome.kind == Kind::Conflict {
            self.conflicts += 1;
            let reasons: BTreeSet<_> = outcome.held_back.iter().map(|held| held.reason).collect();
            reasons.into_iter().for_each(|reason| *self.reasons.entry(reason).or_default() += 1);
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        other.done.into_iter().for_each(|(source, count)| *self.done.entry(source).or_default() += count);
        other
            .reasons
            .into_iter()
            .for_each(|(reason, count)| *self.reasons.entry(reason).or_default() += count);
        self.lags.extend(other.lags);
        self.audit_lags.extend(other.audit_lags);
        self.unchanged += other.unchanged;
        self.conflicts += other.conflicts;
        self.retried += other.retried;
        self.parked += other.parked;
    }
}
