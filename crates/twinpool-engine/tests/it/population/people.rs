//! People of every kind, the same for the same seed.

use std::collections::BTreeSet;

use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{ProviderName, Sub};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Status};
use twinpool_core::value::Value;
use twinpool_testkit::world::{attribute, group, person};
use twinpool_testkit::{MemoryPool, Person};

/// Random numbers that are the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    pub(crate) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const NAMES: [&str; 6] = ["Jane", "Zoë", "李雷", "محمد", "O'Brien, \"Pat\"", "x"];
const GROUPS: [&str; 5] = ["staff", "admins", "legacy-1", "internal-test", "größe"];

/// Puts so many people into the pool; gives their subs.
pub(crate) fn people(pool: &MemoryPool, dice: &mut Dice, number: usize) -> Vec<Sub> {
    let many: Vec<_> = (0..95).map(|number| format!("team-{number}")).collect();
    for name in GROUPS.iter().map(|name| (*name).to_owned()).chain(many.clone()) {
        pool.put_group(GroupDefinition { name: group(&name), description: Some(name), precedence: None });
    }
    let mut subs = Vec::new();
    for index in 0..number {
        let one = one(dice, index, &many);
        subs.push(one.sub.clone());
        pool.put(one);
    }
    subs
}

fn one(dice: &mut Dice, index: usize, many: &[String]) -> Person {
    let twin = index > 0 && dice.one_in(20);
    // A twin is the one before in capitals.
    let name = if twin { format!("U{}", index - 1) } else { format!("u{index}") };
    let mut user = person(&format!("sub-{index}"), &name, &[]);
    contacts(dice, &mut user, &name);
    profile(dice, &mut user);
    user.enabled = !dice.one_in(15);
    user.status = match dice.below(20) {
        0 => Status::Unconfirmed,
        1 => Status::ForceChangePassword,
        2 => Status::ResetRequired,
        _ => Status::Confirmed,
    };
    user.groups = groups(dice, many);
    identities(dice, &mut user, index);
    factors(dice, &mut user);
    user
}

fn set(user: &mut Person, name: &str, value: &str) {
    user.attributes.insert(attribute(name), Value::new(value));
}

fn contacts(dice: &mut Dice, user: &mut Person, name: &str) {
    let kind = dice.below(10);
    if kind < 8 {
        set(user, "email", &format!("{name}@example.com"));
        set(user, "email_verified", if dice.one_in(8) { "false" } else { "true" });
    }
    if kind == 8 || dice.one_in(4) {
        let number = 10_000_000 + dice.below(9_000_000);
        let text = match dice.below(6) {
            0 => "not a number".to_owned(),
            1 => format!("0151 {number}"),
            _ => format!("+49151{number}"),
        };
        set(user, "phone_number", &text);
        set(user, "phone_number_verified", dice.pick(&["true", "true", "false"]));
    }
}

fn profile(dice: &mut Dice, user: &mut Person) {
    set(user, "name", dice.pick(&NAMES));
    if dice.one_in(2) {
        set(user, "custom:company", dice.pick(&["acme", "umbrella", "größenwahn"]));
    }
    if dice.one_in(5) {
        set(user, "nickname", "JJ");
    }
    if dice.one_in(10) {
        set(user, "custom:born", dice.pick(&["Ulm", "Köln"]));
    }
    if dice.one_in(40) {
        // More than the pool takes: a value that came in another way.
        set(user, "profile", &"x".repeat(3_000));
    }
    if dice.one_in(12) {
        let name = format!("pref {}", user.username.as_str());
        set(user, "preferred_username", &name);
    }
}

fn groups(dice: &mut Dice, many: &[String]) -> BTreeSet<twinpool_core::id::GroupName> {
    if dice.one_in(50) {
        return many.iter().map(String::as_str).chain(["staff", "admins"]).map(group).collect();
    }
    let count = dice.below(4);
    let mut groups: BTreeSet<_> = (0..count).map(|_| group(dice.pick(&GROUPS))).collect();
    if !dice.one_in(10) {
        groups.remove(&group("internal-test"));
    }
    groups
}

fn identities(dice: &mut Dice, user: &mut Person, index: usize) {
    let identity = |provider: &str| Identity {
        provider: ProviderName::parse(provider).expect("a provider"),
        subject: Value::new(format!("{provider}-{index}")),
    };
    let kinds: &[&[&str]] = &[&[], &[], &[], &[], &[], &["Google"], &["Okta"], &["Google", "Okta"]];
    let providers = dice.pick(kinds);
    user.identities = providers.iter().map(|provider| identity(provider)).collect();
    if let Some(provider) = providers.first().filter(|_| dice.one_in(2)) {
        let name = format!("{provider}_{provider}-{index}");
        user.username = twinpool_core::id::Username::parse(name).expect("a username");
        user.status = Status::ExternalProvider;
    }
}

fn factors(dice: &mut Dice, user: &mut Person) {
    let has = |name: &str, user: &Person| user.value(name).is_some();
    if dice.one_in(10) {
        let sms = has("phone_number", user) && dice.one_in(2);
        let email = has("email", user) && dice.one_in(2);
        user.mfa = Mfa { sms, email, totp: dice.one_in(2), preferred: sms.then_some(Factor::Sms) };
    }
    if dice.one_in(30) {
        user.factors = [Factor::Passkeys].into();
    }
}
