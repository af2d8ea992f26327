//! The contracts of [`LinkStore`], and of what else is kept in its table.

use std::collections::BTreeSet;

use twinpool_core::change_event::{Cause, EventId};
use twinpool_core::decision::Decision;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupRecord;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::history::Entry;
use twinpool_core::id::{ClientId, NewSub, OldSub, Pool, PoolId, RunId, Sub, Timestamp, Username};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::phase::Round;
use twinpool_core::port::{Class, DecisionStore, GroupStore, LinkScan, LinkStore, TroubleStore};
use twinpool_core::reverse::{Overruled, Reverse, Work, Written};
use twinpool_core::snapshot::{Factor, Mfa};
use twinpool_core::trouble::{Trouble, code};
use twinpool_core::value::Value;
use twinpool_core::verified::{Verified, VerifiedStore};

use crate::world::{attribute, group, key};

pub(super) fn old(text: &str) -> OldSub {
    OldSub::parse(text).expect("a sub")
}

pub(super) fn new(text: &str) -> NewSub {
    NewSub::parse(text).expect("a sub")
}

fn names() -> Names {
    Names {
        attributes: [attribute("email"), attribute("custom:tenant")].into(),
        groups: [group("staff")].into(),
        identities: [Digest::stored("i")].into(),
    }
}

fn side(sub: &str) -> Side {
    let sub = Sub::parse(sub).expect("a sub");
    let digest = |name: &str| (attribute(name), key().attribute(&sub, &attribute(name), &Value::new(name)));
    Side {
        attributes: ["email", "custom:tenant"].map(digest).into(),
        groups: [group("staff")].into(),
        enabled: false,
        identities: [Digest::stored("i")].into(),
        mfa: Mfa { sms: true, email: false, totp: true, preferred: Some(Factor::Sms) },
        factors: [Factor::Passkeys].into(),
    }
}

/// A pair in which every field says something.
pub(super) fn pair(old_sub: &str, new_sub: &str, version: u64) -> Link {
    let linked = Linked {
        new_sub: new(new_sub),
        base: Base {
            old: side(old_sub),
            new: Side { enabled: true, groups: BTreeSet::new(), ..side(new_sub) },
        },
        held_back: vec![
            HeldBack { subject: Subject::User, reason: Reason::LeftOut },
            HeldBack { subject: Subject::Attribute(attribute("phone_number")), reason: Reason::WouldMessage },
            HeldBack { subject: Subject::Group(group("staff")), reason: Reason::Refused },
        ],
        unseen: [attribute("zoneinfo")].into(),
        mirrored_at: Timestamp(1_700_000_000_123),
        rules: "r".to_owned(),
    };
    let intent = Link::intent(&old(old_sub), names(), Timestamp(1));
    let entry =
        Entry { at: Timestamp(3), cause: Cause::audit_trail("AdminEnableUser"), did: "enable".to_owned() };
    Link {
        version,
        decisions: [(Subject::User, Decision::LeaveOut)].into(),
        made_by: RunId::parse("20261121-144455-k3f").ok(),
        history: [entry].into_iter().collect(),
        seen_at: Some(Timestamp(4)),
        seen_by: ClientId::parse("web").ok(),
        linked_at: Some(Timestamp(2)),
        reverse: Reverse {
            moved_in: Some(Round(2)),
            moved_at: Some(Timestamp(3)),
            work: Some(Box::new(Work {
                at: Timestamp(4),
                old: Written::default(),
                new: Written {
                    attributes: [
                        (attribute("email"), Some(Digest::stored("w"))),
                        (attribute("nickname"), None),
                    ]
                    .into(),
                    groups: [(group("staff"), false)].into(),
                    enabled: Some(true),
                    identities: [(Digest::stored("v"), true)].into(),
                    mfa: Some(Mfa::default()),
                },
            })),
            held_back: vec![HeldBack { subject: Subject::User, reason: Reason::GoneFromOld }],
            unseen: [attribute("locale")].into(),
            overruled: vec![Overruled {
                subject: Subject::Group(group("staff")),
                pool: Pool::New,
                at: Timestamp(3),
            }],
        },
        state: LinkState::Linked(Box::new(linked)),
        ..intent
    }
}

