//! `#name` and `:value` of one request. What is given and not used is refused, as DynamoDB does.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::refusal::Refusal;
use super::Item;
use super::token::Tokens;

/// The names and values of one request.
pub(super) struct Names<'a> {
    names: Option<&'a Map<String, Value>>,
    values: Option<&'a Map<String, Value>>,
    used: RefCell<BTreeSet<String>>,
}

/// What is given of an item.
pub(super) struct Projection(Option<Vec<String>>);

impl Projection {
    /// Whether it gives more than these fields.
    pub(super) fn has_more_than(&self, names: &[&str]) -> bool {
        self.0.as_ref().is_none_or(|fields| !fields.iter().all(|field| names.contains(&field.as_str())))
    }

    pub(super) fn of(&self, item: Item) -> Value {
        Value::Object(match &self.0 {
            None => item,
            Some(fields) => item.into_iter().filter(|(name, _)| fields.contains(name)).collect(),
        })
    }
}

impl<'a> Names<'a> {
    pub(super) fn of(body: &'a Value) -> Self {
        let names = body["ExpressionAttributeNames"].as_object();
        let values = body["ExpressionAttributeValues"].as_object();
        Self { names, values, used: RefCell::default() }
    }

    /// The field that a word stands for.
    pub(super) fn field(&self, word: &str) -> Result<String, Refusal> {
        if word.starts_with(':') {
            return Err(Refusal::validation(format!("{word} is no name")));
        }
        if !word.starts_with('#') {
            return Ok(word.to_owned());
        }
        self.used.borrow_mut().insert(word.to_owned());
        let name = self.names.and_then(|names| names.get(word)).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| Refusal::validation(format!("{word} is not given")))
    }

    pub(super) fn value(&self, word: &str) -> Result<Value, Refusal> {
        self.used.borrow_mut().insert(word.to_owned());
        let value = self.values.and_then(|values| values.get(word));
        value.cloned().ok_or_else(|| Refusal::validation(format!("{word} is not given")))
    }

    pub(super) fn projection(&self, body: &Value) -> Result<Projection, Refusal> {
        let Some(text) = body["ProjectionExpression"].as_str() else {
            return Ok(Projection(None));
        };
        let mut tokens = Tokens::of(text)?;
        let mut fields = vec![self.field(&tokens.word()?)?];
        while tokens.takes(",") {
            fields.push(self.field(&tokens.word()?)?);
        }
        tokens.ends()?;
        Ok(Projection(Some(fields)))
    }

    pub(super) fn check_use(&self) -> Result<(), Refusal> {
        let given = self.names.into_iter().chain(self.values).flat_map(|map| map.keys());
        let used = self.used.borrow();
        match given.into_iter().find(|name| !used.contains(*name)) {
            Some(name) => Err(Refusal::validation(format!("{name} is given and not used"))),
            None => Ok(()),
        }
    }
}
