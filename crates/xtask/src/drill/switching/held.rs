//! What twinpool itself checks before a step: the drill forces what a local AWS cannot tell, and nothing else.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Each of these checks holds, and none of `not_failing` fails. Gives in words which others do not hold.
pub(super) fn ensure_held(answer: &Value, must: &[&str], not_failing: &[&str]) -> Result<String> {
    let checks = answer["checks"].as_array().context("the answer has no checks")?;
    let verdict = |name: &str| {
        let check = checks.iter().find(|check| check["check"] == name);
        check.with_context(|| format!("there is no check {name}"))
    };
    for name in must {
        let check = verdict(name)?;
        ensure!(check["verdict"] == "holds", "the check {name} {}: {}", check["verdict"], check["why"]);
    }
    for name in not_failing {
        let check = verdict(name)?;
        ensure!(check["verdict"] != "fails", "the check {name} fails: {}", check["why"]);
    }
    let others = checks.iter().filter(|check| check["verdict"] != "holds");
    let others = others.map(|check| {
        let text = |name: &str| check[name].as_str().unwrap_or("?").to_owned();
        format!("{} {} ({})", text("check"), text("verdict"), text("why"))
    });
    let others: Vec<_> = others.collect();
    Ok(if others.is_empty() { "every check holds".to_owned() } else { others.join("; ") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_must_hold_holds_and_what_may_be_unknown_does_not_fail() {
        let one = |name: &str, verdict: &str| json!({ "check": name, "verdict": verdict, "why": "so" });
        let answer = json!({ "checks": [one("table", "holds"), one("dead-letters", "unknown"), one("alarms", "fails")] });
        let held = |must: &[&str], not_failing: &[&str]| ensure_held(&answer, must, not_failing);
        let told = held(&["table"], &["table", "dead-letters"]).unwrap();
        assert_eq!(told, "dead-letters unknown (so); alarms fails (so)");
        for (must, not_failing) in
            [(&["dead-letters"][..], &[][..]), (&[], &["alarms"]), (&["marker"], &[]), (&[], &["marker"])]
        {
            assert!(held(must, not_failing).is_err(), "{must:?} {not_failing:?}");
        }
        assert!(ensure_held(&json!({}), &[], &[]).is_err());
    }
}