/// What is written is read again, in every state, field for field.
pub async fn a_link_is_read_as_it_was_written<L: LinkStore>(links: &L) {
    assert_eq!(links.link(&old("c1-unknown")).await, Ok(None));
    assert_eq!(links.old_sub_of(&new("c1-unknown")).await, Ok(None));
    let intent = Link::intent(&old("c1"), names(), Timestamp(5));
    let intent = Link { intended: Username::parse("jane@example.com").ok(), ..intent };
    assert_eq!(links.write(&intent).await, Ok(1));
    assert_eq!(links.link(&old("c1")).await, Ok(Some(Link { version: 1, ..intent.clone() })));

    let state =
        LinkState::Conflict { reason: Reason::Taken, since: Timestamp(6), holder: Some(new("c1-holder")) };
    let conflict = Link { version: 1, state, announced: Names::default(), ..intent };
    assert_eq!(links.write(&conflict).await, Ok(2));
    assert_eq!(links.link(&old("c1")).await, Ok(Some(Link { version: 2, ..conflict })));

    assert_eq!(links.connect(&pair("c1", "c1-new", 2), None).await, Ok(3));
    assert_eq!(links.link(&old("c1")).await, Ok(Some(pair("c1", "c1-new", 3))));
    assert_eq!(links.old_sub_of(&new("c1-new")).await, Ok(Some(old("c1"))));

    assert_eq!(links.write(&pair("c1", "c1-new", 3)).await, Ok(4));
    assert_eq!(links.old_sub_of(&new("c1-new")).await, Ok(Some(old("c1"))));
}

/// Who did not read the latest version writes nothing.
pub async fn a_late_writer_loses<L: LinkStore>(links: &L) {
    let intent = Link::intent(&old("c2"), names(), Timestamp(5));
    assert_eq!(links.write(&intent).await, Ok(1));
    assert_eq!(links.write(&intent).await.map_err(|error| error.class), Err(Class::Stale));
    let ahead = Link { version: 7, ..intent.clone() };
    assert_eq!(links.write(&ahead).await.map_err(|error| error.class), Err(Class::Stale));
    for version in [0, 7] {
        let late = links.connect(&pair("c2", "c2-new", version), None).await;
        assert_eq!(late.map_err(|error| error.class), Err(Class::Stale));
    }
    assert_eq!(links.old_sub_of(&new("c2-new")).await, Ok(None));
    assert_eq!(links.link(&old("c2")).await, Ok(Some(Link { version: 1, ..intent })));
    let nobody = links.write(&pair("c2-nobody", "c2-nobody-new", 1)).await;
    assert_eq!(nobody.map_err(|error| error.class), Err(Class::Stale));
    assert_eq!(links.link(&old("c2-nobody")).await, Ok(None));
}

/// A user of the new pool belongs to one user of the old pool.
pub async fn a_new_sub_is_tied_once<L: LinkStore>(links: &L) {
    assert_eq!(links.connect(&pair("c3-first", "c3-new", 0), None).await, Ok(1));
    let second = links.connect(&pair("c3-second", "c3-new", 0), None).await;
    assert_eq!(second.map_err(|error| error.class), Err(Class::Taken));
    assert_eq!(links.link(&old("c3-second")).await, Ok(None));
    assert_eq!(links.old_sub_of(&new("c3-new")).await, Ok(Some(old("c3-first"))));
    // The same pair again is fine: whoever lost the answer of the first time reads and repeats.
    assert_eq!(links.connect(&pair("c3-first", "c3-new", 1), None).await, Ok(2));
    // Handed over, and only by the one who has it.
    let heir = pair("c3-second", "c3-new", 0);
    let late = links.connect(&heir, Some(&old("c3-nobody"))).await;
    assert_eq!(late.map_err(|error| error.class), Err(Class::Taken));
    assert_eq!(links.connect(&heir, Some(&old("c3-first"))).await, Ok(1));
    assert_eq!(links.old_sub_of(&new("c3-new")).await, Ok(Some(old("c3-second"))));
}

