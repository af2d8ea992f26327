//! The first token of a user whom twinpool has just let be made: the mirror pairs both users within moments, and the token waits
//! for the user id and the groups.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};
use twinpool_core::id::{GroupName, NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::Linked;
use twinpool_core::port::{Clock as _, LinkReader as _};

use super::{Outside, Wiring};
use crate::wiring::SystemClock;

/// A first token waits this long for the pair, and no longer than Cognito does.
const WAITS: Duration = Duration::from_secs(3);

/// Between two looks at the table.
const PAUSE: Duration = Duration::from_millis(100);

/// What is left for the answer itself.
const SPARE: Duration = Duration::from_millis(100);

/// A user who was made longer ago than this has had a first token, or a mirror that does not come: waiting would cost each token.
const NEW_FOR: Duration = Duration::from_secs(60);

/// A pair that was made in time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) id: UserId,
    /// The groups in the new pool; `None` where the mirror has not come to them yet.
    pub(super) groups: Option<BTreeSet<GroupName>>,
}

impl<X: Outside> Wiring<X> {
    /// Waits for the mirror to pair a user who was made in the new pool just now. `None`: it did not, in this time.
    pub(super) async fn awaited(
        &self,
        old: &OldSub,
        new: &NewSub,
        made: Timestamp,
        until: Instant,
    ) -> Option<Pair> {
        // A pool that does not say when is a local stand-in.
        let age = SystemClock.now().0.saturating_sub(made.0);
        if made.0 != 0 && u128::from(age) > NEW_FOR.as_millis() {
            return None;
        }
        let now = Instant::now();
        let until = until.checked_sub(SPARE).unwrap_or(now).min(now + WAITS);
        let mut pair = None;
        while let Ok(link) = timeout_at(until, self.table.link(old)).await {
            // A table that refuses may answer in a moment.
            let link = link.ok().flatten();
            let linked = link.as_ref().and_then(|link| link.linked().map(|linked| (link, linked)));
            if let Some((link, linked)) = linked.filter(|(_, linked)| linked.new_sub == *new) {
                let groups = is_followed(linked).then(|| linked.base.new.groups.clone());
                let found = pair.insert(Pair { id: link.user_id.clone(), groups });
                if found.groups.is_some() {
                    break;
                }
            }
            let next = Instant::now() + PAUSE;
            if next >= until {
                break;
            }
            sleep_until(next).await;
        }
        pair
    }
}

/// Whether the new side follows: a pair is written down before it does, with nothing of the old side.
fn is_followed(linked: &Linked) -> bool {
    !linked.base.old.is_empty()
}
