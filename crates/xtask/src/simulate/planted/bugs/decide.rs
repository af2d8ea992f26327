//! What is decided: the merge and the plan.

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "say-turned-around",
        what: "of what both pools changed, the pool without the say wins",
        file: "crates/twinpool-core/src/merge.rs",
        find: "!old_changed || self.authority == Pool::New",
        replace: "!old_changed || ((self.authority == Pool::New) != PLANTED)",
    },
    Bug {
        name: "moved-for-ever",
        what: "a user who moved before a rollback has moved in the next round too",
        file: "crates/twinpool-core/src/authority.rs",
        find: "let is_this = |round| round == Some(standing.round);",
        replace: "let is_this = |round: Option<_>| round == Some(standing.round) || (PLANTED && round.is_some());",
    },
    Bug {
        name: "flag-settled-alone",
        what: "an address that a dead process announced is its own, whatever flag it has",
        file: "crates/twinpool-core/src/merge/work.rs",
        find: "unit(name).iter().all(shows)",
        replace: "if PLANTED { shows(name) } else { unit(name).iter().all(shows) }",
    },
    Bug {
        name: "new-change-wins-unseen",
        what: "a change of the new pool counts although the old one changed the same, and nobody compares",
        file: "crates/twinpool-core/src/merge/attributes.rs",
        find: "let old_changed = source.as_ref().is_some_and(|source| unit(source).iter().any(|it| old.attribute(it)));",
        replace: "let old_changed = !PLANTED && source.as_ref().is_some_and(|source| unit(source).iter().any(|it| old.attribute(it)));",
    },
    Bug {
        name: "wrong-loser-reported",
        what: "the report of an overruled change names the pool that won",
        file: "crates/twinpool-core/src/merge/attributes.rs",
        find: "let loser = if counts { Pool::Old } else { Pool::New };",
        replace: "let loser = if counts != PLANTED { Pool::Old } else { Pool::New };",
    },
    Bug {
        name: "deletion-stays-behind",
        what: "what is deleted in the new pool is not deleted in the old one",
        file: "crates/twinpool-core/src/merge/attributes.rs",
        find: "merged.removable.attributes.extend(unit(&source));",
        replace: "if !PLANTED {
                    merged.removable.attributes.extend(unit(&source));
                }",
    },
    Bug {
        name: "gone-not-found",
        what: "what came from the new pool and is deleted in the old one stays",
        file: "crates/twinpool-core/src/merge.rs",
        find: "gone::find(&mut merged, input);",
        replace: "if !PLANTED {
        gone::find(&mut merged, input);
    }",
    },
    Bug {
        name: "group-left-is-forgotten",
        what: "who leaves a group in the old pool stays in it in the new one",
        file: "crates/twinpool-core/src/plan/groups.rs",
        find: "if input.terms.groups != GroupMode::Mirror {",
        replace: "if PLANTED || input.terms.groups != GroupMode::Mirror {",
    },
    Bug {
        name: "disabling-not-carried",
        what: "who is disabled in the old pool may go on signing in to the new one",
        file: "crates/twinpool-core/src/plan.rs",
        find: "if target.enabled && !source.enabled {",
        replace: "if target.enabled && !source.enabled && !PLANTED {",
    },
    Bug {
        name: "enabling-not-carried-back",
        what: "who is enabled or disabled in the new pool is not in the old one",
        file: "crates/twinpool-core/src/merge/others.rs",
        find: "merged.for_old.enabled = input.new.enabled;",
        replace: "merged.for_old.enabled = if PLANTED { input.old.enabled } else { input.new.enabled };",
    },
    Bug {
        name: "verified-for-nothing",
        what: "an address is written as verified, whatever the other pool says",
        file: "crates/twinpool-core/src/plan/attributes.rs",
        find: "Value::new(verified.to_string())),",
        replace: "Value::new((verified || PLANTED).to_string())),",
    },
    Bug {
        name: "flag-not-compared",
        what: "an address whose flag alone changed is taken for the same",
        file: "crates/twinpool-core/src/plan/attributes.rs",
        find: "if agrees && verified == target.is_verified(contact) {",
        replace: "if agrees && (PLANTED || verified == target.is_verified(contact)) {",
    },
    Bug {
        name: "dead-writer-taken-for-user",
        what: "what a dead process wrote is taken for a change that a user made",
        file: "crates/twinpool-engine/src/both_ways.rs",
        find: "linked.base = before.base.settled(work, &case.old, new, &self.key);",
        replace: "if !PLANTED {
                linked.base = before.base.settled(work, &case.old, new, &self.key);
            }",
    },
    Bug {
        name: "waiting-change-forgotten",
        what: "what still waits to be carried back counts as a change no more",
        file: "crates/twinpool-engine/src/both_ways.rs",
        find: "let mut pending = link.reverse.pending();",
        replace: "let mut pending = if PLANTED { BTreeSet::new() } else { link.reverse.pending() };",
    },
    Bug {
        name: "old-pool-always-wins",
        what: "of what both pools changed, the old one always wins",
        file: "crates/twinpool-engine/src/both_ways.rs",
        find: "            authority,
            old: &case.old,",
        replace: "            authority: if PLANTED { Pool::Old } else { authority },
            old: &case.old,",
    },
    Bug {
        name: "no-way-back",
        what: "nothing finds its way back: all is listed instead",
        file: "crates/twinpool-core/src/merge/attributes.rs",
        find: "match source.and_then(|source| carried(merged, input, name, source)) {",
        replace: "match source.filter(|_| !PLANTED).and_then(|source| carried(merged, input, name, source)) {",
    },
];
