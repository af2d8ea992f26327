//! Turning the way back on and off.

use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::Described;
use twinpool_aws::dynamodb::Links;
use twinpool_core::phase::{Phase, PhaseReader as _};

use super::Wanted;
use crate::options::table_problem;

const NAME: &str = "ReverseSync";
const ON: &str = "on";

fn before(standing: Option<&Described>) -> bool {
    standing.and_then(|stack| stack.parameters.get(NAME)).is_some_and(|value| value == ON)
}

fn is_turned(standing: Option<&Described>, wanted: &Wanted, on: bool) -> bool {
    before(standing) != on && wanted.get(NAME).is_some_and(|value| (value == ON) == on)
}

/// Why it cannot be turned off now; nothing where nobody wants that, or it can be.
pub(super) async fn stays(
    config: &Config,
    standing: Option<&Described>,
    wanted: &Wanted,
) -> anyhow::Result<Option<String>> {
    let table = standing.and_then(|stack| stack.outputs.get("TableName"));
    let Some(table) = table.filter(|_| is_turned(standing, wanted, false)) else {
        return Ok(None);
    };
    let links = Links::connect(config, table.clone(), None);
    let stands = links.standing().await.map_err(|error| table_problem(table, error))?;
    Ok(why(stands.phase))
}

fn why(phase: Phase) -> Option<String> {
    phase.is_two_way().then(|| {
        format!(
            "the move stands at {phase}, in which changes travel both ways: with ReverseSync off the mirror would set every one aside, \
             and nothing could be rolled back. Leave it on until `twinpool complete`"
        )
    })
}

/// What is left to do once it is turned on.
pub(super) fn then(standing: Option<&Described>, wanted: &Wanted) -> &'static str {
    if is_turned(standing, wanted, true) {
        "ReverseSync is on: the old pool needs the marker attribute too, which twinpool doctor looks for. It is written in no phase \
         before the first switch\n"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_while_people_use_both_pools() {
        for phase in [Phase::Canary, Phase::Cutover, Phase::RolledBack] {
            assert!(why(phase).is_some_and(|said| said.contains(phase.code())), "{phase}");
        }
        for phase in [Phase::DualWrite, Phase::Complete] {
            assert_eq!(why(phase), None, "{phase}");
        }
    }
}
