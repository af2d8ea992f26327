//! A form, and the wish in it. What cannot be read is said in a sentence, without what was typed.

use serde::Deserialize;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{AttributeName, GroupName, NewSub, OldSub, ProviderName, Sub};
use twinpool_core::phase::Share;
use twinpool_core::snapshot::Factor;

use super::{Why, Wish};
use crate::conflict::Choice;

/// What a form says. What it does not say is empty.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Fields {
    pub(crate) token: String,
    pub(crate) nonce: String,
    wish: String,
    share: String,
    pub(crate) why: String,
    force: String,
    canary_user: String,
    who: String,
    subject: String,
    about: String,
    decision: String,
    other: String,
}

/// A sub of either pool or a user id, with or without blanks around it, as somebody typed it.
pub(crate) fn an_id(text: &str) -> Result<Sub, String> {
    let text = text.trim();
    let is_uuid = text.len() == 36 && text.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    let text = if is_uuid { text.to_ascii_lowercase() } else { text.to_owned() };
    // A word that begins so would be an option on the command line.
    if text.starts_with('-') {
        return Err(NO_ID.to_owned());
    }
    Sub::parse(text).map_err(|_| NO_ID.to_owned())
}

const NO_ID: &str = "this is no sub and no user id: those are letters, digits and hyphens, up to 64 of them";

impl Fields {
    /// What is wished.
    ///
    /// # Errors
    /// What is wrong, in a sentence without an end.
    pub(crate) fn wish(&self) -> Result<Wish, String> {
        match self.wish.as_str() {
            "switch" => Ok(Wish::Switch {
                share: Share::parse(self.share.trim().trim_end_matches('%').trim_end())
                    .ok_or("say a share from 0 to 100 percent, such as 5 or 0.5")?,
                why: self.why()?,
                force: unless_empty(&self.force, |text| Why::parse(text).map_err(|why| why.to_string()))?,
                canary_user: unless_empty(&self.canary_user, an_id)?,
            }),
            "rollback" => Ok(Wish::Rollback { why: self.why()? }),
            "resolve" => {
                Ok(Wish::Resolve { who: an_id(&self.who)?, subject: self.subject()?, choice: self.choice()? })
            }
            "sync" => Ok(Wish::Sync { who: an_id(&self.who)? }),
            _ => Err("the form does not say what is wanted".to_owned()),
        }
    }

    fn why(&self) -> Result<Why, String> {
        Why::parse(&self.why).map_err(|why| why.to_string())
    }

    fn subject(&self) -> Result<Subject, String> {
        let about = self.about.as_str();
        let wrong = |error: twinpool_core::id::IdError| error.to_string();
        match self.subject.as_str() {
            "user" => Ok(Subject::User),
            "attribute" => AttributeName::parse(about).map(Subject::Attribute).map_err(wrong),
            "group" => GroupName::parse(about).map(Subject::Group).map_err(wrong),
            "identity" => ProviderName::parse(about).map(Subject::Identity).map_err(wrong),
            "factor" => Factor::from_code(about)
                .map(Subject::Factor)
                .ok_or_else(|| "there is no such second factor".to_owned()),
            _ => Err("the form does not say what the decision is about".to_owned()),
        }
    }

    fn choice(&self) -> Result<Choice, String> {
        let other = || an_id(&self.other);
        Ok(Choice::Decide(match self.decision.as_str() {
            "keep_old" => Decision::KeepOld,
            "keep_new" => Decision::KeepNew,
            "leave_out" => Decision::LeaveOut,
            "link_to" => Decision::LinkTo(NewSub::from(other()?)),
            "merge_into" => Decision::MergeInto(OldSub::from(other()?)),
            "forget" => return Ok(Choice::Forget),
            _ => return Err("the form does not say what is decided".to_owned()),
        }))
    }

    /// A wish as names and values, for a form that says it.
    pub(crate) fn of(wish: &Wish) -> Vec<(&'static str, String)> {
        match wish {
            Wish::Switch { share, why, force, canary_user } => vec![
                ("wish", "switch".to_owned()),
                ("share", share.to_string()),
                ("why", why.as_str().to_owned()),
                ("force", force.as_ref().map_or("", Why::as_str).to_owned()),
                ("canary_user", canary_user.as_ref().map_or("", Sub::as_str).to_owned()),
            ],
            Wish::Rollback { why } => {
                vec![("wish", "rollback".to_owned()), ("why", why.as_str().to_owned())]
            }
            Wish::Resolve { who, subject, choice } => {
                let mut all = vec![("wish", "resolve".to_owned()), ("who", who.to_string())];
                all.extend(Self::of_resolve(subject, choice));
                all
            }
            Wish::Sync { who } => vec![("wish", "sync".to_owned()), ("who", who.to_string())],
        }
    }

