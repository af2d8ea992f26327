//! Files: small ones, under one set of lints, and documents that name what is there.

use std::fs;
use std::path::{Path, PathBuf};

use twinpool_tests::bootstrap::workspace;

/// All files below a folder with this ending, build output aside.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_file_holds_one_idea() {
    let sources = files(&workspace(), ".rs");
    assert!(sources.len() > 50);
    for path in sources {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 350, "{} has {lines} lines: which two ideas does it hold?", path.display());
    }
}

#[test]
fn every_crate_has_the_workspace_s_lints() {
    let manifests = files(&workspace(), "Cargo.toml");
    assert!(manifests.len() > 8);
    for path in manifests.iter().filter(|path| path.parent() != Some(&workspace())) {
        let text = fs::read_to_string(path).unwrap();
        let virtual_one = text.contains("[workspace.lints");
        assert!(virtual_one || text.contains("[lints]\nworkspace = true"), "{}", path.display());
    }
}

#[test]
fn documents_name_files_that_exist() {
    let roots = ["crates/", "infra/", "events/", "fuzz/", "tests/", "docs/", ".ci/"];
    let mut named = 0;
    for document in files(&workspace(), ".md") {
        let text = fs::read_to_string(&document).unwrap();
        let code = text.split('`').skip(1).step_by(2);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let paths = code.chain(links).filter(|path| roots.iter().any(|root| path.starts_with(root)));
        for path in paths.filter(|path| !path.contains([' ', '<', '*', '{'])) {
            let path = path.split('#').next().unwrap();
            named += 1;
            assert!(workspace().join(path).exists(), "{} names {path}", document.display());
        }
    }
    assert!(named > 5, "only {named} paths are named: has the way they are written changed?");
}

/// Holds each row of a document that names tests, and gives how many it names.
fn names_tests_that_are_there(document: &str) -> usize {
    let text = fs::read_to_string(workspace().join(document)).unwrap();
    let mut named = 0;
    for row in text.lines().filter(|line| line.starts_with('|') && line.contains('`')) {
        let spans: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let (file, tests) = spans.split_last().unwrap();
        let source = fs::read_to_string(workspace().join(file)).unwrap();
        assert!(!tests.is_empty(), "no test holds: {row}");
        for test in tests {
            named += 1;
            // The checks of a contract are generic.
            let is_there = ["(", "<"].iter().any(|then| source.contains(&format!("fn {test}{then}")));
            assert!(is_there, "{file} has no test {test}");
        }
    }
    named
}

#[test]
fn each_guarantee_and_each_threat_names_the_test_that_holds_it() {
    for (document, least) in [("docs/guarantees.md", 30), ("docs/security.md", 60)] {
        let named = names_tests_that_are_there(document);
        assert!(named > least, "only {named} tests are named: has the way they are written changed?");
    }
}

#[test]
fn each_fact_that_is_cited_is_told() {
    let told = fs::read_to_string(workspace().join("docs/cognito-facts.md")).unwrap();
    let heads: Vec<_> =
        told.lines().filter_map(|line| line.trim_start_matches('#').trim().split(' ').next()).collect();
    let mut cited = 0;
    for path in files(&workspace(), ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        for rest in text.split("F\u{a7}").skip(1) {
            let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            let number = number.trim_end_matches('.');
            if number.is_empty() {
                continue;
            }
            cited += 1;
            assert!(
                heads.contains(&format!("F\u{a7}{number}").as_str()),
                "{} cites {number}, which docs/cognito-facts.md does not tell",
                path.display()
            );
        }
    }
    assert!(cited > 20, "only {cited} facts are cited: has the way they are written changed?");
}
