//! A record of CloudTrail: a hint with nothing personal in it, or none, and a reason without an address of it.

use std::sync::LazyLock;

use twinpool_core::change_event::{
    Audited, ChangeEvent, Channel, Followed, GROUP_OPERATIONS, USER_OPERATIONS, audit,
};
use twinpool_core::id::PoolId;

use crate::text::{NOW, assert_one_line, assert_sendable, assert_silent, id, text};

/// Those of the records in `events/cloudtrail`.
static FOLLOWED: LazyLock<Followed> = LazyLock::new(|| Followed {
    old_pool: PoolId::parse("eu-west-1_oLdP00l01").expect("an id"),
    new_pool: Some(PoolId::parse("eu-west-1_nEwP00l02").expect("an id")),
    own_roles: vec!["arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B3C4D5E6F".to_owned()],
});

pub(crate) fn audit_record(input: &[u8]) {
    let Some(raw) = text(input) else { return };
    let audited = audit(raw, id(), &FOLLOWED, NOW);
    assert_eq!(audited, audit(raw, id(), &FOLLOWED, NOW), "two answers to one record");
    let why = match &audited {
        Audited::Event(event) => return hint(event),
        Audited::Ignored(why) => why.to_string(),
        Audited::Unreadable(why) => why.to_string(),
    };
    assert_silent(raw, &why);
    assert_one_line(&why);
}

fn hint(event: &ChangeEvent) {
    assert_sendable(event);
    assert_eq!(event.cause.channel(), Channel::AuditTrail);
    let operation = event.cause.as_str().trim_start_matches("CloudTrail_");
    let is_known = USER_OPERATIONS.contains(&operation) || GROUP_OPERATIONS.contains(&operation);
    assert!(is_known, "{operation} is not followed");
    let is_followed = event.pool == FOLLOWED.old_pool || Some(&event.pool) == FOLLOWED.new_pool.as_ref();
    assert!(is_followed, "a hint about another pool");
    let named = [event.sub.is_some(), event.username.is_some(), event.group_name.is_some()];
    assert_eq!(named.iter().filter(|is_there| **is_there).count(), 1, "more is taken than names the user");
    assert!(event.group_name.is_none() || event.pool == FOLLOWED.old_pool, "a group of the new pool");
    let holds_values = !event.attributes.is_empty() || event.groups.is_some() || event.client.is_some();
    assert!(!holds_values, "a record tells whom, and nothing else");
    if event.group_name.is_none() {
        assert!(!format!("{event:?}").contains('@'), "what is logged names somebody");
    }
}
