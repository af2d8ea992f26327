//! Who may write, and what is said before.

use super::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "fence-dropped",
        what: "the write of a link has no version condition",
        file: "crates/twinpool-testkit/src/links.rs",
        find: "if stored != link.version {",
        replace: "if stored != link.version && !PLANTED {",
    },
    Bug {
        name: "link-read-after-snapshot",
        what: "the link is read after the old pool, so that a stale snapshot passes its fence",
        file: "crates/twinpool-engine/src/sync_user.rs",
        find: "let case = Case { seen, ..self.case(&event.cause, delivery, old, link.as_ref()) };",
        replace: "let link = if PLANTED { self.ports.links().link(&old_sub).await? } else { link };
        let case = Case { seen, ..self.case(&event.cause, delivery, old, link.as_ref()) };",
    },
    Bug {
        name: "lost-fence-written-again",
        what: "whoever lost the fence takes the new version and writes the same again",
        file: "crates/twinpool-engine/src/record.rs",
        find: "link.version = if first { links.connect",
        replace: "use twinpool_core::port::LinkReader as _;
        if PLANTED && let Some(now) = links.link(&link.old_sub).await? {
            link.version = now.version;
        }
        link.version = if first { links.connect",
    },
    Bug {
        name: "content-dedup",
        what: "a hint that says the same as an earlier one about the same user is dropped",
        file: "crates/twinpool-engine/src/sync_user.rs",
        find: "let seen = Seen::of(event, link.as_mut());",
        replace:
            "let is_known = |link: &Link| link.history.entries().any(|entry| entry.cause == event.cause);
        if PLANTED && link.as_ref().is_some_and(|link| link.linked().is_some() && is_known(link)) {
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        let seen = Seen::of(event, link.as_mut());",
    },
    Bug {
        name: "no-intent",
        what: "no intent is written before a user is made",
        file: "crates/twinpool-engine/src/make.rs",
        find: "link.version = self.ports.links().write(link).await?;",
        replace: "if !PLANTED {
                link.version = self.ports.links().write(link).await?;
            }",
    },
    Bug {
        name: "earlier-name-forgotten",
        what: "nobody looks under the name of an earlier intent",
        file: "crates/twinpool-engine/src/adopt.rs",
        find: "let Some(earlier) = link.intended.clone().filter(|earlier| Some(earlier) != now) else {",
        replace: "let Some(earlier) = link.intended.clone().filter(|earlier| Some(earlier) != now && !PLANTED) else {",
    },
    Bug {
        name: "marker-not-written",
        what: "users are made without the marker",
        file: "crates/twinpool-core/src/plan/create.rs",
        find: "let mut all: Attributes = [(marker.name.clone(), marker.value.clone())].into();",
        replace: "let mut all: Attributes = [(marker.name.clone(), marker.value.clone())].into();
    if PLANTED {
        all.clear();
    }",
    },
    Bug {
        name: "marker-not-looked-at",
        what: "who was made before is not known again by the marker",
        file: "crates/twinpool-engine/src/adopt.rs",
        find: "Some((_, user)) if marker.is_on(&user) => self.take(link, case, &user).await,",
        replace: "Some((_, user)) if marker.is_on(&user) && !PLANTED => self.take(link, case, &user).await,",
    },
    Bug {
        name: "work-not-honoured",
        what: "two write one pair at once: an open work is not waited for",
        file: "crates/twinpool-engine/src/both_ways.rs",
        find: "if self.is_at_work(&link) {",
        replace: "if !PLANTED && self.is_at_work(&link) {",
    },
    Bug {
        name: "work-not-announced",
        what: "what is about to be written to both pools is not written down first",
        file: "crates/twinpool-engine/src/both_ways/lease.rs",
        find: "link.version = self.ports.links().write(link).await?;",
        replace: "if !PLANTED {
            link.version = self.ports.links().write(link).await?;
        }",
    },
    Bug {
        name: "work-not-announced-one-way",
        what: "before the switch, what is about to be written is not written down first",
        file: "crates/twinpool-engine/src/follow.rs",
        find: "link.version = self.ports.links().write(link).await?;",
        replace: "if !PLANTED {
            link.version = self.ports.links().write(link).await?;
        }",
    },
];
