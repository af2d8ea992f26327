//! The users of the old pool, counted one by one. What is kept does not grow with the pool: counts, a few examples of each
//! kind, and of names that must be unique as many as [`MOST_NAMES`]; beyond it a random part of them stands for all.

use std::collections::BTreeMap;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, ProviderName, Sub};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::port::PortError;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_rules::{Rules, masked};

mod fit;
mod names;

use fit::Unfit;
use names::{Met, Names};

pub use names::MOST_NAMES;

/// So many examples are kept of each kind.
const EXAMPLES: usize = 3;

/// One user of whom something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whose.
    pub sub: Sub,
    /// What it is about, masked, or another sub.
    pub shows: String,
}

/// How many users, and some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

impl Tally {
    fn add(&mut self, weight: u64, user: &Sub, shows: impl FnOnce() -> String) {
        self.count += weight;
        if self.examples.len() < EXAMPLES {
            self.examples.push(Example { sub: user.clone(), shows: shows() });
        }
    }

    fn add_one(&mut self, user: &Sub, shows: &str) {
        self.add(1, user, || shows.to_owned());
    }
}

/// What the users are like. A user whom the list shows twice counts twice.
pub struct Census<'a> {
    rules: &'a Rules,
    old: &'a PoolShape,
    new: &'a PoolShape,
    marker: &'a AttributeName,
    names: Names,
    /// All that were looked at.
    pub users: u64,
    /// Of how many nothing could be read.
    pub unreadable: u64,
    /// Why not all were looked at, if so.
    pub broken: Option<PortError>,
    /// By status, in Cognito's words.
    pub statuses: BTreeMap<&'static str, u64>,
    /// Who may not sign in.
    pub disabled: u64,
    /// Whom the rules leave out. They count in nothing that follows.
    pub left_out: u64,
    /// Federated profiles and identities, by the provider's name in the old pool.
    pub providers: BTreeMap<ProviderName, Tally>,
    /// Who has this contact, not verified.
    pub unverified: BTreeMap<Contact, Tally>,
    /// Local users without any verified contact.
    pub unreachable: Tally,
    /// Local users with nothing that the new pool signs in with.
    pub nameless: Tally,
    /// Local users whose only sign-in names of the new pool nobody verified.
    pub unproven: Tally,
    /// Whose username looks like an address that the new pool takes as an alias.
    pub renamed: Tally,
    /// Whose name is another's but for case, by what it is.
    pub twins: BTreeMap<String, Tally>,
    /// Whose name is another's, by what it is.
    pub shared: BTreeMap<String, Tally>,
    /// Attributes that the new pool does not have.
    pub missing: BTreeMap<AttributeName, Tally>,
    /// Values that the new pool refuses, by attribute.
    pub unfit: BTreeMap<AttributeName, Tally>,
    /// Who lacks an attribute that the new pool requires.
    pub lacking: BTreeMap<AttributeName, Tally>,
    /// Values that the rules can make nothing of.
    pub inconvertible: BTreeMap<AttributeName, Tally>,
}

