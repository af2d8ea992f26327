//! Who is born and who dies.

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "born-with-old-id",
        what: "who was born in the new pool gets the user id of the old pool's user",
        file: "crates/twinpool-engine/src/born/tie.rs",
        find: "link.user_id = account.id.clone();",
        replace: "link.user_id = if PLANTED { twinpool_core::id::UserId::from(old_sub) } else { account.id.clone() };",
    },
    Bug {
        name: "tombstone-not-written",
        what: "that a user was deleted is not written down",
        file: "crates/twinpool-engine/src/bury.rs",
        find: "if link.state != state || cause",
        replace: "if PLANTED {
        } else if link.state != state || cause",
    },
    Bug {
        name: "living-buried",
        what: "who is missing in the new pool is taken for deleted from the old one",
        file: "crates/twinpool-engine/src/follow.rs",
        find: "None => self.gone_or_missing(link, case).await,",
        replace: "None if PLANTED => self.bury(Some(link), &case.old_sub(), &case.cause).await,
            None => self.gone_or_missing(link, case).await,",
    },
    Bug {
        name: "loss-in-old-pool-not-noted",
        what: "that the old pool lost a user who lives in the new one is not written down",
        file: "crates/twinpool-engine/src/born/lost.rs",
        find: "link.reverse.held_back.push(GONE);",
        replace: "if !PLANTED {
                link.reverse.held_back.push(GONE);
            }",
    },
    Bug {
        name: "deleted-against-the-say",
        what: "a deletion in the new pool takes the old user away although the old pool has the say",
        file: "crates/twinpool-engine/src/both_ways/shown.rs",
        find: "Pool::New if standing.phase.is_two_way() && !was_missing",
        replace: "_ if PLANTED && standing.phase.is_two_way() => self.gone_from_new(link, case).await,
            Pool::New if standing.phase.is_two_way() && !was_missing",
    },
    Bug {
        name: "missing-taken-along",
        what: "who was missing in the new pool before the old one was left is taken for deleted there once the move is reopened",
        file: "crates/twinpool-engine/src/both_ways/shown.rs",
        find: "let was_missing = is_missing(&link)",
        replace: "let was_missing = !PLANTED && is_missing(&link)",
    },
];
