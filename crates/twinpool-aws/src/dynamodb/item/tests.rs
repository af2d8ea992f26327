use super::*;

fn linked() -> Link {
    let name = |text: &str| AttributeName::parse(text).unwrap();
    let side = Side {
        attributes: [(name("email"), Digest::stored("d"))].into(),
        groups: [GroupName::parse("staff").unwrap()].into(),
        enabled: false,
    };
    let held = |subject| HeldBack { subject, reason: Reason::Taken };
    Link {
        intended: None,
        old_sub: OldSub::parse("old").unwrap(),
        user_id: UserId::parse("old").unwrap(),
        version: 7,
        announced: Names { attributes: [name("email"), name("custom:x")].into(), groups: [].into() },
        state: LinkState::Linked(Linked {
            new_sub: NewSub::parse("new").unwrap(),
            base: Base { old: side.clone(), new: side },
            held_back: vec![
                held(Subject::User),
                held(Subject::Attribute(name("email"))),
                held(Subject::Group(GroupName::parse("g").unwrap())),
            ],
            unseen: [name("custom:x")].into(),
            mirrored_at: Timestamp(5),
        }),
    }
}

#[test]
fn every_state_survives_the_table() {
    let mut link = linked();
    let pending = LinkState::Pending { since: Timestamp(3) };
    let conflicts = Reason::ALL.map(|reason| LinkState::Conflict { reason, since: Timestamp(3) });
    let states = [link.state.clone(), pending].into_iter().chain(conflicts);
    for state in states {
        link.state = state;
        let item = encode(&link, link.version, "OLD#old".to_owned());
        assert_eq!(decode(link.old_sub.clone(), &item), Ok(link.clone()));
    }
}

#[test]
fn a_damaged_item_is_an_error_that_names_the_field() {
    let whole = encode(&linked(), 7, "OLD#old".to_owned());
    for field in whole.keys().filter(|field| !["pk", "old_sub"].contains(&field.as_str())) {
        for damage in [None, Some(AttributeValue::Null(true))] {
            let mut item = whole.clone();
            item.remove(field);
            item.extend(damage.map(|damage| (field.clone(), damage)));
            let error = decode(OldSub::parse("old").unwrap(), &item).unwrap_err();
            assert_eq!((error.class, error.code), (Class::Unreadable, format!("DamagedItem.{field}")));
        }
    }
}
