//! The body of a message: what is read goes into the queue again as it was, and what is not is refused without an address of it.

use twinpool_core::change_event::{About, ChangeEvent};

use crate::text::{KEY, assert_one_line, assert_silent, text};

pub(crate) fn message_body(input: &[u8]) {
    let Some(body) = text(input) else { return };
    match ChangeEvent::parse(body) {
        Ok(event) => accepted(&event),
        Err(why) => {
            assert_silent(body, &why.to_string());
            assert_one_line(&why.to_string());
        }
    }
}

fn accepted(event: &ChangeEvent) {
    let again = event.to_body();
    assert_eq!(ChangeEvent::parse(&again).as_ref(), Ok(event), "it does not survive the queue");
    let group = event.group(&KEY);
    let is_id = (1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(is_id, "SQS takes no group {group:?}");
    let about = event.about().expect("an event names somebody, or a group");
    assert_eq!(event.user().is_none(), event.sub.is_none() && event.username.is_none());
    if let (About::Named(name) | About::Profile(_, name), None) = (&about, &event.group_name) {
        let user = event.user().expect("the event names a user");
        assert_eq!(user.parameter(), name.as_str(), "another user is asked for");
    }
    let name = event.username.as_ref().map_or("", |name| name.as_str());
    let mut bare = event.clone();
    bare.username = None;
    if name.contains('@') && !format!("{bare:?}").contains(name) {
        assert!(!format!("{event:?} {about:?}").contains(name), "what is logged names somebody");
    }
}
