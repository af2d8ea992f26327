//! What the functions must have in common.

use super::facts::{Facts, Look, shows_environment, variable};
use super::step::{DEPLOY, Part, Step};
use crate::port::Json;

fn functions(facts: &Facts) -> impl Iterator<Item = (&'static str, &Look<Json>)> {
    let all = [
        ("capture", &facts.capture),
        ("mirror", &facts.mirror),
        ("audit trail", &facts.audit_trail),
        ("sweep", &facts.sweep),
    ];
    all.into_iter().chain(facts.sign_in.as_ref().map(|it| ("sign-in", &it.configuration)))
}

/// What the functions whose environment can be seen say, by name.
fn said<'a>(facts: &'a Facts, name: &str) -> Vec<(&'static str, Option<&'a str>)> {
    let seen = functions(facts).filter_map(|(function, look)| Some((function, look.as_ref().ok()?)));
    let seen = seen.filter(|(_, function)| shows_environment(function));
    seen.map(|(of, function)| (of, variable(function, name))).collect()
}

/// The secret of the digests. Compared here, and told to nobody.
pub(super) fn digest_key(facts: &Facts) -> Vec<Step> {
    let part = Part::DigestKey;
    let mut keys: Vec<_> = said(facts, "TWINPOOL_DIGEST_KEY");
    let mirror = keys.iter().find(|(of, _)| *of == "mirror").and_then(|(_, key)| *key);
    let Some(key) = mirror else {
        return vec![Step::unseen(
            part,
            "the mirror's digest key cannot be seen",
            "give your role lambda:GetFunctionConfiguration, or deploy the stack",
        )];
    };
    if let Some(own) = &facts.own_key {
        keys.push(("this command", Some(own)));
    }
    let others: Vec<_> = keys.iter().filter(|(_, other)| *other != Some(key)).map(|(of, _)| *of).collect();
    let compared: Vec<_> = keys.iter().map(|(of, _)| *of).collect();
    vec![match (others.is_empty(), compared.contains(&"capture")) {
        (false, _) => Step::broken(
            part,
            format!(
                "not the mirror's: {}. Events then look like changes to every attribute, and users who were being made are not known again",
                others.join(", ")
            ),
            "deploy the stack with the first DigestKey, and set TWINPOOL_DIGEST_KEY to it",
        ),
        (true, false) => Step::unseen(
            part,
            "capture's digest key cannot be seen",
            "give your role lambda:GetFunctionConfiguration",
        ),
        (true, true) => Step::fine(part, format!("the same in {}", compared.join(", "))),
    }]
}

/// Command and functions of one version.
pub(super) fn version(facts: &Facts) -> Vec<Step> {
    let part = Part::Version;
    let own = facts.expected.version.as_str();
    let said = said(facts, "TWINPOOL_VERSION");
    let told: Vec<_> = said.iter().filter_map(|(of, version)| Some((*of, (*version)?))).collect();
    let others: Vec<_> = told.iter().filter(|(_, version)| *version != own).collect();
    if !others.is_empty() {
        let named: Vec<_> = others.iter().map(|(of, version)| format!("{of} {version}")).collect();
        let why = format!("this command is {own}, and others are: {}", named.join(", "));
        return vec![Step::broken(
            part,
            why,
            "deploy with this command (twinpool deploy), or take the command of that version",
        )];
    }
    let silent: Vec<_> = said.iter().filter(|(_, version)| version.is_none()).map(|(of, _)| *of).collect();
    vec![match (told.is_empty(), silent.is_empty()) {
        (true, _) => Step::unseen(part, "no function says of which version it is", DEPLOY),
        (false, false) => {
            Step::unseen(part, format!("does not say of which version it is: {}", silent.join(", ")), DEPLOY)
        }
        (false, true) => Step::fine(part, format!("command and functions are {own}")),
    }]
}
