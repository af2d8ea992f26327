//! What is in the DLQ, for people and for programs.

use serde_json::json;

use super::cause::Next;
use super::look::{Found, Group};
use crate::show::{count, minute, rfc3339};

pub(super) fn to_text(found: &Found) -> String {
    if found.messages == 0 && found.more == 0 {
        return "the DLQ is empty.\n".to_owned();
    }
    let mut out = String::new();
    for group in &found.groups {
        out += &format!("{:>6}  {}\n", group.messages, group.cause.name());
        out += &format!("        {}\n", group.cause.words());
        out += &format!("        {}\n", group.cause.remedy());
        out += &format!("        oldest {}{}\n", minute(group.oldest), who(group));
    }
    let word = if found.messages == 1 { "message" } else { "messages" };
    out += &format!("{:>6}  {word} in all\n", found.messages);
    if found.more > 0 {
        out += &format!(
            "        about {} more were not looked at: beyond the limit, or behind others of the same user\n",
            found.more
        );
    }
    if found.late > 0 {
        out += &format!("        {} are out of sight for up to five minutes\n", found.late);
    }
    if found.is_interrupted {
        out += "interrupted: not all was looked at\n";
    }
    out
}

fn who(group: &Group) -> String {
    let named = group.named();
    let others = group.about.len().saturating_sub(named.len());
    match (named.is_empty(), others) {
        (true, 0) => String::new(),
        (true, others) => format!("; {} told by name only", count(others, "user")),
        (false, 0) => format!("; {}", named.join(", ")),
        (false, others) => format!("; {} and {others} more", named.join(", ")),
    }
}

pub(super) fn to_json(found: &Found) -> String {
    let one = |group: &Group| {
        json!({
            "cause": group.cause.name(),
            "words": group.cause.words(),
            "retryable": group.cause.next() == Next::Again,
            "remedy": group.cause.remedy(),
            "messages": group.messages,
            "users": group.about.len(),
            "some": group.named(),
            "oldest": rfc3339(group.oldest),
        })
    };
    let causes: Vec<_> = found.groups.iter().map(one).collect();
    let all = json!({
        "causes": causes,
        "messages": found.messages,
        "not_looked_at": found.more,
        "complete": !found.is_interrupted,
    });
    format!("{all:#}\n")
}

#[cfg(test)]
mod tests {
    use twinpool_core::change_event::About;
    use twinpool_core::id::{Sub, Timestamp, Username};

    use super::*;
    use crate::dlq::cause::Cause;

    fn found() -> Found {
        let user = |n: u8| About::User(Sub::parse(format!("sub-{n}")).unwrap());
        let named = About::Named(Username::parse("jane@example.com").unwrap());
        let at = Timestamp(1_795_219_200_123);
        let denied = Cause::Noted {
            operation: Some("AdminCreateUser".to_owned()),
            code: "AccessDeniedException".to_owned(),
            is_passing: false,
        };
        let denied = Group {
            cause: denied,
            messages: 9,
            oldest: at,
            about: (1..=5).map(user).chain([named]).collect(),
        };
        let foreign = Group { cause: Cause::NotAChangeEvent, messages: 1, oldest: at, about: [].into() };
        Found { groups: vec![denied, foreign], messages: 10, more: 2, ..Found::default() }
    }

    #[test]
    fn causes_for_people() {
        insta::assert_snapshot!(to_text(&found()), @r"
         9  AdminCreateUser:AccessDeniedException
            AdminCreateUser failed: AccessDeniedException
            not retryable as it is: mend it, then `twinpool dlq redrive --cause AdminCreateUser:AccessDeniedException`
            oldest 2026-11-21 00:00Z; sub-1, sub-2, sub-3 and 3 more
         1  not_a_change_event
            not a change event: somebody else sends to this queue
            not retryable: `twinpool dlq drop --cause not_a_change_event` deletes it
            oldest 2026-11-21 00:00Z
        10  messages in all
            about 2 more were not looked at: beyond the limit, or behind others of the same user
        ");
        assert_eq!(to_text(&Found::default()), "the DLQ is empty.\n");
    }

    #[test]
    fn a_message_with_a_time_that_cannot_be_hides_no_other() {
        let mut found = found();
        found.groups[1].oldest = Timestamp(u64::MAX);
        assert!(to_text(&found).contains("AdminCreateUser:AccessDeniedException"));
        assert!(to_json(&found).contains("\"oldest\": \"9999-12-31"));
    }

    #[test]
    fn causes_for_programs() {
        insta::assert_snapshot!(to_json(&found()), @r#"
        {
          "causes": [
            {
              "cause": "AdminCreateUser:AccessDeniedException",
              "messages": 9,
              "oldest": "2026-11-21T00:00:00.123Z",
              "remedy": "not retryable as it is: mend it, then `twinpool dlq redrive --cause AdminCreateUser:AccessDeniedException`",
              "retryable": false,
              "some": [
                "sub-1",
                "sub-2",
                "sub-3"
              ],
              "users": 6,
              "words": "AdminCreateUser failed: AccessDeniedException"
            },
            {
              "cause": "not_a_change_event",
              "messages": 1,
              "oldest": "2026-11-21T00:00:00.123Z",
              "remedy": "not retryable: `twinpool dlq drop --cause not_a_change_event` deletes it",
              "retryable": false,
              "some": [],
              "users": 0,
              "words": "not a change event: somebody else sends to this queue"
            }
          ],
          "complete": true,
          "messages": 10,
          "not_looked_at": 2
        }
        "#);
    }
}
