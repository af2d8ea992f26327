//! A plan in words: names only, so that it can be shown to anyone.

use std::fmt;

use super::{Operation, Plan};
use crate::id::AttributeName;
use crate::snapshot::Factor;

fn list<T: AsRef<str>>(names: impl Iterator<Item = T>) -> String {
    let names: Vec<_> = names.map(|name| name.as_ref().to_owned()).collect();
    names.join(", ")
}

/// Names only: a plan can be shown to anyone.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateUser { attributes, .. } => {
                write!(f, "create the user with {}", list(attributes.keys().map(AttributeName::as_str)))
            }
            Self::SetRandomPassword => f.write_str("set a random password"),
            Self::SetAttributes(attributes) => {
                write!(f, "set {}", list(attributes.keys().map(AttributeName::as_str)))
            }
            Self::DeleteAttributes(names) => {
                write!(f, "delete {}", list(names.iter().map(AttributeName::as_str)))
            }
            Self::AddToGroup(group) => write!(f, "add to group {group}"),
            Self::RemoveFromGroup(group) => write!(f, "remove from group {group}"),
            Self::SetEnabled(true) => f.write_str("enable"),
            Self::SetEnabled(false) => f.write_str("disable"),
            Self::LinkIdentity(identity) => write!(f, "link identity {}", identity.provider),
            Self::UnlinkIdentity(identity) => write!(f, "unlink identity {}", identity.provider),
            Self::SetMfa { now: mfa, .. } => {
                let on = [Factor::Sms, Factor::Email].into_iter().filter(|factor| mfa.has(*factor));
                write!(f, "set second factors: {}", list(on.map(Factor::code)))
            }
            Self::DeleteUser => f.write_str("delete the user"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operations.is_empty() && self.held_back.is_empty() {
            return writeln!(f, "nothing to do");
        }
        for operation in &self.operations {
            writeln!(f, "{operation}")?;
        }
        for held_back in &self.held_back {
            writeln!(f, "held back: {held_back}")?;
        }
        for subject in &self.overruled {
            writeln!(f, "overruled: {subject} was changed in the target")?;
        }
        Ok(())
    }
}
