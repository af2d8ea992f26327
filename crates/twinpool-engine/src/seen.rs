//! When a user last showed in the old pool: with whatever is written of the user anyway, else by a small write of its own, once a
//! day.

use tracing::debug;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{ClientId, OldSub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::port::LinkStore;

use crate::engine::{Engine, Ports};

/// What an event says of when the user showed. Only a token does: other triggers and the audit trail may tell of what somebody else
/// did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    at: Option<Timestamp>,
    by: Option<ClientId>,
    is_due: bool,
}

impl Seen {
    /// Whatever is written of the link from now on says it too.
    pub(crate) fn of(event: &ChangeEvent, link: Option<&mut Link>) -> Self {
        let at = event.cause.is_token().then_some(event.at);
        let by = event.client.clone().filter(|_| at.is_some());
        let is_due = at.zip(link).is_some_and(|(at, link)| link.see(at, by.as_ref()));
        Self { at, by, is_due }
    }

    /// For a link that begins.
    pub(crate) fn on(&self, mut link: Link) -> Link {
        if let Some(at) = self.at {
            link.see(at, self.by.as_ref());
        }
        link
    }
}

impl<P: Ports> Engine<P> {
    /// Where nothing else is written of the user. A message does not go back for it: it would come again as one that reads both
    /// pools, and the next token says the same.
    pub(crate) async fn note_seen(&self, old_sub: &OldSub, seen: &Seen) {
        let Some(at) = seen.at.filter(|_| seen.is_due) else {
            return;
        };
        if let Err(error) = self.ports.links().note_seen(old_sub, at, seen.by.as_ref()).await {
            debug!(%error, "not written down when the user was last seen");
        }
    }
}