impl<'a> Census<'a> {
    /// Of nobody yet. `seed`: any number, best a random one.
    #[must_use]
    pub fn new(
        rules: &'a Rules,
        [old, new]: [&'a PoolShape; 2],
        marker: &'a AttributeName,
        seed: u64,
    ) -> Self {
        Self::with(rules, [old, new], marker, Names::new(MOST_NAMES, seed))
    }

    /// The same, which remembers at most so many names.
    #[must_use]
    pub fn remembering(self, most: usize, seed: u64) -> Self {
        Self::with(self.rules, [self.old, self.new], self.marker, Names::new(most, seed))
    }

    fn with(
        rules: &'a Rules,
        [old, new]: [&'a PoolShape; 2],
        marker: &'a AttributeName,
        names: Names,
    ) -> Self {
        Self {
            rules,
            old,
            new,
            marker,
            names,
            users: 0,
            unreadable: 0,
            broken: None,
            statuses: BTreeMap::new(),
            disabled: 0,
            left_out: 0,
            providers: BTreeMap::new(),
            unverified: BTreeMap::new(),
            unreachable: Tally::default(),
            nameless: Tally::default(),
            unproven: Tally::default(),
            renamed: Tally::default(),
            twins: BTreeMap::new(),
            shared: BTreeMap::new(),
            missing: BTreeMap::new(),
            unfit: BTreeMap::new(),
            lacking: BTreeMap::new(),
            inconvertible: BTreeMap::new(),
        }
    }

    /// Of how many names one stands for all, where the pool has more than are remembered: 1 where none is left out.
    #[must_use]
    pub fn one_in(&self) -> u64 {
        self.names.one_in()
    }

    /// How many names are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.names.len()
    }

    /// One more user of the old pool, as a list tells.
    pub fn add(&mut self, user: &Snapshot) {
        self.users += 1;
        *self.statuses.entry(user.status.code()).or_default() += 1;
        self.disabled += u64::from(!user.enabled);
        let view = self.rules.view(user);
        if view.left_out {
            self.left_out += 1;
            return;
        }
        for identity in &user.identities {
            self.providers.entry(identity.provider.clone()).or_default().add_one(&user.sub, "");
        }
        // Who never confirmed waits, and so does a federated user who is not linked ahead: both may never come.
        let seen = view.snapshot;
        let waits = user.status == Status::Unconfirmed
            || user.status == Status::ExternalProvider && seen.identities.is_empty();
        if waits {
            return;
        }
        for held in view.held_back.iter().filter(|held| held.reason == Reason::NotConvertible) {
            if let Subject::Attribute(name) = &held.subject {
                self.inconvertible.entry(name.clone()).or_default().add_one(&user.sub, "");
            }
        }
        self.count_contacts(&seen);
        self.count_attributes(&seen);
        self.count_names(&seen);
    }

    fn count_contacts(&mut self, user: &Snapshot) {
        let is_federated = user.status == Status::ExternalProvider;
        let mut is_reachable = false;
        for contact in Contact::ALL {
            let Some(address) = user.contact(contact) else { continue };
            if user.is_verified(contact) {
                is_reachable = true;
            } else {
                let tally = self.unverified.entry(contact).or_default();
                tally.add(1, &user.sub, || masked(address.reveal()));
            }
        }
        if !is_reachable && !is_federated {
            let has_any = Contact::ALL.into_iter().any(|contact| user.contact(contact).is_some());
            let what = if has_any { "none verified" } else { "none at all" };
            self.unreachable.add_one(&user.sub, what);
        }
    }

    fn count_attributes(&mut self, user: &Snapshot) {
        for (name, value) in &user.attributes {
            if name == self.marker {
                continue;
            }
            if !self.new.has(name) {
                self.missing.entry(name.clone()).or_default().add(1, &user.sub, || masked(value.reveal()));
            } else if let Some(why) = Unfit::of(self.new.attributes.get(name), value.reveal()) {
                self.unfit.entry(name.clone()).or_default().add_one(&user.sub, why.words());
            }
        }
        let required = self.new.attributes.iter().filter(|(_, schema)| schema.required);
        for (name, _) in required.filter(|(name, _)| !user.attributes.contains_key(*name)) {
            self.lacking.entry(name.clone()).or_default().add_one(&user.sub, "");
        }
    }

    /// Names that two users of the new pool cannot share.
    fn count_names(&mut self, user: &Snapshot) {
        let is_local = user.status != Status::ExternalProvider;
        let was_name = |contact: Contact| is_local && self.old.sign_in.is_name(contact);
        let mut held: Vec<(&str, &str)> = Vec::new();
        match &self.new.sign_in {
            SignIn::Contact(contacts) => {
                let has = contacts.iter().filter_map(|contact| Some((*contact, user.contact(*contact)?)));
                let all: Vec<_> = has.collect();
                let proven =
                    all.iter().filter(|(contact, _)| user.is_verified(*contact) || was_name(*contact));
                held.extend(proven.map(|(contact, value)| (contact.name(), value.reveal())));
                if held.is_empty() {
                    match all.first() {
                        Some((_, value)) => self.unproven.add(1, &user.sub, || masked(value.reveal())),
                        None => self.nameless.add_one(&user.sub, ""),
                    }
                }
            }
            SignIn::Username { contacts, .. } => {
                let ways = self.new.ways_to_sign_in(&user.attributes);
                held.extend(ways.map(|(name, value)| (name.as_str(), value.reveal())));
                if is_local && matches!(self.old.sign_in, SignIn::Username { .. }) {
                    let name = user.username.as_str();
                    let is_alias = (contacts.contains(&Contact::Email) && name.contains('@'))
                        || (contacts.contains(&Contact::Phone) && name.starts_with('+'));
                    if is_alias {
                        self.renamed.add(1, &user.sub, || masked(name));
                    } else {
                        held.push(("username", name));
                    }
                }
            }
        }
        for (kind, value) in held {
            let folds = !self.new.case_sensitive && kind != Contact::Phone.name();
            let folded = if folds { value.to_lowercase() } else { value.to_owned() };
            let Some(met) = self.names.meet(kind, &folded, value, &user.sub) else { continue };
            let Met { first, is_same, weight } = met;
            let tallies = if is_same { &mut self.shared } else { &mut self.twins };
            let shows = || match first {
                Some(first) => format!("{} as {first}", masked(value)),
                None => masked(value),
            };
            tallies.entry(kind.to_owned()).or_default().add(weight, &user.sub, shows);
        }
    }
}

#[cfg(test)]
mod tests;
