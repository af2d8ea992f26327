//! What is written down, and what is not.

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "echo-from-new-pool",
        what: "what was written to the new pool is not in the base: it travels back",
        file: "crates/twinpool-engine/src/both_ways/record.rs",
        find: "new: both.forward.side.clone() };",
        replace: "new: if PLANTED { before.base.new.clone() } else { both.forward.side.clone() } };",
    },
    Bug {
        name: "echo-from-old-pool",
        what: "what was written to the old pool is not in the base: it travels forth again",
        file: "crates/twinpool-engine/src/both_ways/record.rs",
        find: "Base { old: both.backward.side.clone(),",
        replace: "Base { old: if PLANTED { case.side.clone() } else { both.backward.side.clone() },",
    },
    Bug {
        name: "attributes-not-in-base",
        what: "attributes that were written are not recorded",
        file: "crates/twinpool-core/src/plan/effect.rs",
        find: "for (name, value) in attributes {",
        replace: "for (name, value) in attributes.iter().filter(|_| !PLANTED) {",
    },
    Bug {
        name: "overruled-not-reported",
        what: "a change that was overruled is not listed",
        file: "crates/twinpool-engine/src/both_ways/lease.rs",
        find: "link.reverse.note_overruled(merged.lost_at(work.at));",
        replace: "if !PLANTED {
            link.reverse.note_overruled(merged.lost_at(work.at));
        }",
    },
    Bug {
        name: "held-back-not-recorded",
        what: "what has no way back is not listed",
        file: "crates/twinpool-engine/src/both_ways/record.rs",
        find: "link.reverse.held_back = in_old;",
        replace: "if !PLANTED {
            link.reverse.held_back = in_old;
        }",
    },
    Bug {
        name: "names-not-announced",
        what: "names that a user is made with are not announced, so that they can never go",
        file: "crates/twinpool-engine/src/make.rs",
        find: "link.announced.extend(&plan.names());",
        replace: "if !PLANTED {
            link.announced.extend(&plan.names());
        }",
    },
    Bug {
        name: "work-not-taken-down",
        what: "a work that is done stays on the link",
        file: "crates/twinpool-engine/src/both_ways/record.rs",
        find: "link.reverse.work = None;",
        replace: "if !PLANTED {
            link.reverse.work = None;
        }",
    },
    Bug {
        name: "user-id-changed-with-pair",
        what: "the user id becomes the new sub when the pair is written",
        file: "crates/twinpool-engine/src/record.rs",
        find: "link.linked_at = Some(linked.mirrored_at);",
        replace: "link.linked_at = Some(linked.mirrored_at);
            if PLANTED {
                link.user_id = twinpool_core::id::UserId::from(&linked.new_sub);
            }",
    },
    Bug {
        name: "value-in-history",
        what: "the history of a link says which values were written",
        file: "crates/twinpool-engine/src/follow.rs",
        find: "let words = operation.to_string();",
        replace: "let words = match operation {
                Operation::SetAttributes(attributes) if PLANTED => {
                    attributes.values().map(|value| value.reveal()).collect::<Vec<_>>().join(\", \")
                }
                operation => operation.to_string(),
            };",
    },
    Bug {
        name: "value-in-log",
        what: "an attribute stands in a log line with its value",
        file: "crates/twinpool-engine/src/execute.rs",
        find: "    let pool = target.pool().await?;
    match operation {",
        replace: "    let pool = target.pool().await?;
    if PLANTED && let Operation::SetAttributes(attributes) = operation {
        tracing::info!(values = ?attributes.values().map(|value| value.reveal()).collect::<Vec<_>>(), \"written\");
    }
    match operation {",
    },
];
