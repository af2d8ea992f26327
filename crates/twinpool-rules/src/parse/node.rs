//! One place of the file: what stands there, its whole path, and its line.

use std::collections::BTreeMap;

use toml::de::DeValue;

use crate::error::{RulesError, line_of};

/// A value of the file.
#[derive(Clone)]
pub(super) struct Node<'a> {
    text: &'a str,
    path: String,
    at: usize,
    value: &'a DeValue<'a>,
}

/// The keys of a table whose keys are known.
pub(super) struct Fields<'a>(BTreeMap<&'a str, Node<'a>>);

impl<'a> Node<'a> {
    pub(super) fn root(text: &'a str, value: &'a DeValue<'a>) -> Self {
        Self { text, path: String::new(), at: 0, value }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> RulesError {
        let line = line_of(self.text, self.at);
        RulesError::Key { line, key: self.path.clone(), problem: problem.into() }
    }

    /// Where it stands, counted from 1.
    pub(super) fn line(&self) -> usize {
        line_of(self.text, self.at)
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The entries of a table whose keys are names, in the order of the file.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>, RulesError> {
        let DeValue::Table(table) = self.value else {
            return Err(self.wrong("a table"));
        };
        let child = |key: &str| match self.path.as_str() {
            "" => shown(key),
            path => format!("{path}.{}", shown(key)),
        };
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let name: &str = key.get_ref().as_ref();
                (
                    name,
                    Self { text: self.text, path: child(name), at: key.span().start, value: value.get_ref() },
                )
            })
            .collect();
        entries.sort_by_key(|(_, node)| node.at);
        Ok(entries)
    }

    /// The keys of a table whose keys are known.
    pub(super) fn fields(&self, known: &[&str]) -> Result<Fields<'a>, RulesError> {
        let entries = self.entries()?;
        if let Some((_, stranger)) = entries.iter().find(|(key, _)| !known.contains(key)) {
            return Err(stranger.error(format!("there is no such key; here can stand: {}", known.join(", "))));
        }
        Ok(Fields(entries.into_iter().collect()))
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Result<&'a str, RulesError> {
        match self.value {
            DeValue::String(text) if text.is_empty() => Err(self.error("write something between the quotes")),
            DeValue::String(text) => Ok(text),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                Err(self.wrong("a text, so put it in quotes"))
            }
            DeValue::Array(_) | DeValue::Table(_) => Err(self.wrong("a text in quotes")),
        }
    }

    /// Whether this text stands there.
    pub(super) fn is_text(&self, text: &str) -> bool {
        self.value.as_str() == Some(text)
    }

    /// A decimal number as it is written; `None` if it is none.
    pub(super) fn number(&self) -> Option<&'a str> {
        match self.value {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            DeValue::Float(number) => Some(number.as_str()),
            DeValue::Integer(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        }
    }

    /// A whole number, 0 or more.
    pub(super) fn whole(&self) -> Result<u64, RulesError> {
        let number = self.number().and_then(|number| number.parse().ok());
        number.ok_or_else(|| self.wrong("a whole number, without quotes"))
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, RulesError> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false, without quotes"))
    }

    /// A list of texts, each with its place.
    pub(super) fn list(&self) -> Result<Vec<(&'a str, Self)>, RulesError> {
        let items = self.items("a list of texts, such as [\"one\", \"two\"]")?;
        items.into_iter().map(|node| Ok((node.text()?, node))).collect()
    }

    /// Tables of one name, in the order of the file. `header` is how each begins.
    pub(super) fn tables(&self, header: &str) -> Result<Vec<Self>, RulesError> {
        let wanted = format!("tables, each under a line {header}");
        let items = self.items(&wanted)?;
        match items.iter().find(|node| !matches!(node.value, DeValue::Table(_))) {
            Some(_) => Err(self.wrong(&wanted)),
            None => Ok(items),
        }
    }

    fn items(&self, wanted: &str) -> Result<Vec<Self>, RulesError> {
        let DeValue::Array(items) = self.value else {
            return Err(self.wrong(wanted));
        };
        let item = |(number, value): (usize, &'a toml::Spanned<DeValue<'a>>)| {
            let path = format!("{}[{number}]", self.path);
            Self { text: self.text, path, at: value.span().start, value: value.get_ref() }
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, RulesError> {
        let known: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let found = self.value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, meant)| *meant).ok_or_else(|| self.wrong(&format!("one of {}", known.join(", "))))
    }

    fn wrong(&self, wanted: &str) -> RulesError {
        self.error(format!("this must be {wanted}"))
    }
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.0.get(key)
    }

    /// What stands under a key, read by `read`; the default if nothing does.
    pub(super) fn read<T: Default>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T, RulesError>,
    ) -> Result<T, RulesError> {
        self.get(key).map_or_else(|| Ok(T::default()), read)
    }
}

/// A key as it is written: in quotes where TOML wants them.
fn shown(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    if bare { key.to_owned() } else { format!("{key:?}") }
}
