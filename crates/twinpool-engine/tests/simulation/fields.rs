//! What can change about a user, how each pool says it, and what the rules make of it: told again in other words, so that a mistake
//! of the rules does not pass itself.

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{AttributeName, GroupName, Pool};
use twinpool_core::pool::AttributeSchema;
use twinpool_core::value::Value;
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, email_pool, group, username_pool};
use twinpool_testkit::{Person, World};

use crate::marks::MARK;

const NEW_POOL: &str = "eu-west-1_New";

const RULES: &str = r#"
[groups]
rename = { admins = "administrators" }
[attributes]
email = { fold_case = true }
"custom:company" = { rename = "custom:tenant", prefix = "t-" }
"#;

/// Something about a user that can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Name,
    Nickname,
    Company,
    /// The address with its flag.
    Email,
    Staff,
    Admins,
    Enabled,
}

impl Field {
    pub(crate) const ALL: [Self; 7] =
        [Self::Name, Self::Nickname, Self::Company, Self::Email, Self::Staff, Self::Admins, Self::Enabled];

    pub(crate) fn is_flag(self) -> bool {
        matches!(self, Self::Staff | Self::Admins | Self::Enabled)
    }
}

/// Two pools and the rules between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Usernames to addresses, without rules.
    Plain,
    /// Aliases to addresses, with names and values that become others.
    Ruled,
    /// Aliases to aliases, with the same rules.
    Aliases,
}

impl Move {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Ruled, Self::Aliases];

    fn has_rules(self) -> bool {
        self != Self::Plain
    }

    pub(crate) fn world(self) -> World {
        let company = (attribute("custom:company"), AttributeSchema::TEXT);
        let mut old = if self == Self::Plain { username_pool(OLD_POOL) } else { alias_pool(OLD_POOL) };
        let new = if self == Self::Aliases { alias_pool(NEW_POOL) } else { email_pool(NEW_POOL) };
        if self.has_rules() {
            old.attributes.remove(&attribute("custom:tenant"));
            old.attributes.extend([company]);
        }
        World::new(old, new).under(if self.has_rules() { RULES } else { "" })
    }

    /// In this pool people have usernames that are no subs.
    pub(crate) fn has_usernames(self, pool: Pool) -> bool {
        pool == Pool::Old || self == Self::Aliases
    }

    pub(crate) fn attribute(self, pool: Pool, field: Field) -> Option<AttributeName> {
        let name = match field {
            Field::Name => "name",
            Field::Nickname => "nickname",
            Field::Company if self.has_rules() && pool == Pool::Old => "custom:company",
            Field::Company => "custom:tenant",
            Field::Email => "email",
            Field::Staff | Field::Admins | Field::Enabled => return None,
        };
        Some(attribute(name))
    }

    pub(crate) fn group(self, pool: Pool, field: Field) -> Option<GroupName> {
        let name = match field {
            Field::Staff => "staff",
            Field::Admins if self.has_rules() && pool == Pool::New => "administrators",
            Field::Admins => "admins",
            _ => return None,
        };
        Some(group(name))
    }

    /// What a report means in this pool's names.
    pub(crate) fn field(self, pool: Pool, subject: &Subject) -> Option<Field> {
        Field::ALL.into_iter().find(|field| match subject {
            Subject::User => *field == Field::Enabled,
            Subject::Attribute(name) => {
                let name = Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute);
                self.attribute(pool, *field) == Some(name)
            }
            Subject::Group(name) => self.group(pool, *field).as_ref() == Some(name),
            Subject::Identity(_) | Subject::Factor(_) => false,
        })
    }

    /// What a pool says, as the new one would say it.
    pub(crate) fn shown(self, pool: Pool, person: &Person, field: Field) -> String {
        if field == Field::Enabled {
            return person.enabled.to_string();
        }
        if let Some(name) = self.group(pool, field) {
            return person.groups.contains(&name).to_string();
        }
        let value = self.attribute(pool, field).and_then(|name| person.value(name.as_str()));
        let Some(value) = value else {
            return "-".to_owned();
        };
        match field {
            Field::Email if self.has_rules() => {
                format!("{}|{}", value.to_lowercase(), person.is_verified(Contact::Email))
            }
            Field::Email => format!("{value}|{}", person.is_verified(Contact::Email)),
            Field::Company if self.has_rules() && pool == Pool::Old => format!("t-{value}"),
            _ => value.to_owned(),
        }
    }

    /// A value nobody had before, as this pool's users would write it.
    pub(crate) fn fresh(self, pool: Pool, field: Field, human: usize, number: u64) -> String {
        match field {
            Field::Email if pool == Pool::Old && self.has_rules() && number.is_multiple_of(3) => {
                format!("{MARK}-H{human}-{number}@Example.com")
            }
            Field::Email => format!("{MARK}-h{human}-{number}@example.com"),
            // Now and then something that no value of the old pool becomes.
            Field::Company if pool == Pool::New && self.has_rules() && !number.is_multiple_of(7) => {
                format!("t-{MARK}c{number}")
            }
            _ => format!("{MARK}v{number}"),
        }
    }

    /// Writes what a user of this pool wants there; nothing deletes. An address comes with its flag.
    pub(crate) fn set(
        self,
        pool: Pool,
        person: &mut Person,
        field: Field,
        value: Option<&str>,
        verified: bool,
    ) {
        let Some(name) = self.attribute(pool, field) else {
            return;
        };
        match value {
            Some(value) => drop(person.attributes.insert(name, Value::new(value))),
            None => drop(person.attributes.remove(&name)),
        }
        if field == Field::Email {
            person.attributes.insert(Contact::Email.flag_attribute(), Value::new(verified.to_string()));
        }
    }

    /// Turns a flag around.
    pub(crate) fn turn(self, pool: Pool, person: &mut Person, field: Field) {
        match self.group(pool, field) {
            Some(name) if person.groups.contains(&name) => drop(person.groups.remove(&name)),
            Some(name) => drop(person.groups.insert(name)),
            None => person.enabled = !person.enabled,
        }
    }
}
