//! By which way people get into the new pool, in words and for programs.

use serde_json::{Value, json};
use twinpool_rules::SignInPolicy;

/// One sentence; the policies in the order in which they are tried.
pub(super) fn words(policy: &SignInPolicy) -> String {
    let some = policy.policies().into_iter().map(|(who, way)| format!("{} if {who}", way.code()));
    let rest = match policy.policies().is_empty() {
        true => policy.default_way().code().to_owned(),
        false => format!("else {}", policy.default_way().code()),
    };
    format!("way to sign in: {}", some.chain([rest]).collect::<Vec<_>>().join("; "))
}

pub(super) fn json(policy: &SignInPolicy) -> Value {
    let one = |(who, way): (String, twinpool_core::arrival::Way)| json!({ "who": who, "way": way.code() });
    json!({
        "way": policy.default_way().code(),
        "policies": policy.policies().into_iter().map(one).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use twinpool_rules::Rules;

    use super::*;

    #[test]
    fn policies_are_told_in_their_order() {
        let text = "[sign_in]\nway = \"code\"\n[[sign_in.policy]]\ngroups = [\"a\", \"b-*\"]\nproviders = [\"G\"]\nway = \"invite\"\n\
            [[sign_in.policy]]\nnot_seen_for = \"1 day\"\nway = \"reset\"";
        let rules = Rules::parse(text).unwrap();
        insta::assert_snapshot!(words(rules.sign_in()), @"way to sign in: invite if in a or b-*, by G; reset if not seen for 1 day; else code");
        insta::assert_snapshot!(json(rules.sign_in()), @r#"{"policies":[{"way":"invite","who":"in a or b-*, by G"},{"way":"reset","who":"not seen for 1 day"}],"way":"code"}"#);
        assert_eq!(words(&SignInPolicy::default()), "way to sign in: password");
    }
}
