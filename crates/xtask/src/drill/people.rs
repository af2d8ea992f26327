//! Invented people: the number says all about one.

use std::collections::BTreeMap;

use super::dice::Dice;
use crate::local::Person;

/// What twinpool adds.
pub(super) const MARKER: &str = "custom:twinpool";

/// The groups of the old pool, the most popular first.
pub(super) const GROUPS: [&str; 5] = ["staff", "größe", "editors", "readers", "beta-testers"];

const NAMES: [&str; 12] = [
    "Ada",
    "Zoë",
    "Łukasz",
    "李雷",
    "O'Brien",
    "Ωmega",
    "Nuño",
    "محمد",
    "Jean \"JP\"",
    "🦀 Ferris",
    "d’Arc",
    "Σίσυφος",
];

const TENANTS: [&str; 4] = ["acme", "größer & co", "a,b;c", "東京"];

/// How somebody came into the old pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    /// Signed up and confirmed: has a password.
    SignedUp,
    /// Signed up, and nobody has confirmed it.
    Unconfirmed,
    /// Made by an administrator.
    Made,
}

/// Somebody who is not in a pool yet.
#[derive(Debug, Clone)]
pub(super) struct Newcomer {
    pub(super) username: String,
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) groups: Vec<&'static str>,
    pub(super) birth: Birth,
    pub(super) disabled: bool,
}

/// Somebody who is in the old pool.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) username: String,
    pub(super) sub: String,
    pub(super) can_sign_in: bool,
}

impl Newcomer {
    /// One in eight signed up, one in fifty did not confirm it; one in ten has an unproven address, one in thirty may not sign in.
    pub(super) fn number(number: usize) -> Self {
        let mut dice = Dice::of(number);
        let name = dice.pick(&NAMES).unwrap_or_default();
        let mut attributes = vec![("given_name", name.to_owned())];
        if !dice.once_in(20) {
            let verified = !dice.once_in(10);
            attributes.push(("email", format!("user{number}@example.com")));
            attributes.push(("email_verified", verified.to_string()));
        }
        if dice.once_in(2) {
            let tenant = dice.pick(&TENANTS).unwrap_or_default();
            attributes.push(("custom:tenant", tenant.to_owned()));
        }
        if dice.once_in(3) {
            attributes.push(("family_name", format!("{} {number}", dice.pick(&NAMES).unwrap_or_default())));
        }
        let birth = match (dice.once_in(50), dice.once_in(8)) {
            (true, _) => Birth::Unconfirmed,
            (false, true) => Birth::SignedUp,
            (false, false) => Birth::Made,
        };
        let mut groups = Vec::new();
        for _ in 0..[0, 0, 0, 0, 1, 1, 1, 2, 2, 3].get(dice.below(10)).copied().unwrap_or_default() {
            let group = GROUPS.get(dice.below(GROUPS.len())).copied().unwrap_or_default();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        let stem = if number.is_multiple_of(10) { "jörg" } else { "user" };
        let username = format!("{stem}.{number}");
        Self { username, attributes, groups, birth, disabled: dice.once_in(30) }
    }

    /// The attributes as the API takes them.
    pub(super) fn attributes(&self) -> Vec<(&'static str, &str)> {
        self.attributes.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// What a pool says, without what twinpool adds, and without flags that are not set.
pub(super) fn said_of(person: &Person) -> BTreeMap<&str, &str> {
    let pairs = person.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    pairs
        .filter(|(name, value)| *name != MARKER && !(name.ends_with("_verified") && *value == "false"))
        .collect()
}

/// Another name than this.
pub(super) fn other_name(than: &str, dice: &mut Dice) -> String {
    let name = dice.pick(&NAMES).unwrap_or_default();
    if name == than { format!("{name} II") } else { name.to_owned() }
}
