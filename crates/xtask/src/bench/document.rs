//! The places of docs/benchmarks.md that figures are written into; the text around them is written by hand.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::paths;

const END: &str = "<!-- /measured -->";

/// A document with places between `<!-- measured: <name> -->` and `<!-- /measured -->`.
pub(super) struct Document(PathBuf);

impl Document {
    pub(super) fn of_benchmarks() -> Self {
        Self(paths::root().join("docs/benchmarks.md"))
    }

    /// Writes the figures of a benchmark over those that stand there.
    ///
    /// # Errors
    /// When the document cannot be read or written, or has no such place.
    pub(super) fn put(&self, name: &str, figures: &str) -> Result<()> {
        let path = self.0.display();
        let text = fs::read_to_string(&self.0).with_context(|| format!("cannot read {path}"))?;
        let text = with(&text, name, figures).with_context(|| {
            format!("{path} has no place for it: put `{}` and `{END}` there", begin(name))
        })?;
        fs::write(&self.0, text).with_context(|| format!("cannot write {path}"))
    }
}

fn begin(name: &str) -> String {
    format!("<!-- measured: {name} -->")
}

fn with(text: &str, name: &str, figures: &str) -> Option<String> {
    let begin = begin(name);
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n\n{figures}\n\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# B\n\n<!-- measured: one -->\nold\n<!-- /measured -->\n\ntext\n\n<!-- measured: two -->\n<!-- /measured -->\n";

    #[test]
    fn figures_go_to_their_own_place_and_all_else_stays() {
        let first = with(TEXT, "one", "| new |").unwrap();
        assert_eq!(first, TEXT.replace("\nold\n", "\n\n| new |\n\n"));
        let both = with(&first, "two", "| 2 |").unwrap();
        assert!(both.starts_with(first.split("<!-- measured: two -->").next().unwrap()));
        assert_eq!(with(&both, "two", "| 2 |").unwrap(), both, "the same figures again change nothing");
    }

    #[test]
    fn figures_without_a_place_are_not_written_anywhere() {
        assert_eq!(with(TEXT, "three", "| new |"), None);
        assert_eq!(with("<!-- measured: one -->\n", "one", "| new |"), None);
    }
}
