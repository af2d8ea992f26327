//! Update expressions: `SET` (with `+`, `-`, `if_not_exists`), `REMOVE`, `ADD` of a number, or of texts to a set of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::Item;
use super::expression::{Operand, number};
use super::names::Names;
use super::token::Tokens;

/// One step of an update.
#[derive(Debug)]
enum Step {
    Set(String, Term, Option<(bool, Term)>),
    Remove(String),
    Add(String, Value),
}

#[derive(Debug)]
enum Term {
    Plain(Operand),
    IfNotExists(String, Operand),
}

/// An update, ready to be run.
#[derive(Debug)]
pub(super) struct Update(Vec<Step>);

impl Update {
    pub(super) fn parse(text: &str, names: &Names<'_>) -> Result<Self, Refusal> {
        let mut tokens = Tokens::of(text)?;
        let mut steps = Vec::new();
        while tokens.peek().is_some() {
            let step: fn(&mut Tokens, &Names<'_>) -> Result<Step, Refusal> = match tokens.word()?.as_str() {
                "SET" => set,
                "REMOVE" => |tokens, names| Ok(Step::Remove(names.field(&tokens.word()?)?)),
                "ADD" => |tokens, names| {
                    let field = names.field(&tokens.word()?)?;
                    Ok(Step::Add(field, names.value(&tokens.word()?)?))
                },
                _ => return Err(tokens.unknown()),
            };
            steps.push(step(&mut tokens, names)?);
            while tokens.takes(",") {
                steps.push(step(&mut tokens, names)?);
            }
        }
        Ok(Self(steps))
    }

    /// Every step sees the item as it was.
    pub(super) fn run(&self, before: &Item) -> Result<Item, Refusal> {
        let mut after = before.clone();
        for step in &self.0 {
            match step {
                Step::Remove(field) => drop(after.remove(field)),
                Step::Set(field, term, more) => {
                    let mut value = term.of(before)?;
                    if let Some((plus, other)) = more {
                        let other = whole(&other.of(before)?)?;
                        value = sum(&value, if *plus { other } else { -other })?;
                    }
                    after.insert(field.clone(), value);
                }
                Step::Add(field, value) => {
                    after.insert(field.clone(), added(before.get(field), value)?);
                }
            }
        }
        Ok(after)
    }
}

impl Term {
    fn of(&self, item: &Item) -> Result<Value, Refusal> {
        let found = match self {
            Self::Plain(operand) => operand.of(item),
            Self::IfNotExists(field, operand) => item.get(field).or_else(|| operand.of(item)),
        };
        found.cloned().ok_or_else(|| Refusal::validation("an attribute of the update is not there"))
    }
}

/// A set has each text once.
fn added(stored: Option<&Value>, value: &Value) -> Result<Value, Refusal> {
    let Some(more) = value["SS"].as_array() else {
        return sum(stored.unwrap_or(&json!({ "N": "0" })), whole(value)?);
    };
    let texts = stored.map(|stored| stored["SS"].as_array());
    let Some(texts) = texts.unwrap_or(Some(&Vec::new())).cloned() else {
        return Err(Refusal::validation("the attribute of the update is no set of texts"));
    };
    let all: BTreeSet<_> = texts.iter().chain(more).filter_map(Value::as_str).collect();
    Ok(json!({ "SS": all }))
}

fn whole(value: &Value) -> Result<i128, Refusal> {
    number(value).ok_or_else(|| Refusal::validation("this server adds whole numbers only"))
}

fn sum(value: &Value, other: i128) -> Result<Value, Refusal> {
    Ok(json!({ "N": (whole(value)? + other).to_string() }))
}

fn set(tokens: &mut Tokens, names: &Names<'_>) -> Result<Step, Refusal> {
    let field = names.field(&tokens.word()?)?;
    tokens.wants("=")?;
    let first = term(tokens, names)?;
    let plus = tokens.takes("+");
    let more = if plus || tokens.takes("-") { Some((plus, term(tokens, names)?)) } else { None };
    Ok(Step::Set(field, first, more))
}

fn term(tokens: &mut Tokens, names: &Names<'_>) -> Result<Term, Refusal> {
    let word = tokens.word()?;
    if !tokens.takes("(") {
        return Ok(Term::Plain(Operand::parse(&word, names)?));
    }
    if word != "if_not_exists" {
        return Err(tokens.unknown());
    }
    let field = names.field(&tokens.word()?)?;
    tokens.wants(",")?;
    let operand = Operand::parse(&tokens.word()?, names)?;
    tokens.wants(")")?;
    Ok(Term::IfNotExists(field, operand))
}
