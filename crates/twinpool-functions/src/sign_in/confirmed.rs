//! A forgotten password was reset, or a temporary one changed. From then on the old one must not be carried over
//! (`Arrival::has_password`).

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tokio::time::timeout_at;
use twinpool_core::arrival::Mark;
use twinpool_core::id::{NewSub, Sub};
use twinpool_core::plan::Marker;
use twinpool_core::port::LinkReader as _;
use twinpool_engine::{NotYet, Terms};

use super::arrivals::{Arriving, Lost, PATIENCE_FOR_A_PASSWORD};
use super::gate::Event;
use super::line::Line;
use super::{ANSWERED_BY, Asked, Missing, Outside, SignIn, Wiring};

impl<X: Outside, F> SignIn<X, F> {
    /// Writes it down where this event says that a password was chosen; the lines of what was lost.
    pub(super) async fn password_chosen(&self, asked: &Asked<'_>) -> Vec<Line> {
        let mut lines = Vec::new();
        if asked.call.source.chose_a_password() {
            self.password_reset(asked, &mut lines).await;
        }
        lines
    }

    /// Writes down that the user has a password in the new pool. Never fails: the password is set, whatever is said here.
    pub(super) async fn password_reset(&self, asked: &Asked<'_>, lines: &mut Vec<Line>) {
        let until = asked.after(ANSWERED_BY);
        let Ok(wiring) = &self.wiring else {
            let why = self.wiring.as_ref().err().cloned().unwrap_or_default();
            let lost = Lost::NotKnown(Missing::Misconfigured(why));
            lines.push(Line::nobodys_password(&lost, &asked.call));
            return;
        };
        let known_by = until.checked_sub(PATIENCE_FOR_A_PASSWORD).unwrap_or(until);
        let work = AssertUnwindSafe(timeout_at(known_by, who(wiring, asked.raw))).catch_unwind();
        let arriving = match work.await {
            Ok(Ok(arriving)) => arriving.map_err(Lost::NotKnown),
            Ok(Err(_)) => Err(Lost::TooSlow),
            Err(_) => Err(Lost::Panicked),
        };
        match arriving.or_else(|lost| marked(wiring, asked.raw).ok_or(lost)) {
            Ok(who) => {
                lines.extend(self.write_down(wiring, &who, &[Mark::Chosen], until, &asked.call).await);
            }
            Err(lost) => lines.push(Line::nobodys_password(&lost, &asked.call)),
        }
    }
}

async fn who<X: Outside>(wiring: &Wiring<X>, raw: &str) -> Result<Arriving, Missing> {
    let event = wiring.read(raw)?;
    let new = event.sub.clone().map(NewSub::from).ok_or(Missing::Unreadable)?;
    let who = match wiring.whose(&event).await {
        Ok(whose) => whose.arrives_as,
        Err(Missing::NotYet(NotYet::LinkPending { of, .. })) => Sub::from(&of),
        // The user id is not needed here: the pair alone says under whom it is kept.
        Err(missing) => match wiring.table.old_sub_of(&new).await {
            Ok(Some(old)) => Sub::from(&old),
            Ok(None) | Err(_) => return Err(missing),
        },
    };
    Ok(Arriving { new, who, came: true })
}

/// Whom the marker of the event names, where nothing else says it: the mirror, or a migration, made the account for that user.
fn marked<X: Outside>(wiring: &Wiring<X>, raw: &str) -> Option<Arriving> {
    let new = wiring.read(raw).ok()?.sub.map(NewSub::from)?;
    let attributes = Event::read(raw).ok()?.attributes();
    let Terms { key, marker, .. } = &wiring.terms;
    let owner = Marker::owner_in(marker, &wiring.old_pool, &attributes, key)?;
    Some(Arriving { new, who: Sub::from(&owner), came: true })
}
