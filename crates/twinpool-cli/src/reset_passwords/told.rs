//! What will be done, and what became of it.

use serde_json::{Map, Value, json};
use twinpool_engine::{NotReset, ResetWay};

use super::carry::Result;
use crate::Exit;
use crate::show::{count, prose, thousands};

/// So many subs are shown; `--json` has all.
const SHOWN: usize = 20;

pub(super) fn intent(users: usize, way: ResetWay) -> String {
    let users = count(users, "user");
    prose(&match way {
        ResetWay::Message => format!(
            "The old pool would send up to {users} a message with a code, by e-mail or text message as it is set up, and ask each at \
             the next sign-in to reset the password. What they cost, and how many a day may be sent, is the pool's mailer's to say. \
             Each is looked at right before: whoever chose a password there since is not touched. People who do not expect the \
             message should be told before."
        ),
        ResetWay::Silently => format!(
            "The password of up to {users} in the old pool would stop working, without a message: only \"forgot password\" helps \
             them then, and the form should say so. Each is looked at right before: whoever chose a password there since is not \
             touched."
        ),
    })
}

pub(super) fn plan_json(users: usize) -> String {
    format!("{:#}\n", json!({ "users": users }))
}

pub(super) fn nobody(as_json: bool) -> String {
    if as_json { plan_json(0) } else { "nobody needs a password reset in the old pool\n".to_owned() }
}

fn word(why: NotReset) -> (&'static str, &'static str) {
    match why {
        NotReset::Works => ("works", "have a password in the old pool that works"),
        NotReset::Already => ("already", "are asked for a reset already"),
        NotReset::Moved => ("moved", "sign in to the new pool"),
        NotReset::NotThere => ("not_there", "are not in the old pool"),
        NotReset::Disabled => ("disabled", "are disabled there"),
        NotReset::NoPassword => (
            "no_password",
            "cannot reset: they come by a provider, never confirmed, or have a temporary password",
        ),
        NotReset::NoContact => {
            ("no_contact", "have no verified address or number in the old pool: help them one by one")
        }
    }
}

/// What was done, and how it ended.
pub(super) fn told(result: &Result, as_json: bool) -> (String, Exit) {
    let has_obstacles = result.skipped.keys().any(|why| why.is_obstacle());
    let exit = match (result.failed > 0 || result.left > 0, has_obstacles) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Warned,
        (false, false) => Exit::Done,
    };
    (if as_json { to_json(result) } else { to_text(result) }, exit)
}

fn to_json(result: &Result) -> String {
    let subs = result.skipped.iter().map(|(why, all)| {
        let all: Vec<_> = all.iter().map(|sub| sub.as_str()).collect();
        (word(*why).0.to_owned(), json!(all))
    });
    let all = json!({
        "put_to_reset": result.done,
        "skipped": subs.collect::<Map<String, Value>>(),
        "failed": result.failed,
        "left": result.left,
    });
    format!("{all:#}\n")
}

fn to_text(result: &Result) -> String {
    let mut out = format!("{:>9}  put to reset\n", thousands(result.done));
    for (why, all) in &result.skipped {
        out += &format!("{:>9}  {}\n", thousands(all.len() as u64), word(*why).1);
        for sub in all.iter().take(SHOWN).filter(|_| why.is_obstacle()) {
            out += &format!("{:>9}  {sub}\n", "");
        }
    }
    if result.failed > 0 {
        out += &format!("{:>9}  failed: run the same command again\n", thousands(result.failed));
    }
    if result.left > 0 {
        out += &format!("{:>9}  left: run the same command again\n", thousands(result.left));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::old;

    #[test]
    fn what_will_be_done_says_how_many_messages_go_out() {
        assert!(intent(1_204, ResetWay::Message).contains("up to 1204 users a message"));
        assert!(
            intent(1, ResetWay::Silently)
                .replace('\n', " ")
                .contains("up to 1 user in the old pool would stop working, without a message")
        );
    }

    #[test]
    fn whoever_cannot_be_put_to_reset_is_named() {
        let skipped =
            [(NotReset::Works, vec![old("old-1")]), (NotReset::NoContact, vec![old("old-2")])].into();
        let mut result = Result { done: 1_000, skipped, ..Result::default() };
        let (text, exit) = told(&result, false);
        assert_eq!(exit, Exit::Warned);
        insta::assert_snapshot!(text, @r"
        1,000  put to reset
            1  have a password in the old pool that works
            1  have no verified address or number in the old pool: help them one by one
               old-2
        ");
        result.left = 3;
        let (json, exit) = told(&result, true);
        assert_eq!(exit, Exit::Failed);
        insta::assert_snapshot!(json, @r#"
        {
          "failed": 0,
          "left": 3,
          "put_to_reset": 1000,
          "skipped": {
            "no_contact": [
              "old-2"
            ],
            "works": [
              "old-1"
            ]
          }
        }
        "#);
    }
}
