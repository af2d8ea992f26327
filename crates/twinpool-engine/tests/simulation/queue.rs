//! A queue that keeps the order within a message group, and delivers what was not done again.

use std::collections::{BTreeMap, VecDeque};

use twinpool_core::change_event::ChangeEvent;
use twinpool_testkit::world::key;

/// So long a message is out of sight while somebody is at it (infra/template.yaml).
pub(crate) const OUT_OF_SIGHT: u64 = 180_000;

/// After so many deliveries a message goes to the DLQ (infra/template.yaml).
pub(crate) const MOST_DELIVERIES: u32 = 50;

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) number: u64,
    pub(crate) group: String,
    pub(crate) event: ChangeEvent,
    pub(crate) delivery: u32,
    visible_at: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    groups: BTreeMap<String, VecDeque<Message>>,
    sent: u64,
}

impl Queue {
    /// `beside`: in a group of its own, as when somebody else looks at the same user at the same time.
    pub(crate) fn send(&mut self, event: ChangeEvent, beside: bool, now: u64) {
        self.sent += 1;
        let mut group = event.group(&key());
        if beside {
            group = format!("{group} beside {}", self.sent);
        }
        let message =
            Message { number: self.sent, group: group.clone(), event, delivery: 0, visible_at: now };
        self.groups.entry(group).or_default().push_back(message);
    }

    /// How many groups have a message that can be received.
    pub(crate) fn ready(&self, now: u64) -> usize {
        self.heads().filter(|message| message.visible_at <= now).count()
    }

    /// Receives so many messages at most: those of the nth such group in their order, and then those of the groups behind it.
    pub(crate) fn receive(&mut self, nth: usize, most: usize, now: u64) -> Vec<Message> {
        let is_ready =
            |group: &&mut VecDeque<Message>| group.front().is_some_and(|head| head.visible_at <= now);
        let mut received = Vec::new();
        for group in self.groups.values_mut().filter(is_ready).skip(nth) {
            for message in group.iter_mut().take_while(|message| message.visible_at <= now) {
                if received.len() == most {
                    return received;
                }
                message.visible_at = now + OUT_OF_SIGHT;
                message.delivery += 1;
                received.push(message.clone());
            }
        }
        received
    }

    /// Whether a message was received and not done.
    pub(crate) fn has_tried(&self) -> bool {
        self.groups.values().flatten().any(|message| message.delivery > 0)
    }

    pub(crate) fn done(&mut self, message: &Message) {
        if let Some(group) = self.groups.get_mut(&message.group) {
            group.retain(|other| other.number != message.number);
            if group.is_empty() {
                self.groups.remove(&message.group);
            }
        }
    }

    pub(crate) fn again_at(&mut self, message: &Message, at: u64) {
        let group = self.groups.get_mut(&message.group);
        let kept = group.and_then(|group| group.iter_mut().find(|other| other.number == message.number));
        if let Some(kept) = kept {
            kept.visible_at = at;
        }
    }

    /// When the next message can be received; `None`: the queue is empty.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heads().map(|message| message.visible_at).min()
    }

    fn heads(&self) -> impl Iterator<Item = &Message> {
        self.groups.values().filter_map(VecDeque::front)
    }
}