    /// A decision as names and values.
    pub(crate) fn of_resolve(subject: &Subject, choice: &Choice) -> [(&'static str, String); 4] {
        let (kind, about) = match subject {
            Subject::User => ("user", String::new()),
            Subject::Attribute(name) => ("attribute", name.to_string()),
            Subject::Group(name) => ("group", name.to_string()),
            Subject::Identity(name) => ("identity", name.to_string()),
            Subject::Factor(factor) => ("factor", factor.to_string()),
        };
        let (decision, other) = match choice {
            Choice::Decide(decision) => decision.code(),
            Choice::Forget => ("forget", None),
        };
        [
            ("subject", kind.to_owned()),
            ("about", about),
            ("decision", decision.to_owned()),
            ("other", other.unwrap_or_default().to_owned()),
        ]
    }
}

fn unless_empty<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.trim().is_empty() { Ok(None) } else { parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_of_a_decision_says_is_read_as_that_decision() {
        let sub = |text: &str| Sub::parse(text).unwrap();
        let subjects = [
            Subject::User,
            Subject::Attribute(AttributeName::parse("email").unwrap()),
            Subject::Group(GroupName::parse("a:b").unwrap()),
            Subject::Identity(ProviderName::parse("Google").unwrap()),
            Subject::Factor(Factor::Totp),
        ];
        let choices = [
            Choice::Decide(Decision::KeepOld),
            Choice::Decide(Decision::KeepNew),
            Choice::Decide(Decision::LeaveOut),
            Choice::Decide(Decision::LinkTo(NewSub::from(sub("new-1")))),
            Choice::Decide(Decision::MergeInto(OldSub::from(sub("old-2")))),
            Choice::Forget,
        ];
        for subject in &subjects {
            for choice in &choices {
                let [(_, kind), (_, about), (_, decision), (_, other)] = Fields::of_resolve(subject, choice);
                let fields = Fields {
                    wish: "resolve".to_owned(),
                    who: "old-1".to_owned(),
                    subject: kind,
                    about,
                    decision,
                    other,
                    ..Fields::default()
                };
                let expected =
                    Wish::Resolve { who: sub("old-1"), subject: subject.clone(), choice: choice.clone() };
                assert_eq!(fields.wish(), Ok(expected));
            }
        }
    }

    #[test]
    fn what_a_form_of_a_wish_says_is_read_as_that_wish() {
        let why = |text: &str| Why::parse(text).unwrap();
        let who = Sub::parse("old-1").unwrap();
        let switch = |share, force, canary_user| Wish::Switch {
            share: Share::parse(share).unwrap(),
            why: why("a week"),
            force,
            canary_user,
        };
        for wish in [
            switch("0.5", None, None),
            switch("100", Some(why("they are known")), Some(who.clone())),
            Wish::Rollback { why: why("it must be") },
            Wish::Resolve { who: who.clone(), subject: Subject::User, choice: Choice::Forget },
            Wish::Sync { who },
        ] {
            let mut fields = Fields::default();
            for (name, value) in Fields::of(&wish) {
                let field = match name {
                    "wish" => &mut fields.wish,
                    "share" => &mut fields.share,
                    "why" => &mut fields.why,
                    "force" => &mut fields.force,
                    "canary_user" => &mut fields.canary_user,
                    "who" => &mut fields.who,
                    "subject" => &mut fields.subject,
                    "about" => &mut fields.about,
                    "decision" => &mut fields.decision,
                    "other" => &mut fields.other,
                    _ => panic!("no form has {name}"),
                };
                *field = value;
            }
            assert_eq!(fields.wish(), Ok(wish));
        }
    }

    #[test]
    fn what_is_typed_wrong_is_not_repeated() {
        for wrong in ["jane@example.com", "", "-x", "a b", &"x".repeat(65)] {
            let said = an_id(wrong).unwrap_err();
            assert!(said.starts_with("this is no sub") && !said.contains("jane"), "{said}");
        }
        let upper = " 9441F38C-D64D-45D1-8401-EC94AB328C6D ";
        assert_eq!(an_id(upper).unwrap().as_str(), upper.trim().to_lowercase());
    }
}
