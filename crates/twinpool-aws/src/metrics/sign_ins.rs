//! How many of the sign-ins to the new pool succeed, of those that could.
//!
//! Cognito counts every attempt as 1 or 0. Whoever comes from the old pool for the first time is refused before they are let in, and that
//! is how it should be: an application tries the password in the new pool, which has none (docs/sign-in.md, "The flow"). A healthy move
//! would look like a broken one if that counted.

use twinpool_core::verdict::Fact;

use super::{Told, ask, no_point, series};

/// Before the triggers let somebody in: the plain attempt, and the challenge where migration comes after it.
const BEFORE_TRIGGERS: u64 = 2;

/// Before the bridge over HTTP lets somebody in: the plain attempt.
const BEFORE_HTTP: u64 = 1;

/// Nobody who got in is ever taken off, and whoever is let in by nobody counts in full.
pub(super) fn sign_ins(new: &Told, own: &Told) -> Fact {
    match counted(new, own) {
        Ok((_, 0)) => no_point("no sign-in to the new pool since then"),
        Ok((part, of)) => Fact::Share { part: part.min(of), of },
        Err(fact) => fact,
    }
}

/// Those that succeeded, and all. Who was let in and did not get in took no attempt away: only before those that succeeded some had to
/// fail. Cognito counts minutes later than the triggers: what they did since its newest minute waits.
fn counted(new: &Told, own: &Told) -> Result<(u64, u64), Fact> {
    let all = series(new, ask::SIGN_INS)?;
    let good = series(new, ask::SIGN_INS_GOOD)?.sum();
    let newest = all.newest().map(|(at, _)| at);
    let (all, let_in) = (all.sum(), |id| Ok::<_, Fact>(series(own, id)?.sum_until(newest)));
    let by_triggers = let_in(ask::LET_IN)?.min(good);
    let over_http = let_in(ask::LET_IN_OVER_HTTP)?.min(good - by_triggers);
    let had_to_fail = by_triggers.saturating_mul(BEFORE_TRIGGERS).saturating_add(over_http * BEFORE_HTTP);
    Ok((good, all.saturating_sub(had_to_fail).max(good.min(all))))
}
