//! The claim that carries the user id, where it is switched on.

use twinpool_core::claim::ClaimName;

use super::facts::{Facts, variable};
use super::step::{Part, Step};
use crate::triggers::{Slot, in_slot};

/// Which tokens of the old pool get the claim. Nothing where it is off, or cannot be seen: the parts before have told.
pub(super) fn claim(facts: &Facts) -> Vec<Step> {
    let part = Part::UserIdClaim;
    let (Ok(capture), Ok(pool)) = (&facts.capture, &facts.old_pool) else { return Vec::new() };
    let Some(name) = variable(capture, "TWINPOOL_USER_ID_CLAIM") else { return Vec::new() };
    let name = match ClaimName::parse(name) {
        Ok(name) => name,
        Err(problem) => {
            let why = format!("no token of the old pool gets the user id: {problem}");
            return vec![Step::broken(part, why, "deploy with UserIdClaim=user_id")];
        }
    };
    let held = in_slot(pool, Slot::PreTokenGeneration).filter(|held| held.is(&facts.expected.capture));
    let Some(held) = held else { return Vec::new() };
    let how = match Slot::PreTokenGeneration.variable().and_then(|name| variable(capture, name)) {
        None => "twinpool attach --token-version V2_0".to_owned(),
        Some(former) => format!("change the version together with {former}, which is called first"),
    };
    vec![match held.version.as_deref() {
        Some("V2_0" | "V3_0") => {
            Step::fine(part, format!("ID and access tokens of the old pool get the claim {name}"))
        }
        Some("V1_0") | None => Step::fine(
            part,
            format!(
                "ID tokens of the old pool get the claim {name}; access tokens do not, because the trigger is at V1_0 \
                 ({how})"
            ),
        ),
        Some(version) => Step::broken(
            part,
            format!(
                "the trigger before tokens is at {version}, which this version of twinpool does not know"
            ),
            format!("{how}, or take the version of twinpool that knows it"),
        ),
    }]
}
