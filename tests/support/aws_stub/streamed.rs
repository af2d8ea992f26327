//! Two pools and their links, made up while they are read: user by user from a number, the same every time.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{PoolId, Sub};
use twinpool_core::plan::Marker;
use twinpool_core::pool::PoolShape;
use twinpool_core::value::Value as Secret;
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, email_pool, group, person, username_pool};
use twinpool_testkit::{Person, uuid};

use super::table::Item;

mod link;
mod numbers;
mod side;

pub(super) use side::Side;

/// Groups, and how many users there are for each member.
const GROUPS: [(&str, u32); 3] = [("admins", 1_000), ("staff", 100), ("beta", 20)];

/// Who is in both pools: all of them confirmed, linked and mirrored without rules, with eight attributes.
#[derive(Debug, Clone)]
pub struct Population {
    users: u32,
    differing: BTreeSet<u32>,
    key: DigestKey,
    old_pool: PoolId,
    rules: String,
}

impl Population {
    /// So many users, numbered from 0; at most 16,777,216. The key is for digests and markers.
    #[must_use]
    pub fn new(users: u32, key: DigestKey) -> Self {
        let rules = Rules::default().fingerprint().to_owned();
        Self { users, differing: BTreeSet::new(), key, old_pool: Self::shape(false).id, rules }
    }

    /// Gives these users another name in the new pool.
    #[must_use]
    pub fn with_other_names(self, differing: impl IntoIterator<Item = u32>) -> Self {
        Self { differing: differing.into_iter().collect(), ..self }
    }

    /// The old side and the new side.
    pub(super) fn sides(&self) -> [Side; 2] {
        let population = Arc::new(self.clone());
        [false, true].map(|is_new| Side::new(Arc::clone(&population), is_new))
    }

    pub(super) fn links(&self) -> Links {
        Links(Arc::new(self.clone()))
    }

    fn shape(is_new: bool) -> PoolShape {
        if is_new { email_pool("eu-west-1_New") } else { username_pool(OLD_POOL) }
    }

    fn person(&self, number: u32, is_new: bool) -> Person {
        let mut person = self.as_linked(number, is_new);
        if is_new && self.differing.contains(&number) {
            person.attributes.insert(attribute("name"), Secret::new(uuid("another name", number.into())));
        }
        person
    }

    /// As the user was when the link was written.
    fn as_linked(&self, number: u32, is_new: bool) -> Person {
        let sub = numbers::sub(number, is_new);
        let (email, name) = (format!("user{number}@example.com"), format!("Ann {number}"));
        let family = number.to_string();
        let attributes = [
            ("email", email.as_str()),
            ("email_verified", "true"),
            ("name", &name),
            ("given_name", "Ann"),
            ("family_name", &family),
            ("locale", "en-GB"),
            ("zoneinfo", "Europe/Berlin"),
            ("custom:tenant", "acme"),
        ];
        let username = if is_new { sub.clone() } else { format!("user-{number}") };
        let mut person = person(&sub, &username, &attributes);
        let member = GROUPS.into_iter().filter(|(_, every)| number.is_multiple_of(*every));
        person.groups = member.map(|(name, _)| group(name)).collect();
        if is_new {
            let old_sub = Sub::parse(numbers::sub(number, false)).expect("a sub").into();
            let marker = Marker::of(&attribute(MARKER), &self.old_pool, &old_sub, &self.key);
            person.attributes.insert(marker.name, marker.value);
        }
        person
    }
}

/// About as long as an item is, in bytes: a walk is cut by it, whatever it asks for.
pub(super) const LINK_BYTES: usize = 1_500;

/// The links of a population, as items of the table. A walk gives the links, and not the items that point back at them.
#[derive(Debug)]
pub(super) struct Links(Arc<Population>);

impl Links {
    pub(super) fn item(&self, key: &str) -> Option<Item> {
        let (kind, sub) = key.split_once('#')?;
        let is_new = kind == "NEW";
        let number = numbers::number(sub, is_new).filter(|number| *number < self.0.users)?;
        match kind {
            "OLD" => Some(link::item(&self.0, number)),
            "NEW" => Some(link::back(number)),
            _ => None,
        }
    }

    /// The links after this key, with theirs. Without `bases` they lack what takes long to make up, for walks that do not
    /// look at it.
    pub(super) fn after(&self, key: Option<&str>, bases: bool) -> impl Iterator<Item = (String, Item)> {
        let sub = key.and_then(|key| key.strip_prefix("OLD#"));
        let start = sub.and_then(|sub| numbers::number(sub, false)).map_or(0, |number| number + 1);
        (start..self.0.users).map(move |number| {
            let key = format!("OLD#{}", numbers::sub(number, false));
            (key, if bases { link::item(&self.0, number) } else { link::bare(number) })
        })
    }

    /// Of which pools the links are.
    pub(super) fn pools() -> (String, Item) {
        let text = |text: &str| json!({ "S": text });
        let [old, new] = [false, true].map(|is_new| text(Population::shape(is_new).id.as_str()));
        let fields: [(&str, Value); 3] = [("pk", text("POOLS")), ("old_pool", old), ("new_pool", new)];
        ("POOLS".to_owned(), fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