/// A table is of two pools, and of no others.
pub async fn a_table_is_tied_to_two_pools<L: LinkStore>(links: &L) {
    let pool = |id: &str| PoolId::parse(id).expect("a pool id");
    let first = (pool("eu-west-1_Old"), pool("eu-west-1_New"));
    for _ in 0..2 {
        assert_eq!(links.bind(&first.0, &first.1).await, Ok(first.clone()));
    }
    assert_eq!(links.bind(&pool("eu-west-1_Staging"), &first.1).await, Ok(first));
}

/// Records of groups are written once per version.
pub async fn groups_are_recorded<L: GroupStore>(links: &L) {
    let record = GroupRecord {
        name: group("c4-staff"),
        new_name: group("c4-people"),
        made: true,
        old: Digest::stored("a"),
        new: Digest::stored("b"),
        held_back: Some(Reason::Refused),
        mirrored_at: Timestamp(7),
        stands: false,
        gone_at: Some(Timestamp(6)),
        version: 0,
    };
    assert_eq!(links.group_record(&record.name).await, Ok(None));
    assert_eq!(links.write_group(&record).await, Ok(()));
    let stored = GroupRecord { version: 1, ..record.clone() };
    assert_eq!(links.group_record(&record.name).await, Ok(Some(stored.clone())));
    assert_eq!(links.write_group(&record).await.map_err(|error| error.class), Err(Class::Stale));
    let again = GroupRecord { stands: true, gone_at: None, ..stored };
    assert_eq!(links.write_group(&again).await, Ok(()));
    assert_eq!(links.group_record(&record.name).await, Ok(Some(GroupRecord { version: 2, ..again })));
}

/// A decision is written beside everything else, by whoever read the latest version.
pub async fn a_decision_changes_nothing_else<L: LinkStore + DecisionStore>(links: &L) {
    let intent = Link::intent(&old("c5"), names(), Timestamp(5));
    let intent = Link { intended: Username::parse("jane@example.com").ok(), ..intent };
    assert_eq!(links.write(&intent).await, Ok(1));
    let decisions = [(Subject::User, Decision::MergeInto(old("c5-other")))].into();
    // As whoever may not read the name.
    let read = Link { version: 1, intended: None, ..intent.clone() };
    assert_eq!(links.decide(&read, &decisions).await, Ok(2));
    assert_eq!(links.decide(&read, &decisions).await.map_err(|error| error.class), Err(Class::Stale));
    assert_eq!(links.link(&old("c5")).await, Ok(Some(Link { version: 2, decisions, ..intent })));
    let nobody = Link::intent(&old("c5-nobody"), names(), Timestamp(5));
    for version in [0, 1] {
        let unknown = links.decide(&Link { version, ..nobody.clone() }, &[].into()).await;
        assert_eq!(unknown.map_err(|error| error.class), Err(Class::Stale));
    }
    assert_eq!(links.link(&old("c5-nobody")).await, Ok(None));
}

/// When somebody was last seen moves forward only, takes nobody's fence, touches nothing else, and makes no link.
pub async fn being_seen_takes_no_fence<L: LinkStore>(links: &L) {
    let intent = Link::intent(&old("c8"), names(), Timestamp(5));
    assert_eq!(links.write(&intent).await, Ok(1));
    let [web, phone] = ["web", "phone"].map(|client| ClientId::parse(client).ok());
    for (at, by, seen, seen_by) in [
        (7, &web, 7, &web),
        (9, &phone, 9, &phone),
        (8, &web, 9, &phone),
        (9, &web, 9, &phone),
        (10, &None, 10, &None),
    ] {
        assert_eq!(links.note_seen(&old("c8"), Timestamp(at), by.as_ref()).await, Ok(()));
        let seen_at = Some(Timestamp(seen));
        let stored = Link { version: 1, seen_at, seen_by: seen_by.clone(), ..intent.clone() };
        assert_eq!(links.link(&old("c8")).await, Ok(Some(stored)));
    }
    let next = Link { version: 1, seen_at: Some(Timestamp(10)), ..intent };
    assert_eq!(links.write(&next).await, Ok(2));
    assert_eq!(links.link(&old("c8")).await, Ok(Some(Link { version: 2, ..next })));
    assert_eq!(links.note_seen(&old("c8-nobody"), Timestamp(7), None).await, Ok(()));
    assert_eq!(links.link(&old("c8-nobody")).await, Ok(None));
}

