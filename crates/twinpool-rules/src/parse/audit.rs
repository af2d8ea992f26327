//! `[audit]`: what the owner knows of `twinpool audit`.

use super::node::Node;
use crate::accepted::Accepted;
use crate::error::RulesError;

/// The codes, each once. Whether there is such a finding, the audit says.
pub(super) fn accepted(node: &Node<'_>) -> Result<Vec<Accepted>, RulesError> {
    node.fields(&["accept"])?.read("accept", |node| {
        let mut all: Vec<Accepted> = Vec::new();
        for (code, node) in node.list()? {
            if !is_code(code) {
                return Err(node.error("this is no code of a finding: they look like \"domain-differs\""));
            }
            if all.iter().any(|one| one.code == code) {
                return Err(node.error("this code stands here already: take one of the two out"));
            }
            all.push(Accepted { code: code.to_owned(), line: node.line() });
        }
        Ok(all)
    })
}

fn is_code(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use crate::{Accepted, Rules};

    #[test]
    fn accepted_findings_are_read_with_their_lines_and_change_no_fingerprint() {
        let text = "[attributes]\nname = { prefix = \"a\" }\n";
        let rules =
            Rules::parse(&format!("{text}[audit]\naccept = [\n \"domain-differs\",\n \"case-twins\" ]"))
                .unwrap();
        let accepted = |code: &str, line| Accepted { code: code.to_owned(), line };
        assert_eq!(rules.accepted(), [accepted("domain-differs", 5), accepted("case-twins", 6)]);
        assert_eq!(rules.fingerprint(), Rules::parse(text).unwrap().fingerprint());
        assert_eq!(Rules::parse("[audit]\naccept = [\"case-twins\"]").unwrap().fingerprint(), "none");
        assert!(Rules::default().accepted().is_empty());
    }

    #[test]
    fn what_can_be_no_code_is_refused_with_its_line() {
        let wrong = [
            ("[audit]\naccept = [\"case-twins\",\n \"Case Twins\"]", 3, "no code"),
            ("[audit]\naccept = [\"a-b\", \"a-b\"]", 2, "already"),
            ("[audit]\n\naccept = \"a-b\"", 3, "a list of texts"),
            ("[audit]\naccept = [\"\"]", 2, "write something"),
            ("[audit]\naccepted = []", 2, "here can stand: accept"),
        ];
        for (text, line, words) in wrong {
            let error = Rules::parse(text).expect_err(text);
            assert!(error.line() == line && error.to_string().contains(words), "{error}");
        }
    }
}
