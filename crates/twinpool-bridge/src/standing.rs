//! Who a user of the new pool is to the bridge.

use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::{Left, Link, LinkState, Linked};
use twinpool_core::port::{Answer, LinkReader};

/// Who a user of the new pool is.
pub(crate) enum Standing {
    /// The twin of a user of the old pool.
    Twin {
        /// Who that is.
        old: OldSub,
        /// What is known of both.
        linked: Box<Linked>,
        /// Whether the user was made at a first sign-in, and so with the old password.
        of_sign_in: bool,
    },
    /// On their own: born in the new pool, or left there by the old one. By which sub the arrival is kept.
    Alone(Sub),
    /// Left out, or not who the link says: nothing is done for them.
    Nobody,
}

/// Reads the item that points back, and the link.
pub(crate) async fn standing(table: &impl LinkReader, new: &NewSub) -> Answer<Standing> {
    let Some(old) = table.old_sub_of(new).await? else {
        return Ok(Standing::Alone(Sub::from(new)));
    };
    let link = table.link(&old).await?;
    Ok(link.map_or(Standing::Nobody, |link| of(link, new)))
}

fn of(link: Link, new: &NewSub) -> Standing {
    if link.counterpart() != Some(new) || link.decisions.get(&Subject::User) == Some(&Decision::LeaveOut) {
        return Standing::Nobody;
    }
    let of_sign_in = link.is_of_sign_in();
    match link.state {
        LinkState::Linked(linked) => Standing::Twin { old: link.old_sub, linked, of_sign_in },
        LinkState::Tombstone { left: Left::Kept, .. } => Standing::Alone(Sub::from(&link.old_sub)),
        LinkState::Tombstone { .. }
        | LinkState::Pending { .. }
        | LinkState::Conflict { .. }
        | LinkState::Merged { .. } => Standing::Nobody,
    }
}