/// A walk finds every link and group once, also where they do not fit one page.
pub async fn a_walk_finds_all<L: LinkStore + GroupStore + LinkScan>(links: &L) {
    // DynamoDB ends a page at 1 MB.
    let did = "d".repeat(200_000);
    for number in 0..7 {
        let mut link = pair(&format!("c6-{number}"), &format!("c6-new-{number}"), 0);
        link.history.add(Entry { at: Timestamp(4), cause: Cause::operator("Sync"), did: did.clone() });
        assert_eq!(links.connect(&link, None).await, Ok(1));
    }
    let record = GroupRecord {
        name: group("c6-staff"),
        new_name: group("c6-staff"),
        made: true,
        old: Digest::stored("a"),
        new: Digest::stored("b"),
        held_back: None,
        mirrored_at: Timestamp(7),
        stands: true,
        gone_at: None,
        version: 0,
    };
    assert_eq!(links.write_group(&record).await, Ok(()));
    let (mut subs, mut groups, mut unreadable, mut place) = (Vec::new(), 0, 0, None);
    loop {
        let page = links.page(place.as_ref()).await.expect("a page");
        subs.extend(
            page.links.into_iter().map(|link| link.old_sub).filter(|sub| sub.as_str().starts_with("c6-")),
        );
        groups += page.groups.iter().filter(|group| group.name == record.name).count();
        unreadable += page.unreadable;
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    subs.sort();
    let expected: Vec<_> = (0..7).map(|number| old(&format!("c6-{number}"))).collect();
    assert_eq!((subs, groups, unreadable), (expected, 1, 0));
}

/// Of a message group, what went wrong last is kept.
pub async fn the_last_trouble_is_kept<L: TroubleStore>(links: &L) {
    let first = Trouble {
        at: Timestamp(8),
        event_id: EventId::from_random([5; 16]),
        cause: Cause::audit_trail("AdminDisableUser"),
        operation: Some("AdminCreateUser".to_owned()),
        code: "InvalidParameterException".to_owned(),
        is_passing: false,
    };
    assert_eq!(links.trouble("c5-user").await, Ok(None));
    assert_eq!(links.note_trouble("c5-user", &first).await, Ok(()));
    assert_eq!(links.trouble("c5-user").await, Ok(Some(first.clone())));
    assert_eq!(links.trouble("c5-other").await, Ok(None));
    let second = Trouble { operation: None, code: code::TOO_EARLY.to_owned(), is_passing: true, ..first };
    assert_eq!(links.note_trouble("c5-user", &second).await, Ok(()));
    assert_eq!(links.trouble("c5-user").await, Ok(Some(second)));
}

/// Of the verifies of everybody, the last one is kept.
pub async fn the_last_verify_is_kept<L: VerifiedStore>(links: &L) {
    assert_eq!(links.verified().await, Ok(None));
    let first = Verified { at: Timestamp(8), users: 5, differing: 1, held_back: 2, in_flight: 3 };
    assert_eq!(links.note_verified(&first).await, Ok(()));
    assert_eq!(links.verified().await, Ok(Some(first)));
    let second = Verified { at: Timestamp(9), differing: 0, ..first };
    assert_eq!(links.note_verified(&second).await, Ok(()));
    assert_eq!(links.verified().await, Ok(Some(second)));
}
