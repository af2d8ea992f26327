//! The pools as AWS resources: plan, protection, who manages them, copies in other Regions.

use serde_json::Value;

use super::Pools;
use super::code::Code;
use super::facts::{at, text};
use super::finding::Findings;
use crate::managed::manager;

const PLAN_LOWER: Code = Code::warns(
    "plan-lower",
    [
        "the new pool is on a lower plan than the old one",
        "What only the higher plan has fails there: claims in access tokens, passkeys and codes as first factor, threat protection.",
        "choose the plan in the console of {new}: Settings, Feature plan",
    ],
);
const PLAN_HIGHER: Code = Code::notes(
    "plan-higher",
    [
        "the new pool is on a higher plan than the old one",
        "None for users; each monthly active user of the new pool costs more, and the mirror makes everybody active once.",
        "nothing, if this is wanted; twinpool estimate says how many users become active",
    ],
);
const THREATS: Code = Code::warns(
    "threat-protection-differs",
    [
        "threat protection is set otherwise in the new pool",
        "Enforced, it may block or question sign-ins, as every device is new there; off, nobody is watched.",
        "set it to audit in the console of {new} for the time of the switch: Threat protection",
    ],
);
const DELETABLE: Code = Code::warns(
    "deletion-protection-off",
    [
        "a pool can be deleted by one call",
        "A deleted pool takes its users with it, for good.",
        "switch deletion protection on in the console: Settings, Deletion protection",
    ],
);
const REPLICAS: Code = Code::warns(
    "pool-replicated",
    [
        "a pool has copies in other Regions",
        "Triggers are set for each Region: sign-ins in the others are not captured, and the audit trail or the sweep brings them later.",
        "attach in each Region, with a stack there, or route sign-ins to the primary Region while the mirror runs",
    ],
);
const MANAGED: Code = Code::warns(
    "managed-by-stack",
    [
        "a pool is managed by CloudFormation, the CDK, Terraform or Pulumi",
        "Its next deployment takes away triggers that were put in by hand, and changes are missed from then on.",
        "put the triggers there too: twinpool attach --print cloudformation, cdk or terraform",
    ],
);

pub(super) const CODES: &[Code] = &[PLAN_LOWER, THREATS, DELETABLE, REPLICAS, MANAGED, PLAN_HIGHER];

/// From the lowest.
const PLANS: [&str; 3] = ["LITE", "ESSENTIALS", "PLUS"];
const STACK_TAG: &str = "aws:cloudformation:stack-name";

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let plan = |json| text(json, &["UserPoolTier"]);
    if let (Some(old), Some(new)) = (plan(pools.old.json), plan(pools.new.json)) {
        let rank = |plan| PLANS.iter().position(|known| *known == plan);
        let both = format!("{old} in the old pool, {new} in the new one");
        match (rank(old), rank(new)) {
            (Some(old), Some(new)) if new < old => {
                found.add(&PLAN_LOWER).says(both);
            }
            (Some(old), Some(new)) if new > old => {
                found.add(&PLAN_HIGHER).says(both);
            }
            _ => {}
        }
    }
    let threats = |json| text(json, &["UserPoolAddOns", "AdvancedSecurityMode"]).unwrap_or("OFF");
    let (old, new) = (threats(pools.old.json), threats(pools.new.json));
    if old != new {
        found.add(&THREATS).says(format!("{old} in the old pool, {new} in the new one"));
    }
    let sides = pools.sides();
    let open = sides.iter().filter(|(_, side)| text(side.json, &["DeletionProtection"]) != Some("ACTIVE"));
    found.add_about(&DELETABLE, open.map(|(_, side)| side.id()));
    for (word, side) in &sides {
        let copies: &[_] = side.facts.replicas.as_deref().unwrap_or_default();
        let others = copies.iter().filter(|copy| text(copy, &["Role"]) != Some("PRIMARY"));
        let regions = others.map(|copy| text(copy, &["RegionName"]).unwrap_or("unknown"));
        if let Some(finding) = found.add_about(&REPLICAS, regions) {
            finding.says(format!("the {word}"));
        }
        if let Some(manager) = manager(side.json) {
            let stack = at(side.json, &["UserPoolTags"]).get(STACK_TAG).and_then(Value::as_str);
            found.add(&MANAGED).says(format!("the {word}, by {manager}")).about(stack);
        }
    }
}
