//! What a switch says: before, and after.

use std::time::Duration;

use twinpool_core::id::{AttributeName, Sub};
use twinpool_core::phase::{Phase, ROUTES_AFTER, Share, Standing, Step};

use crate::show::{minute, prose};
use crate::steps::{cohorts, moment};

/// As long as clients keep an answer and the route keeps the phase, unless the stack says another time.
const TOLD_WITHIN: Duration = Duration::from_secs(35);

pub(super) fn proving(user: &Sub, attribute: &AttributeName) -> String {
    prose(&format!(
        "First the way back is proven: changes travel both ways, {attribute} of {user} is changed in the new pool, seen in the old \
         one, and put back. Nobody else is sent. The test user counts as active this month.\n"
    ))
}

pub(super) fn intent(standing: &Standing, step: &Step) -> String {
    let Step::Switch { share, cohorts: named } = step else { return String::new() };
    let before = moment(standing.phase, standing.share);
    if *share == Share::ALL {
        return format!("Now {before}. Everybody is sent to the new pool.\n");
    }
    let besides = cohorts(named).map(|named| format!(", and besides: {named}")).unwrap_or_default();
    prose(&format!("Now {before}. {share} of the users are sent to the new pool{besides}.\n"))
}

/// Where the move stands now, and when clients know it.
pub(super) fn done(standing: &Standing) -> String {
    let mut out = format!("now {}, version {}\n", moment(standing.phase, standing.share), standing.version);
    if let Some(named) = cohorts(&standing.cohorts).filter(|_| standing.phase == Phase::Canary) {
        out += &format!("besides: {named}\n");
    }
    out += &format!(
        "Clients that ask where to go are told so within {} seconds, unless the stack says another time (RouteTtlSeconds and five); who \
         is signed in stays where the session is.\n",
        TOLD_WITHIN.as_secs()
    );
    if let Some(since) = standing.two_way_since.filter(|since| *since == standing.since) {
        out += &format!(
            "Nobody is routed in the first {} seconds of the two ways ({}).\n",
            ROUTES_AFTER.as_secs(),
            minute(since)
        );
    }
    prose(&(out + "Watch it: twinpool watch. Take it back, at any time: twinpool rollback --why TEXT\n"))
}

pub(super) fn unproven(why: &str) -> String {
    prose(&format!(
        "the way back is not proven: {why}\nNobody was sent but the test user. Put it right and say the same again; `twinpool phase` \
         shows how it stands\n"
    ))
}
