//! What is wrong with a `twinpool.toml`, and where.

/// Why a file of rules is refused: the first mistake in it. Holds no value of the file, only names of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_file("twinpool.toml"))]
pub enum RulesError {
    /// The text is not TOML.
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// What stands in the way.
        problem: String,
    },
    /// A key is unknown, of the wrong type, or says what cannot be meant.
    Key {
        /// Where, counted from 1.
        line: usize,
        /// The whole path of the key.
        key: String,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl RulesError {
    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Syntax { line, .. } | Self::Key { line, .. } => *line,
        }
    }

    /// What is wrong, where the file has this name.
    #[must_use]
    pub fn in_file(&self, name: &str) -> String {
        match self {
            Self::Syntax { line, problem } => format!("{name}, line {line}: this is not TOML: {problem}"),
            Self::Key { line, key, problem } => format!("{name}, line {line}: {key}: {problem}"),
        }
    }
}

/// The line that a byte of the text stands in, counted from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_under_the_name_of_the_file() {
        let (key, problem) = ("attributes.email".to_owned(), "no such rule".to_owned());
        let error = RulesError::Key { line: 2, key, problem };
        assert_eq!(error.in_file("a/b.toml"), "a/b.toml, line 2: attributes.email: no such rule");
        assert_eq!(error.to_string(), "twinpool.toml, line 2: attributes.email: no such rule");
    }
}
