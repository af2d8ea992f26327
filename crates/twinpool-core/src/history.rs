//! What became of a user of late: a few lines on the link, for whoever asks why it is as it is.

use std::collections::VecDeque;

use crate::change_event::{Cause, Channel};
use crate::id::Timestamp;

/// How many lines a link keeps.
pub const KEPT: usize = 10;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What made twinpool look at the user.
    pub cause: Cause,
    /// What was done, in words without values.
    pub did: String,
}

/// The latest lines, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History(VecDeque<Entry>);

impl History {
    /// Adds a line, and drops the oldest beyond [`KEPT`].
    pub fn add(&mut self, entry: Entry) {
        self.0.push_back(entry);
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// The lines, the oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    /// The latest answer to something that an operator asked for.
    #[must_use]
    pub fn last_for_operator(&self) -> Option<&Entry> {
        self.0.iter().rev().find(|entry| entry.cause.channel() == Channel::Operator)
    }
}

impl FromIterator<Entry> for History {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut history = Self::default();
        for entry in entries {
            history.add(entry);
        }
        history
    }
}
