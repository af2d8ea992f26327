//! Conditions and filters: `AND`, `OR`, `NOT`, comparisons, `attribute_exists`, `attribute_not_exists`, `begins_with`.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::refusal::Refusal;
use super::Item;
use super::names::Names;
use super::token::{Token, Tokens};

/// A condition, ready to be asked.
#[derive(Debug)]
pub(super) enum Condition {
    Always,
    All(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Exists(String),
    BeginsWith(String, String),
    Compares(Operand, &'static str, Operand),
}

#[derive(Debug)]
pub(super) enum Operand {
    Field(String),
    Value(Value),
}

impl Operand {
    pub(super) fn parse(word: &str, names: &Names<'_>) -> Result<Self, Refusal> {
        Ok(if word.starts_with(':') {
            Self::Value(names.value(word)?)
        } else {
            Self::Field(names.field(word)?)
        })
    }

    pub(super) fn of<'a>(&'a self, item: &'a Item) -> Option<&'a Value> {
        match self {
            Self::Field(name) => item.get(name),
            Self::Value(value) => Some(value),
        }
    }
}

impl Condition {
    pub(super) fn parse(text: Option<&str>, names: &Names<'_>) -> Result<Self, Refusal> {
        let Some(text) = text else {
            return Ok(Self::Always);
        };
        let mut tokens = Tokens::of(text)?;
        let condition = either(&mut tokens, names)?;
        tokens.ends()?;
        Ok(condition)
    }

    pub(super) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Always => true,
            Self::All(one, other) => one.holds(item) && other.holds(item),
            Self::Either(one, other) => one.holds(item) || other.holds(item),
            Self::Not(one) => !one.holds(item),
            Self::Exists(name) => item.contains_key(name),
            Self::BeginsWith(name, start) => {
                let text = item.get(name).and_then(|value| value["S"].as_str());
                text.is_some_and(|text| text.starts_with(start))
            }
            Self::Compares(one, sign, other) => match (one.of(item), other.of(item)) {
                (Some(one), Some(other)) => compares(one, sign, other),
                // What is not there is unlike everything.
                _ => *sign == "<>",
            },
        }
    }
}

fn compares(one: &Value, sign: &str, other: &Value) -> bool {
    let order = order(one, other);
    match sign {
        "=" => one == other || order == Some(Ordering::Equal),
        "<>" => one != other && order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let text = |value: &Value| value["S"].as_str().map(str::to_owned);
    if let Some((one, other)) = text(one).zip(text(other)) {
        return Some(one.cmp(&other));
    }
    let (one, other) = number(one).zip(number(other))?;
    Some(one.cmp(&other))
}

/// Whole numbers: twinpool writes no others.
pub(super) fn number(value: &Value) -> Option<i128> {
    value["N"].as_str()?.parse().ok()
}

fn either(tokens: &mut Tokens, names: &Names<'_>) -> Result<Condition, Refusal> {
    let mut one = all(tokens, names)?;
    while tokens.takes_word("OR") {
        one = Condition::Either(Box::new(one), Box::new(all(tokens, names)?));
    }
    Ok(one)
}

fn all(tokens: &mut Tokens, names: &Names<'_>) -> Result<Condition, Refusal> {
    let mut one = single(tokens, names)?;
    while tokens.takes_word("AND") {
        one = Condition::All(Box::new(one), Box::new(single(tokens, names)?));
    }
    Ok(one)
}

fn single(tokens: &mut Tokens, names: &Names<'_>) -> Result<Condition, Refusal> {
    if tokens.takes_word("NOT") {
        return Ok(Condition::Not(Box::new(single(tokens, names)?)));
    }
    if tokens.takes("(") {
        let inner = either(tokens, names)?;
        tokens.wants(")")?;
        return Ok(inner);
    }
    let word = tokens.word()?;
    if tokens.takes("(") {
        return function(&word, tokens, names);
    }
    let one = Operand::parse(&word, names)?;
    let sign = match tokens.next() {
        Some(Token::Sign(sign)) if ["=", "<>", "<", "<=", ">", ">="].contains(&sign) => sign,
        _ => return Err(tokens.unknown()),
    };
    Ok(Condition::Compares(one, sign, Operand::parse(&tokens.word()?, names)?))
}

fn function(name: &str, tokens: &mut Tokens, names: &Names<'_>) -> Result<Condition, Refusal> {
    let field = names.field(&tokens.word()?)?;
    let condition = match name {
        "attribute_exists" => Condition::Exists(field),
        "attribute_not_exists" => Condition::Not(Box::new(Condition::Exists(field))),
        "begins_with" => {
            tokens.wants(",")?;
            let start = names.value(&tokens.word()?)?;
            let start = start["S"].as_str().ok_or_else(|| tokens.unknown())?;
            Condition::BeginsWith(field, start.to_owned())
        }
        _ => return Err(tokens.unknown()),
    };
    tokens.wants(")")?;
    Ok(condition)
}
