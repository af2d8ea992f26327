//! What somebody wants done, as the command line would take it.

use std::fmt;

use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::Sub;
use twinpool_core::phase::Share;

use crate::conflict::Choice;

mod fields;

pub(crate) use fields::{Fields, an_id};

/// What somebody wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// `twinpool switch`.
    Switch {
        /// This share of the users.
        share: Share,
        /// Kept in the history.
        why: Why,
        /// Why it is done although checks do not hold.
        force: Option<Why>,
        /// With whom the way back is proven first.
        canary_user: Option<Sub>,
    },
    /// `twinpool rollback`.
    Rollback {
        /// Kept in the history.
        why: Why,
    },
    /// `twinpool conflicts resolve`, about one user.
    Resolve {
        /// Whose conflict it is.
        who: Sub,
        /// About what.
        subject: Subject,
        /// What is decided.
        choice: Choice,
    },
    /// `twinpool sync`.
    Sync {
        /// Whom the mirror looks at.
        who: Sub,
    },
}

/// A reason in one line: kept in the history, and shown to everybody who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why(String);

/// A text that is no reason. Holds no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhyError;

impl Why {
    /// How many characters one may have.
    pub const MOST: usize = 500;

    /// Takes the text, without blanks around it.
    ///
    /// # Errors
    /// When it is empty, longer than [`Self::MOST`], or not one line.
    pub fn parse(text: &str) -> Result<Self, WhyError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > Self::MOST || text.chars().any(char::is_control) {
            return Err(WhyError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WhyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "say why in one line of up to {} characters; it is kept in the history", Why::MOST)
    }
}

impl std::error::Error for WhyError {}

impl Wish {
    /// What stands behind `twinpool` on the command line. Values stand behind a `=`, so that none is taken for an option.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::Switch { share, why, force, canary_user } => {
                let mut all = vec!["switch".to_owned(), format!("--percent={}", bare(*share))];
                all.extend(canary_user.as_ref().map(|sub| format!("--canary-user={sub}")));
                all.push(format!("--why={}", why.as_str()));
                all.extend(force.as_ref().map(|force| format!("--force={}", force.as_str())));
                all
            }
            Self::Rollback { why } => vec!["rollback".to_owned(), format!("--why={}", why.as_str())],
            Self::Resolve { who, subject, choice } => {
                let mut all = ["conflicts", "resolve", who.as_str()].map(str::to_owned).to_vec();
                all.push(option(choice));
                all.extend(about(subject));
                all
            }
            Self::Sync { who } => vec!["sync".to_owned(), who.to_string()],
        }
    }

    /// The command line that does the same, to copy into a shell.
    #[must_use]
    pub fn command(&self) -> String {
        let words = self.arguments();
        let all = std::iter::once("twinpool".to_owned()).chain(words.iter().map(|word| quoted(word)));
        all.collect::<Vec<_>>().join(" ")
    }

    /// What happens, as a button says it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Switch { share: Share::ALL, force, .. } => {
                format!("Send everybody to the new pool{}", although(force.as_ref()))
            }
            Self::Switch { share, force, .. } => {
                format!("Send {share} of the users to the new pool{}", although(force.as_ref()))
            }
            Self::Rollback { .. } => "Send everybody back to the old pool".to_owned(),
            Self::Resolve { subject, choice, .. } => choice.words(subject),
            Self::Sync { .. } => "Bring this user into step".to_owned(),
        }
    }

    /// Of whom it is, if of one user.
    pub(crate) fn who(&self) -> Option<&Sub> {
        match self {
            Self::Resolve { who, .. } | Self::Sync { who } => Some(who),
            Self::Switch { .. } | Self::Rollback { .. } => None,
        }
    }
}

fn although(force: Option<&Why>) -> &'static str {
    if force.is_some() { ", although checks do not hold" } else { "" }
}

/// As the command line takes it.
fn bare(share: Share) -> String {
    share.to_string().replace(" %", "")
}

fn option(choice: &Choice) -> String {
    match choice {
        Choice::Decide(Decision::KeepOld) => "--keep-old".to_owned(),
        Choice::Decide(Decision::KeepNew) => "--keep-new".to_owned(),
        Choice::Decide(Decision::LinkTo(sub)) => format!("--link-to={sub}"),
        Choice::Decide(Decision::MergeInto(sub)) => format!("--merge-into={sub}"),
        Choice::Decide(Decision::LeaveOut) => "--leave-out".to_owned(),
        Choice::Forget => "--forget".to_owned(),
    }
}

fn about(subject: &Subject) -> Option<String> {
    match subject {
        Subject::User => None,
        Subject::Attribute(name) => Some(format!("--attribute={name}")),
        Subject::Group(name) => Some(format!("--group={name}")),
        Subject::Identity(name) => Some(format!("--identity={name}")),
        Subject::Factor(factor) => Some(format!("--factor={factor}")),
    }
}

/// One word of a shell, with quotes where it needs some.
fn quoted(word: &str) -> String {
    let is_plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:,/@%+".contains(c))
    };
    let in_quotes = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    match word.split_once('=') {
        Some((option, value)) if is_plain(option) && is_plain(value) => word.to_owned(),
        Some((option, value)) if is_plain(option) => format!("{option}={}", in_quotes(value)),
        _ if is_plain(word) => word.to_owned(),
        _ => in_quotes(word),
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::AttributeName;

    use super::*;

    #[test]
    fn a_command_can_be_copied_whatever_the_reason_says() {
        let why = Why::parse(" --yes; it's $(odd) ").unwrap();
        let share = Share::parse("12.5").unwrap();
        let wish = Wish::Switch { share, why: why.clone(), force: None, canary_user: None };
        assert_eq!(wish.command(), r"twinpool switch --percent=12.5 --why='--yes; it'\''s $(odd)'");
        assert_eq!(Wish::Rollback { why }.arguments(), ["rollback", "--why=--yes; it's $(odd)"]);
    }

    #[test]
    fn a_decision_names_what_it_is_about() {
        let wish = Wish::Resolve {
            who: Sub::parse("old-1").unwrap(),
            subject: Subject::Attribute(AttributeName::parse("custom:tenant").unwrap()),
            choice: Choice::Decide(Decision::KeepOld),
        };
        assert_eq!(wish.command(), "twinpool conflicts resolve old-1 --keep-old --attribute=custom:tenant");
    }

    #[test]
    fn a_reason_is_one_line_of_some_words() {
        for wrong in ["", "  ", "two\nlines", &"x".repeat(501)] {
            assert_eq!(Why::parse(wrong), Err(WhyError), "{wrong}");
        }
    }
}
